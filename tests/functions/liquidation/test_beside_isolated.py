"""An isolated position and all that is held together know and lose nothing of one another."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.liquidation.conftest import Desk, marked_at, trade, under_way
from tests.functions.risk_monitor.conftest import WatchMargins
from tests.functions.test_perpetuals import BTC_PERP
from zerodesk.accounts import AccountState
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms

ANN, PERP, APART = "ann", "BTC-PERP", "ETH-PERP"
LONG_AGO_MS = 11 * 60_000


def state(account_id: str = ANN) -> AccountState:
    return AccountJournal("journal").latest(account_id).state


def margins(venue: Gateway) -> dict[str, Any]:
    shown: dict[str, Any] = venue.call("GET", f"/v1/accounts/{ANN}/margin", who=ANN).json
    return shown


def apart_marked(venue: Gateway, price: str, age_ms: int = 0) -> None:
    body = {"source": "index", "price": price, "observed_at": iso_ms(now_ms() - age_ms)}
    answer = venue.operator("POST", f"/v1/markets/{APART}/index-prices", body)
    assert answer.status == 202, answer.text


@pytest.fixture
def both(venue: Gateway, desk: Desk) -> Gateway:
    """Ann is long of half a bitcoin, with an order beside it; of the isolated market too."""
    listed = venue.operator("POST", "/v1/markets", BTC_PERP | {"symbol": APART, "base": "ETH"})
    assert listed.status == 201, listed.text
    isolated = venue.call("PUT", f"/v1/isolated/{APART}", {"is_isolated": True}, who=ANN)
    assert isolated.status == 200, isolated.text
    trade(venue, "t1", ANN, "ben", "0.5", "60000")
    for symbol, quantity in ((APART, "0.01"), (PERP, "0.01")):
        sold = {"symbol": symbol, "quantity": quantity, "price": "60000"}
        assert venue.place("cat", f"s-{symbol}", "SELL", **sold).json["status"] == "OPEN"
        assert venue.place(ANN, f"b-{symbol}", "BUY", **sold).json["status"] == "FILLED"
        rests = {"symbol": symbol, "quantity": "0.01", "price": "58000"}
        placed = venue.place(ANN, f"rests-{symbol}", "BUY", **rests)
        assert placed.json["status"] == "OPEN", placed.text
    venue.settle(PERP)
    venue.settle(APART)
    return venue


def fall(venue: Gateway) -> None:
    """Let what is held together fall below its maintenance; somebody bids for it."""
    marked_at(venue, "48000")
    venue.open("deep", USD="1000000")
    level = {"status": "ACTIVE", "verification_level": 2, "reason": "checked"}
    assert venue.operator("PUT", "/v1/accounts/deep/standing", level).status == 200
    terms = {"symbol": PERP, "quantity": "1", "price": "47900"}
    assert venue.place("deep", "bid", "BUY", **terms).json["status"] == "OPEN"


def test_a_liquidation_of_the_rest_leaves_the_orders_of_an_isolated_position(
    both: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    pot = state().isolated[APART]
    fall(both)
    watch()
    assert list(state().liquidations()) == [None]
    desk.run(ANN)
    shown = both.call("GET", "/v1/orders", who=ANN).json["orders"]
    statuses = {one["client_order_id"]: one["status"] for one in shown}
    assert statuses[f"rests-{PERP}"] == "CANCELLED"
    assert statuses[f"rests-{APART}"] == "OPEN"
    assert (state().isolated[APART], state().positions[APART].quantity_lots) == (pot, 100)


def test_an_isolated_position_without_a_fresh_mark_keeps_nobody_from_the_rest(
    both: Gateway, watch: WatchMargins
) -> None:
    apart_marked(both, "60000", age_ms=LONG_AGO_MS)
    fall(both)
    seen = watch()
    assert seen["Stale"] == 2  # Cat holds both together.
    assert under_way(ANN).number
    shown = margins(both)
    assert [one["symbol"] for one in shown["stale"]] == [APART]
    assert [(one["currency"], one["isolated"]) for one in shown["margins"]] == [("USD", None)]


def test_a_stale_mark_of_the_rest_keeps_nobody_from_an_isolated_position(
    both: Gateway, watch: WatchMargins
) -> None:
    marked_at(both, "10000", at_ms=now_ms() - LONG_AGO_MS)
    apart_marked(both, "40000")
    assert watch(APART)["Liquidations"] == 1
    assert list(state().liquidations()) == [APART]


def test_a_call_stands_while_its_margin_is_not_known(
    both: Gateway, watch: WatchMargins, monkeypatch: pytest.MonkeyPatch
) -> None:
    apart_marked(both, "51500", age_ms=120_000)
    watch(APART)
    [call] = state().calls.items()
    assert call[0] == APART
    monkeypatch.setattr("zerodesk.risk.monitoring.MARGIN_MARK_AGE_MS", 60_000)
    marked_at(both, "50000")
    watch()
    assert state().calls[APART] == call[1]
    assert "USD" in state().calls


def test_a_withdrawal_goes_by_the_marks_of_what_is_held_together(both: Gateway) -> None:
    apart_marked(both, "60000", age_ms=LONG_AGO_MS)
    body = {"withdrawal_id": "w1", "currency": "USD", "amount": "100"}
    asked = both.call("POST", "/v1/withdrawals", body, who=ANN)
    assert asked.status in (200, 201, 202), asked.text
