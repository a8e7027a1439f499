"""An isolated position has its own margin, falls by itself, and takes nothing but its pot along."""

from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import killed
from tests.functions.liquidation.conftest import Desk, marked_at, trade, under_way
from tests.functions.risk_monitor.conftest import WatchMargins
from zerodesk.accounts import AccountState
from zerodesk.orders import order_id_for
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.contracts.events.catalogue import EVENTS

PERP = "BTC-PERP"
ANN = "ann"
"""Has 7,000 dollars. Half a bitcoin from 60,000 on needs 3,000 of them, and a fee of 15; a unit is
held beside each fee, and stays in the pot."""


def state(account_id: str = ANN) -> AccountState:
    return AccountJournal("journal").latest(account_id).state


def isolate(venue: Gateway, *, is_isolated: bool = True, symbol: str = PERP) -> Answered:
    body = {"is_isolated": is_isolated}
    return venue.call("PUT", f"/v1/isolated/{symbol}", body, who=ANN)


def move(venue: Gateway, number: int, amount: str) -> Answered:
    body = {"number": number, "amount": amount}
    return venue.call("POST", f"/v1/isolated/{PERP}/moves", body, who=ANN)


def cancel(venue: Gateway, name: str) -> Answered:
    return venue.call("DELETE", f"/v1/orders/{order_id_for(ANN, name)}", who=ANN)


def balance(venue: Gateway, account_id: str = ANN) -> tuple[str, str, str, str]:
    balances = venue.call("GET", "/v1/balances", who=account_id).json["balances"]
    [found] = [one for one in balances if one["currency"] == "USD"]
    return found["available"], found["held"], found["isolated"], found["total"]


def reconciled() -> None:
    from reconciliation import operations
    from tests.functions.test_perpetuals import totals

    assert totals(operations.reconcile(60.0))["in_clearing"] == "0"


@pytest.fixture
def apart(venue: Gateway) -> Gateway:
    """Ann is long of half a bitcoin, apart from all else."""
    assert isolate(venue).json["is_isolated"]
    trade(venue, "t1", ANN, "ben", "0.5", "60000")
    venue.settle(PERP)
    return venue


def bid(venue: Gateway, price: str, quantity: str = "1") -> None:
    venue.open("deep", USD="1000000")
    level = {"status": "ACTIVE", "verification_level": 2, "reason": "checked"}
    assert venue.operator("PUT", "/v1/accounts/deep/standing", level).status == 200
    terms = {"symbol": PERP, "quantity": quantity, "price": price}
    placed = venue.place("deep", f"bid-{price}", "BUY", **terms)
    assert placed.json["status"] == "OPEN", placed.text


def test_an_order_takes_its_margin_and_fee_out_of_what_is_free_into_the_pot(
    apart: Gateway,
) -> None:
    assert balance(apart) == ("3984.999999", "0", "3000.000001", "6985")
    reconciled()


def test_what_the_pot_has_is_not_taken_twice_and_what_a_cancel_leaves_stays_in_it(
    apart: Gateway,
) -> None:
    terms = {"symbol": PERP, "quantity": "0.5", "price": "60000"}
    assert apart.place(ANN, "more", "BUY", **terms).json["status"] == "OPEN"
    held = ("969.999999", "15.000001", "6000", "6985")
    assert balance(apart) == held
    assert cancel(apart, "more").status == 200
    apart.settle(PERP)
    assert balance(apart) == ("969.999999", "0", "6015.000001", "6985")
    assert apart.place(ANN, "again", "BUY", **terms).json["status"] == "OPEN"
    assert balance(apart) == held
    reconciled()


def test_an_order_that_pot_and_free_balance_do_not_cover_is_refused(apart: Gateway) -> None:
    terms = {"symbol": PERP, "quantity": "0.7", "price": "60000"}
    refused = apart.place(ANN, "more", "BUY", **terms).json
    assert refused["rejection"]["code"] == "RISK_INSUFFICIENT_MARGIN"
    assert refused["rejection"]["need"] == "7221.000001"
    assert refused["rejection"]["have"] == "6985"
    assert balance(apart) == ("3984.999999", "0", "3000.000001", "6985")


def test_a_closed_position_pays_into_its_pot_which_is_free_when_it_is_held_with_all_others(
    apart: Gateway,
) -> None:
    terms = {"symbol": PERP, "quantity": "0.5", "price": "61000"}
    assert apart.place("ben", "back", "BUY", **terms).json["status"] == "OPEN"
    closed = apart.place(ANN, "out", "SELL", reduce_only=True, **terms)
    assert closed.json["status"] == "FILLED"
    apart.settle(PERP)
    # 500 made, less a fee of 15.25.
    assert balance(apart) == ("3984.999999", "0", "3484.750001", "7469.75")
    assert isolate(apart, is_isolated=False).json["margin"] == "0"
    assert balance(apart) == ("7469.75", "0", "0", "7469.75")
    reconciled()


def test_the_mode_is_not_changed_while_anything_is_open(venue: Gateway) -> None:
    terms = {"symbol": PERP, "quantity": "0.1", "price": "59000"}
    assert venue.place(ANN, "own", "BUY", **terms).json["status"] == "OPEN"
    before = state()
    refused = isolate(venue)
    assert (refused.status, refused.json["code"]) == (409, "MARGIN_MODE_IN_USE")
    assert state() == before
    cancel(venue, "own")
    venue.settle(PERP)
    assert isolate(venue).status == 200
    assert isolate(venue).status == 200
    trade(venue, "t1", ANN, "ben", "0.1", "60000")
    venue.settle(PERP)
    before = state()
    assert isolate(venue, is_isolated=False).json["code"] == "MARGIN_MODE_IN_USE"
    assert state() == before


def test_only_perpetuals_that_are_listed_are_isolated(venue: Gateway) -> None:
    unknown = isolate(venue, symbol="ETH-PERP")
    assert (unknown.status, unknown.json["code"]) == (422, "INTAKE_UNKNOWN_SYMBOL")
    spot = isolate(venue, symbol="BTC-USD")
    assert (spot.status, spot.json["rule"]) == (400, "a perpetual")


def test_a_move_is_made_once_whatever_is_repeated(apart: Gateway) -> None:
    first = state().isolated[PERP].moves + 1
    done = move(apart, first, "500")
    assert (done.status, done.json["margin"], done.json["moves"]) == (201, "3500.000001", first)
    assert balance(apart) == ("3484.999999", "0", "3500.000001", "6985")
    again = move(apart, first, "500.0")
    assert (again.status, again.json["margin"]) == (200, "3500.000001")
    other = move(apart, first, "400")
    assert (other.status, other.json["code"]) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    early = move(apart, first + 2, "400")
    assert (early.status, early.json["code"]) == (400, "INTAKE_BAD_VALUE")
    assert move(apart, first + 1, "-500").json["margin"] == "3000.000001"
    late = move(apart, first, "500")
    assert (late.status, late.json["code"]) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert balance(apart) == ("3984.999999", "0", "3000.000001", "6985")
    reconciled()


def test_a_pot_that_is_made_anew_has_no_number_again(venue: Gateway) -> None:
    isolate(venue)
    first = state().isolated[PERP].moves + 1
    assert move(venue, first, "500").status == 201
    isolate(venue, is_isolated=False)
    assert move(venue, first, "500").status == 404
    isolate(venue)
    assert move(venue, first, "500").status == 409


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("-0.000002", "RISK_INSUFFICIENT_MARGIN"),
        ("-3000.000002", "LEDGER_INSUFFICIENT_BALANCE"),
        ("3985.000001", "LEDGER_INSUFFICIENT_BALANCE"),
        ("0", "INTAKE_BAD_NUMBER"),
        ("0.0000001", "INTAKE_OFF_PRECISION"),
    ],
)
def test_no_more_moves_than_is_there_and_than_the_margin_leaves(
    apart: Gateway, amount: str, code: str
) -> None:
    before = state()
    refused = move(apart, before.isolated[PERP].moves + 1, amount)
    assert refused.json["code"] == code
    assert 400 <= refused.status < 500
    assert state() == before


def test_what_an_open_order_needs_stays_in_the_pot_too(apart: Gateway) -> None:
    terms = {"symbol": PERP, "quantity": "0.1", "price": "60000"}
    assert apart.place(ANN, "more", "BUY", **terms).json["status"] == "OPEN"
    number = state().isolated[PERP].moves + 1
    assert move(apart, number, "-1").json["code"] == "RISK_INSUFFICIENT_MARGIN"


def test_margin_shows_the_isolated_position_beside_the_rest(apart: Gateway) -> None:
    shown = apart.call("GET", f"/v1/accounts/{ANN}/margin", who=ANN).json
    [one] = shown["margins"]
    assert (one["isolated"], one["equity"], one["initial"], one["maintenance"]) == (
        PERP,
        "3000.000001",
        "3000",
        "1500",
    )
    [pot] = shown["isolated"]
    assert (pot["symbol"], pot["margin"], pot["liquidation"]) == (PERP, "3000.000001", None)


@pytest.fixture
def fallen(apart: Gateway, desk: Desk, watch: WatchMargins) -> Gateway:
    """The mark has fallen by 3,000 for half a bitcoin; ann has a spot order, and one of each."""
    spot = apart.place(ANN, "spot", "BUY", symbol="BTC-USD", quantity="0.01", price="59000")
    assert spot.json["status"] == "OPEN", spot.text
    own = {"symbol": PERP, "quantity": "0.1", "reduce_only": True, "price": "61000"}
    assert apart.place(ANN, "own", "SELL", **own).json["status"] == "OPEN"
    marked_at(apart, "56000")
    bid(apart, "55900")
    apart.told.clear()
    watch()
    return apart


def test_an_isolated_position_below_its_maintenance_is_stopped_alone(fallen: Gateway) -> None:
    assert state().liquidation is None
    assert under_way(ANN, PERP).steps == 0
    terms = {"symbol": PERP, "quantity": "0.1", "price": "56000"}
    refused = fallen.place(ANN, "more", "BUY", **terms).json["rejection"]
    assert refused["code"] == "RISK_LIQUIDATION"
    other = fallen.place(ANN, "s2", "BUY", symbol="BTC-USD", quantity="0.01", price="58000")
    assert other.json["status"] == "OPEN"


def test_it_is_reduced_until_its_initial_margin_is_there_and_nothing_else_is_touched(
    fallen: Gateway, desk: Desk
) -> None:
    free = balance(fallen)[0]
    acts = desk.run(ANN, isolated=PERP)
    assert acts[0] == "CANCEL_ORDERS"
    assert set(acts[1:]) == {"REDUCE"}
    assert balance(fallen)[0] == free
    statuses = {
        one["client_order_id"]: one["status"]
        for one in fallen.call("GET", "/v1/orders", who=ANN).json["orders"]
    }
    assert statuses["spot"] == "OPEN"
    assert statuses["own"] == "CANCELLED"
    assert state().liquidations() == {}
    [margin] = fallen.call("GET", f"/v1/accounts/{ANN}/margin", who=ANN).json["margins"]
    assert float(margin["equity"]) >= float(margin["initial"])
    reconciled()


def test_its_steps_are_told_with_the_market_that_they_are_of(fallen: Gateway, desk: Desk) -> None:
    desk.run(ANN, isolated=PERP)
    contracts = {one.detail_type: one.detail for one in EVENTS}
    told = [one for one in fallen.told if one.detail_type.startswith("Liquidation")]
    assert told[0].detail_type == "LiquidationStarted"
    assert told[-1].detail_type == "LiquidationEnded"
    for one in told:
        contracts[one.detail_type].model_validate(one.detail)
        assert one.detail["isolated"] == PERP


def test_the_account_goes_on_while_its_position_is_liquidated(fallen: Gateway, desk: Desk) -> None:
    placed: list[str] = []

    def trades_on() -> None:
        name = f"beside-{len(placed)}"
        placed.append(name)
        terms = {"symbol": "BTC-USD", "quantity": "0.001", "price": "59000"}
        assert fallen.place(ANN, name, "BUY", **terms).json["status"] == "OPEN"

    desk.run(ANN, trades_on, isolated=PERP)
    assert placed
    assert state().liquidations() == {}


@pytest.mark.parametrize("is_insured", [False, True])
def test_a_gap_beyond_the_pot_costs_the_account_its_pot_and_not_a_unit_more(
    apart: Gateway, desk: Desk, watch: WatchMargins, *, is_insured: bool
) -> None:
    if is_insured:
        body = {"deposit_id": "i", "currency": "USD", "amount": "100000", "reason": "cover"}
        assert apart.operator("POST", "/v1/insurance/deposits", body).status == 201
    free = balance(apart)[0]
    marked_at(apart, "50000")
    bid(apart, "49900")
    watch()
    acts = desk.run(ANN, isolated=PERP)
    assert "INSURE" in acts if is_insured else "DELEVERAGE" in acts
    assert state().positions[PERP].quantity_lots == 0
    assert state().isolated[PERP].minor in (0, 1)
    assert balance(apart)[0] == free
    assert state().liquidations() == {}
    reconciled()


def test_the_rest_of_an_account_falls_without_its_isolated_position(
    venue: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    # Ben is isolated and short; what ann holds with all else is no concern of his.
    trade(venue, "t1", ANN, "ben", "1", "60000")
    venue.settle(PERP)
    marked_at(venue, "55500")
    bid(venue, "55400")
    watch()
    assert list(state().liquidations()) == [None]
    assert state("ben").liquidations() == {}


@pytest.mark.parametrize("after", [False, True])
def test_a_step_that_dies_anywhere_goes_on_and_closes_nothing_twice(
    fallen: Gateway, desk: Desk, *, after: bool
) -> None:
    number, free = under_way(ANN, PERP).number, balance(fallen)[0]
    desk.take("CANCEL_ORDERS", ANN, number)
    fallen.settle(PERP)
    for at_call in range(100):
        before = state().positions[PERP].quantity_lots
        with killed(at_call, after=after) as made:
            desk.take("REDUCE", ANN, number)
        for held in [*state().holds.values()]:
            if held.command["symbol"] == PERP:
                fallen.send(held.command)
        fallen.settle(PERP)
        assert before - state().positions[PERP].quantity_lots in (0, -(-before // 4))
        if len(made) <= at_call:
            break
    desk.run(ANN, isolated=PERP) if state().liquidations() else None
    assert balance(fallen)[0] == free
    assert state().liquidations() == {}


@pytest.mark.parametrize("after", [False, True])
def test_a_move_that_dies_anywhere_is_made_once_by_its_repeat(
    apart: Gateway, *, after: bool
) -> None:
    for at_call in range(50):
        number, before = state().isolated[PERP].moves + 1, state().isolated[PERP].minor
        with killed(at_call, after=after) as made:
            move(apart, number, "1")
        assert move(apart, number, "1").status in (200, 201)
        assert state().isolated[PERP].minor == before + 10**6
        if len(made) <= at_call:
            break
    reconciled()


def test_sparing_ends_the_liquidation_of_a_position_too(fallen: Gateway, desk: Desk) -> None:
    body = {"is_allowed": False, "reason": "a wrong price"}
    path = f"/v1/accounts/{ANN}/liquidation"
    answer: Any = fallen.operator("PUT", path, body)
    assert answer.status == 200
    assert state().liquidations() == {}
