"""A margin preview says what an order would need, and why; what cannot be is refused."""

from decimal import Decimal
from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway

AT = "2026-11-21T07:00:00.000Z"
DECEMBER = "2026-12-25T08:00:00.000Z"
MARCH = "2027-03-26T08:00:00.000Z"
PERPETUAL = {"type": "PERPETUAL", "quantity": "2"}


def an_option(kind: str, strike: str, quantity: str, expires_at: str = DECEMBER) -> dict[str, Any]:
    return {
        "type": kind,
        "quantity": quantity,
        "strike": strike,
        "expires_at": expires_at,
        "volatility": "0.6",
    }


def preview(gateway: Gateway, *legs: dict[str, Any], **more: Any) -> Answered:
    body = {"currency": "USD", "mark_price": "60000", "at": AT, "legs": list(legs)}
    return gateway.call("POST", "/v1/risk/margin-preview", body | more)


def margin(gateway: Gateway, *legs: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = preview(gateway, *legs, **more)
    assert answer.status == 200, answer.text
    return dict(answer.json)


def test_a_single_perpetual_needs_its_largest_move(shared_gateway: Gateway) -> None:
    found = margin(shared_gateway, PERPETUAL)
    # Fifteen per cent of 120,000; three times that at a third, and a little, is what counts: 35 %.
    assert found["before"]["scan"] == "18900"
    assert found["before"]["maintenance"] == "15120"
    assert found["before"]["worst_scenario"] == 19
    assert len(found["before"]["scenarios"]) == 20


def test_an_order_needs_what_it_adds_and_a_hedge_sets_free(shared_gateway: Gateway) -> None:
    order = {"leg": 0, "side": "BUY", "quantity": "1"}
    adding = margin(shared_gateway, PERPETUAL, order=order)
    assert (adding["before"]["initial"], adding["needed"]) == ("18900", "9450")
    hedge = margin(
        shared_gateway,
        PERPETUAL,
        {"type": "SPOT"},
        order={"leg": 1, "side": "SELL", "quantity": "2"},
    )
    # It may not be filled: until then nothing is free, and nothing more is needed.
    assert hedge["needed"] == "0"
    hedged = margin(shared_gateway, PERPETUAL, {"type": "SPOT", "quantity": "-2"})
    assert hedged["before"]["initial"] == "0"


def test_a_covered_call_needs_less_than_the_call_alone(shared_gateway: Gateway) -> None:
    short = an_option("CALL", "60000", "-1")
    spot = {"type": "SPOT", "quantity": "1"}
    alone = margin(shared_gateway, short, intermonth="0")["before"]
    covered = margin(shared_gateway, short, spot, intermonth="0")["before"]
    assert 0 < Decimal(covered["initial"]) < Decimal(alone["initial"])
    assert Decimal(alone["option_value"]) < 0


def test_a_calendar_is_charged_where_a_charge_is_set(shared_gateway: Gateway) -> None:
    legs = (an_option("CALL", "60000", "1"), an_option("CALL", "60000", "-1", MARCH))
    free = margin(shared_gateway, *legs, intermonth="0", short_minimum="0")["before"]
    charged = margin(shared_gateway, *legs, intermonth="1000", short_minimum="0")["before"]
    assert free["intermonth"] == "0"
    assert 400 < Decimal(charged["intermonth"]) < 700
    assert Decimal(charged["initial"]) > Decimal(free["initial"])


def test_the_charges_are_the_venue_s_where_none_are_told(shared_gateway: Gateway) -> None:
    legs = (an_option("CALL", "60000", "1"), an_option("CALL", "60000", "-1", MARCH))
    found = margin(shared_gateway, *legs)["before"]
    told = margin(shared_gateway, *legs, intermonth="600", short_minimum="3000")["before"]
    assert found == told
    assert found["short_minimum"] == "3000"


def test_collateral_counts_less_its_haircut(shared_gateway: Gateway) -> None:
    btc = {"currency": "BTC", "amount": "0.5", "price": "60000", "haircut_bps": 1_500}
    found = margin(shared_gateway, PERPETUAL, collateral=[btc])
    assert (found["collateral"], found["covered"]) == ("25500", True)
    short = margin(shared_gateway, PERPETUAL, collateral=[btc | {"amount": "0.37"}])
    assert (short["have"], short["covered"]) == ("18870", False)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"legs": []}, "INTAKE_BAD_VALUE", "legs"),
        ({"legs": [PERPETUAL] * 51}, "INTAKE_BAD_VALUE", "legs"),
        ({"legs": [{"type": "FUTURE"}]}, "INTAKE_BAD_VALUE", "legs.0.type"),
        ({"legs": [PERPETUAL | {"strike": "1"}]}, "INTAKE_BAD_VALUE", "legs.0.strike"),
        ({"legs": [{"type": "CALL", "quantity": "1"}]}, "INTAKE_MISSING_FIELD", "legs.0.strike"),
        ({"legs": [PERPETUAL | {"quantity": 2}]}, "INTAKE_WRONG_TYPE", "legs.0.quantity"),
        ({"legs": [PERPETUAL | {"quantity": "1e9"}]}, "INTAKE_BAD_NUMBER", "legs.0.quantity"),
        ({"legs": [PERPETUAL | {"quantity": "0.00001"}]}, "INTAKE_OFF_LOT", "legs.0.quantity"),
        (
            {"legs": [PERPETUAL | {"quantity": "999999999999999999"}]},
            "INTAKE_BAD_NUMBER",
            "legs.0.quantity",
        ),
        ({"legs": [an_option("PUT", "1", "1", AT)]}, "INTAKE_BAD_VALUE", "legs.0.expires_at"),
        (
            {"order": {"leg": 1, "side": "BUY", "quantity": "1"}},
            "INTAKE_BAD_VALUE",
            "order.leg",
        ),
        ({"mark_price": "0"}, "INTAKE_BAD_NUMBER", "mark_price"),
        ({"mark_price": "999999999999999999"}, "INTAKE_BAD_VALUE", "mark_price"),
        ({"intermonth": "0.001"}, "INTAKE_OFF_PRECISION", "intermonth"),
        ({"maintenance_bps": 0}, "INTAKE_BAD_VALUE", "maintenance_bps"),
        ({"scenarios": 5}, "INTAKE_UNKNOWN_FIELD", "scenarios"),
    ],
)
def test_a_preview_of_what_cannot_be_is_refused(
    shared_gateway: Gateway, changed: dict[str, Any], code: str, field: str
) -> None:
    answer = preview(shared_gateway, PERPETUAL, **changed)
    assert (answer.code, answer.json["field"]) == (code, field)
    assert 400 <= answer.status < 500
