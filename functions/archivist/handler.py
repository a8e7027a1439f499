"""Keep snapshots by the clock, or answer for the past; the card is in this package's docstring."""

from typing import Any, Final

from archivist import operations
from archivist.routes import api
from zerodesk_aws.clock import monotonic, now_ms
from zerodesk_aws.entry import count, logger, metrics

BUDGET_SECONDS: Final = 45.0
"""Of the function's 60 seconds: no record is folded, and no export begun, later than that. What a
run kept, the next one begins at."""


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway, or keep snapshots and archives because a minute has passed."""
    if "requestContext" in event:
        return api(event, context)
    end = monotonic() + BUDGET_SECONDS
    kept = operations.archivist.run(lambda: monotonic() > end)
    count("SnapshotsKept", kept.total())
    archived = operations.archiving.run(now_ms(), lambda: monotonic() > end)
    count("RecordsArchived", archived)
    if kept.total() or archived:
        logger.info("kept", snapshots=dict(kept), archived=archived)
    return {"snapshots": dict(kept), "archived": archived}
