"""Check one order and hold its worst case; the card is in this package's docstring."""

from typing import Any

from risk_check.decision import deciding
from risk_check.settings import CURSORS_TABLE, JOURNAL_TABLE, MARKET_TABLE, ORDERS_TABLE
from risk_check.surroundings import Surroundings
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.journal import Journal
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

accounts = AccountJournal(JOURNAL_TABLE)
orders = Orders(ORDERS_TABLE)
surroundings = Surroundings(
    LimitRegister(Journal(JOURNAL_TABLE)), Markets(MARKET_TABLE), Cursors(CURSORS_TABLE)
)


@logger.inject_lambda_context(correlation_id_path="order.order_id")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the workflow with the command for the book, or with a refusal on record."""
    order, account_id, order_id = (
        event["order"],
        event["order"]["account_id"],
        event["order"]["order_id"],
    )
    account = accounts.commit(account_id, deciding(order, event["quote"], orders, surroundings))
    if order_id in account.state.holds:
        count("OrdersHeld")
        return {"verdict": "HELD", "command": account.state.holds[order_id].command}
    rejection = account.state.answered.get(order_id)
    if rejection is None:
        count("OrdersAnsweredAlready")
        return {"verdict": "DONE"}
    orders.project_rejection(account_id, order_id, rejection, account.sequence, now_ms())
    count("OrdersRefused")
    logger.info("order refused", code=rejection["code"], account_sequence=account.sequence)
    return {"verdict": "REJECTED", "rejection": rejection}
