"""Keep snapshots by the clock; the card is in this package's docstring."""

from time import monotonic
from typing import Any, Final

from archivist.run import Archivist
from archivist.settings import JOURNAL_TABLE, SNAPSHOTS_BUCKET, SNAPSHOTS_TABLE
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.journal import Journal
from zerodesk_aws.snapshots import Snapshots

BUDGET_SECONDS: Final = 45.0
"""Of the function's 60 seconds: no record is folded later than that. What a run kept, the next one
begins at."""

archivist = Archivist(Journal(JOURNAL_TABLE), Snapshots(SNAPSHOTS_TABLE, SNAPSHOTS_BUCKET))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Answer with the snapshots that were kept, by book."""
    end = monotonic() + BUDGET_SECONDS
    kept = archivist.run(lambda: monotonic() > end)
    count("SnapshotsKept", kept.total())
    if kept.total():
        logger.info("snapshots kept", books=dict(kept))
    return dict(kept)
