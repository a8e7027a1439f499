"""Keep snapshots of the books, and answer for the past of any stream.

Trigger  the schedule "keep-snapshots"; the routes under /v1/journal (operators)
Input    {"schedule"}, which is not read, or zerodesk_aws.contracts.journal
Output   how many snapshots were kept, by book, and records archived; over HTTP, records as they
         stand, states at a point, and where an archive ends
Faults   JournalUnavailableError and the like end the run; the next minute's goes on
Reads    the journals of the books, from where the last run or the newest snapshot stands; of any
         stream that an operator asks for
Writes   a snapshot at every anchor of a book that it folded. Nobody waits for it, and nobody
         believes it: a snapshot is used only if the journal vouches for it (zerodesk.snapshots).
         Archives (zerodesk.archive) in the same bucket, which only ever grow: of each stream once
         a day, of a busy book sooner, of a range on request
"""
