"""Take one partner's request; the card is in this package's docstring."""

from typing import Any

from partner_intake.desk import PartnerDesk
from partner_intake.settings import (
    EVENT_BUS_NAME,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDER_WORKFLOW_ARN,
    ORDERS_TABLE,
)
from zerodesk_aws.bus import Bus
from zerodesk_aws.entry import logger, metrics
from zerodesk_aws.journal import Journal
from zerodesk_aws.listings import Listings
from zerodesk_aws.order_path import OrderPath, Waiting
from zerodesk_aws.registers import PARTNERS, Register
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.workflows import Workflow

orders = Orders(ORDERS_TABLE)
path = OrderPath(
    orders, Listings(Markets(MARKET_TABLE)), Workflow(ORDER_WORKFLOW_ARN), Waiting(orders)
)
desk = PartnerDesk(Register(Journal(JOURNAL_TABLE), PARTNERS), path)
bus = Bus(EVENT_BUS_NAME)


@logger.inject_lambda_context(correlation_id_path="id")
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> None:
    """Answer a partner's event with another."""
    bus.publish([desk.take(event["source"], event["detail"])])
