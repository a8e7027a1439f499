"""A partner's event on the bus starts the same path as HTTP, and is answered by events."""

import contextlib
import json
import time
from decimal import Decimal
from typing import Any

import boto3
import pytest

from tests.end_to_end.conftest import Venue
from zerodesk.orders import OrderStatus
from zerodesk_client.api import Client, Order

pytestmark = pytest.mark.local_cloud


def told(venue: Venue, source: str, detail: dict[str, Any]) -> None:
    """Put an OrderRequested event on the venue's bus."""
    events: Any = boto3.client(
        "events",
        endpoint_url=venue.endpoint.endpoint,
        region_name=venue.endpoint.region,
        aws_access_key_id="000000000000",
        aws_secret_access_key="test",
    )
    with contextlib.closing(events):
        put(events, source, detail)


def put(events: Any, source: str, detail: dict[str, Any]) -> None:
    (bus,) = [
        one["Name"] for one in events.list_event_buses()["EventBuses"] if "zerodesk" in one["Name"]
    ]
    entry = {
        "EventBusName": bus,
        "Source": source,
        "DetailType": "OrderRequested",
        "Detail": json.dumps(detail),
    }
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def orders_of(client: Client, within_s: float = 10) -> tuple[Order, ...]:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        orders = client.orders().entries
        if orders and not orders[0].is_pending:
            return orders
        time.sleep(0.1)
    return client.orders().entries


def test_a_partners_order_takes_the_same_path_once(venue: Venue) -> None:
    symbol = venue.market()
    account_id, key = venue.account(USD="1000")
    with venue.http(venue.operator_key) as http:
        bound = http.put("/v1/partners/partner.acme", json={"account_id": account_id})
    assert bound.status_code == 200, bound.text
    detail = {
        "client_order_id": "acme-1",
        "symbol": symbol,
        "side": "BUY",
        "type": "LIMIT",
        "quantity": "1",
        "price": "99",
    }
    told(venue, "partner.acme", detail)
    told(venue, "partner.acme", detail)
    client = venue.client(key)
    (order,) = orders_of(client)
    assert order.status is OrderStatus.OPEN
    assert order.price == Decimal(99)


def test_a_source_that_is_no_partner_gets_no_order(venue: Venue) -> None:
    symbol = venue.market()
    account_id, key = venue.account(USD="1000")
    told(
        venue,
        "partner.unknown",
        {"client_order_id": "x", "symbol": symbol, "side": "BUY", "account_id": account_id},
    )
    assert orders_of(venue.client(key), within_s=2) == ()
