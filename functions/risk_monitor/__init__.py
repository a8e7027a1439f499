"""Mark accounts anew when a mark moves: publish their margin, call them, have them liquidated.

Trigger  MarkPriceUpdated of a derivative; the schedule "mark-every-account", for every derivative
Input    {"symbol"}, or {"schedule"}: all
Output   how many accounts were marked, called, passed over for a stale mark, left for the next run,
         and how many liquidations were set in motion
Faults   JournalContentionError, JournalUnavailableError: the next mark or minute looks again
Reads    who holds the instrument and who is liquidated from the index of holders, each of them
         strongly; marks
Writes   one record of the account's journal for each crossing of a level, one that stops an account
         which is below its maintenance; the list of those; a note of what was told
Starts   functions/liquidation_workflow, by a name for each liquidation and attempt
Tells    MarginRatiosUpdated, of many accounts at once; MarginCalled, at least once a crossing
"""
