"""Keep snapshots of the books, so that nobody has to fold a book from its first record.

Trigger  the schedule, each minute
Input    nothing
Output   how many snapshots were kept, by book
Faults   JournalUnavailableError and the like end the run; the next minute's goes on
Reads    the journals of the books, from where the last run or the newest snapshot stands
Writes   a snapshot at every anchor of a book that it folded. Nobody waits for it, and nobody
         believes it: a snapshot is used only if the journal vouches for it (zerodesk.snapshots)
"""
