"""The archivist as this process has it: one for the schedule and the API."""

from archivist.archiving import Archiving
from archivist.exports import Exports
from archivist.history import History
from archivist.run import Archivist
from archivist.settings import JOURNAL_TABLE, SNAPSHOTS_BUCKET, SNAPSHOTS_TABLE
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.journal import Journal
from zerodesk_aws.recovery import Recovery
from zerodesk_aws.snapshots import Snapshots

_journal = Journal(JOURNAL_TABLE)
_snapshots = Snapshots(SNAPSHOTS_TABLE, SNAPSHOTS_BUCKET)
archivist = Archivist(_journal, _snapshots)
history = History(_journal, AccountJournal(JOURNAL_TABLE), Recovery(_journal, _snapshots))
exports = Exports(_journal, history, SNAPSHOTS_BUCKET)
archiving = Archiving(_journal, exports)
