"""Drive on whatever stands still.

Trigger  the schedule "sweep-standstills"
Input    {"schedule"}, which is not read
Output   how many of each kind were driven on, and how many tries failed
Faults   none: what fails is logged, counted and tried again in the next minute
Does     orders, amends and cancels, of one or of many, without an answer are sent again, holds that
         their book has not answered too, deposits, transfers and withdrawals without an answer are
         applied, withdrawals that stay reserved beyond their bound are void, books that are not
         settled are settled, listed markets without a book are listed again, market items that lag
         and reversals without an item are shown, auctions whose time is up are ended, a taker that
         stands between two records of its book is filled to its end, fees are swept from the books
         to the house, a book in which an order's time has come is told to look at the time, what a
         dead man's switch stands for is cancelled when its time is up, an open book whose index
         price is older than it bears likewise, an option that has expired is told by which price it
         ends, accounts that have lost a limit of theirs today are
         stopped until the day ends
Writes   the swept cursors; through what it calls, what that writes. Every repeat is harmless: each
         receiver knows what it has done
Tells    of money what others did not live to tell, and of accounts that are stopped
"""
