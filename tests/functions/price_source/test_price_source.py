"""An index price becomes one command of its book, whichever way it comes."""

from typing import Any

import pytest

from price_source import handler as price_source
from tests.functions.gateway import Answered, Gateway

OBSERVED = {"source": "composite", "price": "60042.1137", "observed_at": "2026-11-21T07:10:00.000Z"}


def report(gateway: Gateway, symbol: str = "BTC-USD", **changed: Any) -> Answered:
    body = {key: value for key, value in (OBSERVED | changed).items() if value is not None}
    return gateway.operator("POST", f"/v1/markets/{symbol}/index-prices", body)


def event(**changed: Any) -> dict[str, Any]:
    detail = {"symbol": "BTC-USD", "price": "60042.1137", "observed_at": OBSERVED["observed_at"]}
    return {"source": "prices.composite", "detail": detail | changed}


def mark(gateway: Gateway) -> str:
    found: str = gateway.call("GET", "/v1/markets/BTC-USD").json["mark_price"]
    return found


def test_an_index_price_is_the_mark_to_the_nearest_tick(gateway: Gateway) -> None:
    answer = report(gateway)
    assert (answer.status, answer.json["price"]) == (202, "60042.11")
    assert mark(gateway) == "60042.11"


@pytest.mark.parametrize(
    ("price", "taken"), [("0.005", None), ("0.006", "0.01"), ("1.005", "1"), ("1.015", "1.02")]
)
def test_a_price_between_ticks_goes_to_the_nearest_half_to_even(
    gateway: Gateway, price: str, taken: str | None
) -> None:
    answer = report(gateway, price=price)
    if taken is None:
        assert (answer.code, answer.json["field"]) == ("INTAKE_BAD_VALUE", "price")
    else:
        assert answer.json["price"] == taken


def test_the_same_observation_is_the_same_command(gateway: Gateway) -> None:
    ids = [report(gateway).json["command_id"] for _ in range(2)]
    assert ids == ["i-composite-1795245000000"] * 2
    assert report(gateway, observed_at="2026-11-21T07:10:00.001Z").json["command_id"] != ids[0]


def test_an_observation_of_the_bus_takes_the_same_way(gateway: Gateway) -> None:
    assert price_source.handler(event(), gateway.context) is None
    assert gateway.sent[-1]["command_id"] == "i-prices.composite-1795245000000"
    assert mark(gateway) == "60042.11"


@pytest.mark.parametrize(
    "changed",
    [
        {"price": 60042},
        {"price": "NaN"},
        {"symbol": "NO-SUCH"},
        {"symbol": None},
        {"observed_at": "yesterday"},
        {"surprise": 1},
    ],
)
def test_an_event_that_breaks_its_schema_is_dropped_without_a_fault(
    gateway: Gateway, changed: dict[str, Any]
) -> None:
    sent = len(gateway.sent)
    assert price_source.handler(event(**changed), gateway.context) is None
    assert len(gateway.sent) == sent


def test_an_event_that_the_queue_did_not_take_comes_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "match", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        price_source.handler(event(), gateway.context)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"price": "0"}, "INTAKE_BAD_NUMBER", "price"),
        ({"price": 1.5}, "INTAKE_WRONG_TYPE", "price"),
        ({"source": "A B"}, "INTAKE_BAD_VALUE", "source"),
        ({"source": None}, "INTAKE_MISSING_FIELD", "source"),
        ({"observed_at": "2026-11-21"}, "INTAKE_BAD_VALUE", "observed_at"),
        ({"observed_at": "2026-11-21T07:10:00+00:00"}, "INTAKE_BAD_VALUE", "observed_at"),
        ({"observed_at": "2026-02-30T07:10:00Z"}, "INTAKE_BAD_VALUE", "observed_at"),
        ({"observed_at": "2026-11-21T25:10:00Z"}, "INTAKE_BAD_VALUE", "observed_at"),
        ({"observed_at": 1795245000000}, "INTAKE_WRONG_TYPE", "observed_at"),
    ],
)
def test_a_bad_report_is_refused(
    gateway: Gateway, changed: dict[str, Any], code: str, field: str
) -> None:
    answer = report(gateway, **changed)
    assert (answer.status, answer.code, answer.json["field"]) == (400, code, field)


def test_a_market_that_is_not_listed_is_not_found(gateway: Gateway) -> None:
    assert report(gateway, "NO-SUCH").code == "NOT_FOUND"


def test_a_trader_reports_no_prices(gateway: Gateway) -> None:
    answer = gateway.call("POST", "/v1/markets/BTC-USD/index-prices", OBSERVED)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
