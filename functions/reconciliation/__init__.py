"""Fold the journals again and hold everything against everything.

Trigger  the schedule "reconcile-books"; POST /v1/reconciliations (operators)
Input    {"schedule"}, which is not read; over HTTP, nothing
Output   the report (zerodesk.reconciliation.report); over HTTP it is the answer
Faults   JournalUnavailableError and the like end the run; the next minute's looks again
Reads    in this order, strongly: cursors, books, the house, accounts (those that moved, and of the
         others some in turn: reconciliation.turns), market items, books once more, order items.
         Why no false alarm comes of reading while trading goes on: zerodesk.reconciliation.compare
Writes   what it watches from run to run, a note in the cursors table. On a breach that it has not
         told yet: the event ReconciliationBreached, and the command that lets the book take cancels
         only
"""
