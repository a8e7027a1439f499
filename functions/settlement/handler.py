"""Settle one book; the card is in this package's docstring."""

from typing import Any

from settlement.run import Settlement
from settlement.settings import (
    CURSORS_TABLE,
    EVENT_BUS_NAME,
    HOLDERS_TABLE,
    JOURNAL_TABLE,
    ORDERS_TABLE,
)
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import in_chunks
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.faults import named
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.orders import Orders

settlement = Settlement(
    Journal(JOURNAL_TABLE),
    AccountJournal(JOURNAL_TABLE),
    Orders(ORDERS_TABLE),
    Cursors(CURSORS_TABLE),
    Holders(HOLDERS_TABLE),
)


@logger.inject_lambda_context
@metrics.log_metrics
@named()
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer the workflow with what to announce, and whether to come again."""
    symbol = event["symbol"]
    settled = settlement.run(symbol, owner=context.aws_request_id)
    count("SettlementRuns")
    if settled.announcements:
        logger.info("book settled", symbol=symbol, announcements=len(settled.announcements))
    return {
        "symbol": symbol,
        "announcements": list(in_chunks(settled.announcements, EVENT_BUS_NAME)),
        "more": settled.more,
    }
