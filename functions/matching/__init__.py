"""Match the commands of a batch, one conditional put per book.

Trigger  the FIFO queue of commands, message group = symbol, batches of up to 10
Input    commands (zerodesk.commands.Command) as risk_check held them or intake sent them; or
         {"kind": "take_over", "symbol", "from_epoch"}, which makes this region the book's home
Output   partial batch failures: from a group's first failure on, in order; of a command that cannot
         be decided, at its third try, that one alone
Faults   JournalContentionError, JournalUnavailableError: the messages come again; after three
         tries they go to the dead letters and the book goes on. A decision that raises: likewise,
         and those behind it are decided with its last try ("command quarantined")
Sends    what is for a book that another region took over, to that region's queue
Writes   one record of the book's journal; then the projections (orders, market) at once, in any
         order; then the events. Settlement repeats what this process died before
"""
