"""Mark accounts anew when a mark moves: publish their margin, and call those that run short.

Trigger  MarkPriceUpdated of a derivative; the schedule, each minute, for every derivative
Input    {"symbol"}, or anything without one: all
Output   how many accounts were marked, called, passed over for a stale mark, left for the next run
Faults   JournalContentionError, JournalUnavailableError: the next mark or minute looks again
Reads    who holds the instrument from the index of holders, each of them strongly; marks
Writes   one record of the account's journal for each crossing of a level; a note of what was told
Tells    MarginRatiosUpdated, of many accounts at once; MarginCalled, at least once a crossing
"""
