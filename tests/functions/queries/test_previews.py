"""A preview of an order is what the risk check then asks for it, and changes nothing."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.test_perpetuals import trade, venue
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms

__all__ = ["venue"]

PERP = "BTC-PERP"


def previewed(venue: Gateway, who: str = "ann", account_id: str = "ann", **order: Any) -> Answered:
    body = {"symbol": PERP, "side": "BUY", "quantity": "0.5", "price": "60000"} | order
    path = f"/v1/accounts/{account_id}/margin-preview"
    return venue.call("POST", path, body, who=who)


def test_an_order_needs_what_comes_on_top_of_what_is_held(venue: Gateway) -> None:
    trade(venue, "t1", "ann", "ben", "0.2", "60000")
    venue.settle(PERP)
    before = AccountJournal("journal").latest("ann")
    shown = previewed(venue).json
    # 0.2 need 1,200, 0.7 need 4,200; of 7,000 a fee of 6 is paid, and 15.000001 would be held.
    figures = ("equity", "before", "after", "needed", "held", "moved", "covered", "reason")
    assert [shown[name] for name in figures] == [
        *("6994", "1200", "4200", "3000", "15.000001", "0"),
        *(True, None),
    ]
    [need] = shown["needs"]
    assert need == {"symbol": PERP, "quantity": "0.2", "buy": "0.5", "sell": "0", "alone": "4200"}
    assert AccountJournal("journal").latest("ann") == before


@pytest.mark.parametrize("quantity", ["0.5", "1.1", "1.15", "1.16", "1.2"])
@pytest.mark.parametrize("is_isolated", [False, True])
def test_it_says_what_the_risk_check_then_decides(
    venue: Gateway, quantity: str, *, is_isolated: bool
) -> None:
    if is_isolated:
        venue.call("PUT", f"/v1/isolated/{PERP}", {"is_isolated": True}, who="ann")
    shown = previewed(venue, quantity=quantity).json
    terms = {"symbol": PERP, "quantity": quantity, "price": "60000"}
    placed = venue.place("ann", "it", "BUY", **terms).json
    assert shown["covered"] == (placed["status"] == "OPEN")
    if placed["status"] == "REJECTED":
        assert shown["reason"] == placed["rejection"]["detail"]
    assert shown["isolated"] == (PERP if is_isolated else None)
    if is_isolated and shown["covered"]:
        moved = float(shown["after"]) + float(shown["held"])
        assert float(shown["moved"]) == moved


def test_what_closes_needs_less(venue: Gateway) -> None:
    trade(venue, "t1", "ann", "ben", "0.2", "60000")
    venue.settle(PERP)
    shown = previewed(venue, side="SELL", quantity="0.2", reduce_only=True).json
    assert (shown["needed"], shown["covered"]) == ("0", True)


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"symbol": "ETH-PERP"}, 422, "INTAKE_UNKNOWN_SYMBOL"),
        ({"symbol": "BTC-USD"}, 400, "INTAKE_BAD_VALUE"),
        ({"quantity": "0.00001"}, 422, "INTAKE_OFF_LOT"),
        ({"quantity": "101"}, 422, "INTAKE_ABOVE_MAX_QUANTITY"),
        ({"price": "60000.001"}, 422, "INTAKE_OFF_TICK"),
        ({"side": "HOLD"}, 400, "INTAKE_BAD_VALUE"),
    ],
)
def test_an_impossible_order_is_refused(
    venue: Gateway, order: dict[str, str], status: int, code: str
) -> None:
    refused = previewed(venue, **order)
    assert (refused.status, refused.json["code"]) == (status, code)


def test_a_mark_that_is_stale_is_not_guessed(venue: Gateway) -> None:
    body = {"source": "index", "price": "60000", "observed_at": iso_ms(now_ms() - 3_600_000)}
    assert venue.operator("POST", f"/v1/markets/{PERP}/index-prices", body).status == 202
    refused = previewed(venue)
    assert (refused.status, refused.json["code"]) == (422, "RISK_STALE_MARK")


def test_nobody_sees_another_account(venue: Gateway) -> None:
    assert previewed(venue, who="ben").status == 404
    body = {"symbol": PERP, "side": "BUY", "quantity": "0.5"}
    path = "/v1/accounts/ann/margin-preview"
    assert venue.operator("POST", path, body).status == 200
    assert venue.operator("POST", path.replace("ann", "nobody"), body).status == 404
