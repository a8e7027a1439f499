"""Perpetuals with three accounts, as in the tests of perpetuals, and the monitor over them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.test_perpetuals import trade, usd, venue
from zerodesk.times import iso_ms
from zerodesk_aws.clock import now_ms

__all__ = ["marked_at", "trade", "usd", "venue"]

WatchMargins = Callable[..., dict[str, int]]


@pytest.fixture
def watch(venue: Gateway, context: Any) -> WatchMargins:
    from risk_monitor import handler as risk_monitor

    def watched(symbol: str | None = "BTC-PERP") -> dict[str, int]:
        given = {"schedule": "mark-every-account"} if symbol is None else {"symbol": symbol}
        seen: dict[str, int] = risk_monitor.handler(given, context)
        return seen

    return watched


def marked_at(venue: Gateway, price: str, *, at_ms: int | None = None) -> None:
    observed_at = iso_ms(now_ms() if at_ms is None else at_ms)
    body = {"source": "index", "price": price, "observed_at": observed_at}
    answer = venue.operator("POST", "/v1/markets/BTC-PERP/index-prices", body)
    assert answer.status == 202, answer.text
