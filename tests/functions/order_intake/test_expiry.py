"""Orders that end at a time, from the request to the record by which they end."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway


def timestamp(*, after_s: float = 0.0) -> str:
    at = datetime.now(UTC) + timedelta(seconds=after_s)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def gtd(gateway: Gateway, expires_at: str | None, **terms: Any) -> Answered:
    terms = {"time_in_force": "GTD", "expires_at": expires_at} | terms
    return gateway.place("alice", "mine", "BUY", **terms)


def test_a_gtd_order_says_when_it_ends_and_ends_by_a_later_command(gateway: Gateway) -> None:
    until = timestamp(after_s=3600)
    placed = gtd(gateway, until)
    assert (placed.json["status"], placed.json["expires_at"]) == ("OPEN", until)
    gateway.sent_at_ms += 3_600_000
    gateway.place("bob", "ask", "SELL", price="61000")
    shown = gateway.call("GET", f"/v1/orders/{placed.json['order_id']}").json
    assert (shown["status"], shown["remaining_quantity"]) == ("EXPIRED", "1")


def test_a_repeat_after_its_end_is_the_same_order(gateway: Gateway) -> None:
    until = timestamp(after_s=0.3)
    placed = gtd(gateway, until)
    assert placed.status == 201
    while timestamp() <= until:
        pass
    again = gtd(gateway, until)
    assert (again.status, again.json["order_id"]) == (201, placed.json["order_id"])


def test_a_day_order_ends_with_the_day_in_utc(gateway: Gateway) -> None:
    placed = gateway.place("alice", "mine", "BUY", time_in_force="DAY")
    accepted = datetime.fromisoformat(placed.json["accepted_at"])
    ends = datetime.fromisoformat(placed.json["expires_at"])
    assert timedelta(0) < ends - accepted <= timedelta(days=1)
    assert (ends.hour, ends.minute, ends.second, ends.microsecond) == (0, 0, 0, 0)
    assert gateway.place("alice", "mine", "BUY", time_in_force="DAY") == placed


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"expires_at": None}, "INTAKE_MISSING_FIELD", "expires_at"),
        ({"time_in_force": "GTC"}, "INTAKE_BAD_VALUE", "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "INTAKE_BAD_VALUE", "expires_at"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "INTAKE_BAD_VALUE", "expires_at"),
        ({"expires_at": "tomorrow"}, "INTAKE_BAD_VALUE", "expires_at"),
        ({"type": "MARKET", "price": None}, "INTAKE_BAD_VALUE", "time_in_force"),
    ],
)
def test_an_end_that_makes_no_sense_is_refused_by_name(
    gateway: Gateway, terms: dict[str, Any], code: str, field: str
) -> None:
    refused = gtd(gateway, **({"expires_at": timestamp(after_s=60)} | terms))
    assert (refused.code, refused.json["field"]) == (code, field)
