"""Take one step; the card is in this package's docstring."""

from typing import Any

from liquidation.insurance import Insurance
from liquidation.liquidator import Liquidator
from liquidation.ranking import Ranking
from liquidation.settings import (
    COMMAND_QUEUE_URL,
    CURSORS_TABLE,
    EVENT_BUS_NAME,
    HOLDERS_TABLE,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDERS_TABLE,
)
from liquidation.telling import Telling
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.faults import named
from zerodesk_aws.journal import Journal
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

accounts, markets = AccountJournal(JOURNAL_TABLE), Markets(MARKET_TABLE)
orders, bus = Orders(ORDERS_TABLE), Bus(EVENT_BUS_NAME)
liquidator = Liquidator(
    accounts,
    orders,
    markets,
    LimitRegister(Journal(JOURNAL_TABLE)),
    CommandQueue(COMMAND_QUEUE_URL),
    Ranking(accounts, Holders(HOLDERS_TABLE), markets),
    Insurance(accounts, orders, bus, markets),
)
telling = Telling(accounts, Cursors(CURSORS_TABLE), bus)


@logger.inject_lambda_context(correlation_id_path="account_id")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Answer the workflow with what is next."""
    account_id, number, step = event["account_id"], event["number"], event["step"]
    steps = {
        "LOOK": liquidator.look,
        "CANCEL_ORDERS": liquidator.cancel_orders,
        "REDUCE": liquidator.reduce,
        "INSURE": liquidator.insure,
        "DELEVERAGE": liquidator.deleverage,
    }
    with named():
        following = steps[step](account_id, number)
        telling.tell(account_id, number)
    count("LiquidationSteps")
    logger.info("liquidation looked at", step=step, number=number, next=following)
    return {"next": following}
