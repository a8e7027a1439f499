"""Options quoted over HTTPS, off the surface that was published last and is still valid."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.zerodesk.pricing.surfaces.chains import a_surface
from zerodesk.risk.scenarios import SCENARIOS
from zerodesk.times import iso_ms
from zerodesk_aws.clock import now_ms
from zerodesk_aws.tables.market import Markets

SURFACE = "/v1/markets/BTC-USD/surface"
HOUR_MS = 3_600_000
YEAR_MS = 365 * 24 * HOUR_MS


def published(as_of_ms: int, **changed: Any) -> dict[str, Any]:
    body = {
        "surface": a_surface().to_dict(),
        "as_of": iso_ms(as_of_ms),
        "spot": "100",
        "valid_seconds": 3_600,
    }
    return body | changed


def publish(gateway: Gateway, as_of_ms: int, **changed: Any) -> Answered:
    return gateway.operator("PUT", SURFACE, published(as_of_ms, **changed))


def ask(gateway: Gateway, **changed: Any) -> Answered:
    order = {
        "symbol": "BTC-USD",
        "option_type": "call",
        "strike": "60000",
        "expiry": iso_ms(now_ms() + YEAR_MS // 2),
        "side": "BUY",
        "quantity": "0.5",
    }
    return gateway.call("POST", "/v1/pricing/quote", order | changed)


def test_an_order_of_an_option_is_quoted_off_the_published_surface(gateway: Gateway) -> None:
    at_ms = now_ms() - 60_000
    assert publish(gateway, at_ms).status == 200
    answer = ask(gateway).json
    assert (answer["verdict"], answer["surface_version"]) == ("PRICED", at_ms)
    quote, risk = answer["quote"], answer["risk"]
    # The mark is 60,000 where the surface's spot was 100.
    expected = a_surface().evaluate("call", 100.0, 0.5, ("price", "volatility", "delta"))
    assert float(quote["fair_value"]) == pytest.approx(600.0 * float(expected["price"]), rel=1e-4)
    assert float(quote["volatility"]) == pytest.approx(float(expected["volatility"]), rel=1e-5)
    assert float(quote["greeks"]["delta"]) == pytest.approx(float(expected["delta"]), rel=1e-4)
    assert float(quote["need"]) == pytest.approx(
        0.5 * float(quote["worst_price"]) * 1.0005, rel=1e-9
    )
    assert len(risk["profit_minor_per_lot"]) == len(risk["scenarios"]) == len(SCENARIOS)
    assert all(type(profit) is int for profit in risk["profit_minor_per_lot"])


def test_a_quote_is_never_older_than_its_surface(gateway: Gateway) -> None:
    at_ms = now_ms() - 60_000
    publish(gateway, at_ms)
    before = ask(gateway).json
    # Another process publishes; this one is warm.
    raised = a_surface().to_dict()
    for row in raised["expiries"]:
        row["theta"] *= 1.21
        row["psi"] *= 1.1
    assert publish(gateway, at_ms + 1, surface=raised).status == 200
    after = ask(gateway).json
    assert after["surface_version"] == before["surface_version"] + 1
    assert float(after["quote"]["volatility"]) == pytest.approx(
        1.1 * float(before["quote"]["volatility"]), rel=5e-3
    )


def test_an_earlier_surface_replaces_none_and_the_same_is_the_same(gateway: Gateway) -> None:
    at_ms = now_ms() - 60_000
    first = publish(gateway, at_ms)
    assert publish(gateway, at_ms).json == first.json
    assert publish(gateway, at_ms - 1).code == "INTAKE_IDEMPOTENCY_CONFLICT"
    assert publish(gateway, at_ms, spot="101").code == "INTAKE_IDEMPOTENCY_CONFLICT"
    assert gateway.call("GET", SURFACE).json == first.json
    assert first.json["surface"] == {**a_surface().to_dict()}


def test_a_surface_that_has_run_out_quotes_nothing(gateway: Gateway) -> None:
    publish(gateway, now_ms() - 2 * HOUR_MS)
    refused = ask(gateway)
    assert (refused.status, refused.code) == (503, "UNAVAILABLE")
    assert "valid until" in refused.json["detail"]


def test_a_market_without_a_surface_or_none_at_all_is_not_found(gateway: Gateway) -> None:
    assert ask(gateway).code == "NOT_FOUND"
    assert ask(gateway, symbol="ETH-USD").code == "NOT_FOUND"
    assert gateway.call("GET", SURFACE).code == "NOT_FOUND"
    unknown = gateway.operator("PUT", "/v1/markets/ETH-USD/surface", published(now_ms() - 1))
    assert unknown.code == "NOT_FOUND"


def test_the_surface_is_no_market(gateway: Gateway) -> None:
    publish(gateway, now_ms() - 1)
    assert [listed.market.symbol for listed in Markets("market").all()] == ["BTC-USD"]


def test_only_operators_publish(gateway: Gateway) -> None:
    refused = gateway.call("PUT", SURFACE, published(now_ms() - 1))
    assert refused.code == "FORBIDDEN"
    assert gateway.call("GET", SURFACE).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"valid_seconds": 0}, "INTAKE_BAD_VALUE", "valid_seconds"),
        ({"valid_seconds": 86_401}, "INTAKE_BAD_VALUE", "valid_seconds"),
        ({"spot": "0"}, "INTAKE_BAD_NUMBER", "spot"),
        ({"as_of": "yesterday"}, "INTAKE_BAD_VALUE", "as_of"),
        ({"as_of": "2999-01-01T00:00:00.000Z"}, "INTAKE_BAD_VALUE", "as_of"),
        ({"surface": {}}, "INTAKE_MISSING_FIELD", "surface.format"),
    ],
)
def test_a_surface_that_cannot_be_published_is_refused_by_field(
    gateway: Gateway, change: dict[str, Any], code: str, field: str
) -> None:
    refused = gateway.operator("PUT", SURFACE, published(now_ms() - 1) | change)
    assert (refused.status, refused.code, refused.json["field"]) == (400, code, field)


def test_a_surface_with_arbitrage_is_not_published(gateway: Gateway) -> None:
    document = a_surface().to_dict()
    document["expiries"][5]["theta"] = 1e-3
    refused = publish(gateway, now_ms() - 1, surface=document)
    assert (refused.code, refused.json["field"]) == ("INTAKE_BAD_VALUE", "surface.psi")
    assert gateway.call("GET", SURFACE).code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"strike": "-1"}, 400, "INTAKE_BAD_NUMBER", "strike"),
        ({"strike": 60_000}, 400, "INTAKE_WRONG_TYPE", "strike"),
        ({"option_type": "straddle"}, 400, "INTAKE_BAD_VALUE", "option_type"),
        ({"expiry": "soon"}, 400, "INTAKE_BAD_VALUE", "expiry"),
        ({"quantity": "0.00001"}, 422, "INTAKE_OFF_LOT", "quantity"),
        ({"price": "1.001"}, 422, "INTAKE_OFF_TICK", "price"),
        ({"surprise": 1}, 400, "INTAKE_UNKNOWN_FIELD", "surprise"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_by_field(
    gateway: Gateway, change: dict[str, Any], status: int, code: str, field: str
) -> None:
    publish(gateway, now_ms() - 1)
    refused = ask(gateway, **change)
    assert (refused.status, refused.code, refused.json["field"]) == (status, code, field)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"expiry": "2020-01-01T08:00:00.000Z"}, "PRICING_NO_MARK"),
        ({"price": "1"}, "PRICING_COLLAR"),
        ({"quantity": "100000000"}, "PRICING_ORDER_TOO_LARGE"),
    ],
)
def test_what_pricing_refuses_is_an_answer_with_its_numbers(
    gateway: Gateway, change: dict[str, Any], code: str
) -> None:
    publish(gateway, now_ms() - 1)
    answer = ask(gateway, **change).json
    assert (answer["verdict"], answer["rejection"]["code"]) == ("REFUSED", code)
    assert answer["quote"] is None


def test_a_stranger_without_a_key_is_quoted_nothing(gateway: Gateway) -> None:
    refused = gateway.call("POST", "/v1/pricing/quote", {}, who=None)
    assert refused.code == "UNAUTHENTICATED"
