"""Mark accounts anew; the card is in this package's docstring."""

from collections import Counter
from typing import Any, Final

from risk_monitor.calls import MarginCalls
from risk_monitor.liquidations import Liquidations
from risk_monitor.monitor import RiskMonitor
from risk_monitor.settings import (
    CURSORS_TABLE,
    EVENT_BUS_NAME,
    HOLDERS_TABLE,
    JOURNAL_TABLE,
    LIQUIDATION_EXECUTIONS_ARN,
    LIQUIDATION_WORKFLOW_ARN,
    MARKET_TABLE,
)
from zerodesk.instruments import Product, product_of
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import monotonic
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import MARKETS, Register
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.workflows import NamedWorkflow

BUDGET_SECONDS: Final = 45.0
"""Of the function's 60 seconds: no account is begun later than that."""

register = Register(Journal(JOURNAL_TABLE), MARKETS)
accounts = AccountJournal(JOURNAL_TABLE)
holders = Holders(HOLDERS_TABLE)
bus, cursors = Bus(EVENT_BUS_NAME), Cursors(CURSORS_TABLE)
monitor = RiskMonitor(
    accounts,
    holders,
    Markets(MARKET_TABLE),
    cursors,
    bus,
    MarginCalls(accounts, cursors, bus),
    Liquidations(
        accounts, holders, NamedWorkflow(LIQUIDATION_WORKFLOW_ARN, LIQUIDATION_EXECUTIONS_ARN)
    ),
)


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answer with what was looked at."""
    end = monotonic() + BUDGET_SECONDS
    asked = event.get("symbol")
    seen: Counter[str] = Counter()
    if asked is None:
        seen += monitor.drive_on(lambda: monotonic() > end)
    for symbol in derivatives() if asked is None else [asked]:
        seen += monitor.run(symbol, context.aws_request_id, lambda: monotonic() > end)
    count("MarginRuns")
    for name, number in seen.items():
        count(f"Margin{name}", number)
    if seen:
        logger.info("margins marked", extra=dict(seen))
    return dict(seen)


def derivatives() -> list[str]:
    """Return every derivative that was ever listed."""
    return sorted(one for one in register.entries() if product_of(one) is not Product.SPOT)
