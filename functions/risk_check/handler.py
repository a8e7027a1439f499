"""Check one order and hold its worst case; the card is in this package's docstring."""

from typing import TYPE_CHECKING, Any

from risk_check.decision import deciding
from risk_check.settings import CURSORS_TABLE, JOURNAL_TABLE, MARKET_TABLE, ORDERS_TABLE
from risk_check.surroundings import Surroundings
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.faults import named
from zerodesk_aws.journal import Journal
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

if TYPE_CHECKING:
    from zerodesk.commands import AmendCommand

accounts = AccountJournal(JOURNAL_TABLE)
orders = Orders(ORDERS_TABLE)
surroundings = Surroundings(
    LimitRegister(Journal(JOURNAL_TABLE)), Markets(MARKET_TABLE), Cursors(CURSORS_TABLE)
)


@logger.inject_lambda_context(correlation_id_path="order.order_id")
@metrics.log_metrics
@named()
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer the workflow with the command for the book, or with a refusal on record."""
    asked, quoted = event["order"], event["quote"]
    if asked.get("kind") == "amend":
        # Here: an order does without what an amend needs.
        from risk_check.amends import AmendCheck

        check = AmendCheck(asked, quoted, orders, surroundings)
        account = accounts.commit(asked["account_id"], check)
        return answer(account, asked["command_id"], check.unheld)
    account = accounts.commit(asked["account_id"], deciding(asked, quoted, orders, surroundings))
    return answer(account, asked["order_id"])


def answer(
    account: Account, command_id: str, unheld: "AmendCommand | None" = None
) -> dict[str, Any]:
    """Return what the account's journal says of a command; ``unheld`` is one that needs nothing."""
    held = account.state.holds.get(command_id)
    if held is not None or unheld is not None:
        count("OrdersHeld")
        return {"verdict": "HELD", "command": unheld if held is None else held.command}
    rejection = account.state.answered.get(command_id)
    if rejection is None:
        count("OrdersAnsweredAlready")
        return {"verdict": "DONE"}
    orders.project_rejection(account.account_id, command_id, rejection, account.sequence, now_ms())
    count("OrdersRefused")
    logger.info("order refused", code=rejection["code"], account_sequence=account.sequence)
    return {"verdict": "REJECTED", "rejection": rejection}
