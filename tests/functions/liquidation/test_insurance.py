"""What a liquidated account owes the fund pays: once, to the unit, and no more than it has."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import killed
from tests.functions.liquidation.conftest import Desk, marked_at, under_way
from tests.functions.liquidation.test_liquidation import (
    LONG,
    fallen,
    lots,
    state,
    steps,
)
from zerodesk.insurance import FUND
from zerodesk.risk.liquidation import IN_VAIN
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.contracts.events.catalogue import EVENTS

__all__ = ["fallen"]

UNIT = 1_000_000
"""Minor units of a dollar."""


def insure(venue: Gateway, amount: str, deposit_id: str = "first") -> None:
    body = {"deposit_id": deposit_id, "currency": "USD", "amount": amount, "reason": "a cushion"}
    answer = venue.operator("POST", "/v1/insurance/deposits", body)
    assert answer.status == 201, answer.text


def fund_minor() -> int:
    return state(FUND).available_minor("USD")


def total_minor() -> int:
    """Return what all have of dollars: liquidating, insuring and settling leave it as it is."""
    return sum(state(one).available_minor("USD") for one in (LONG, "ben", "deep", FUND))


@pytest.fixture
def gapped(fallen: Gateway, desk: Desk) -> Gateway:
    """The mark has fallen by 10,000, Ann has 6,970; somebody bids half a percent below."""
    assert fallen.call("DELETE", "/v1/orders?cancel_id=all", who="deep").status in (200, 202)
    marked_at(fallen, "50000")
    terms = {"symbol": "BTC-PERP", "quantity": "1", "price": "49750"}
    assert fallen.place("deep", "below", "BUY", **terms).json["status"] == "OPEN"
    return fallen


def until_it_owes(venue: Gateway, desk: Desk) -> int:
    """Have Ann cleared and sold out, so that the fund is next; return the liquidation's number."""
    number = under_way(LONG).number
    for step in ("CANCEL_ORDERS", "REDUCE"):
        desk.take(step, LONG, number)
        venue.settle("BTC-PERP")
    assert desk.take("LOOK", LONG, number) == "INSURE"
    return number


def test_the_fund_pays_what_a_sale_below_the_price_of_bankruptcy_left(
    gapped: Gateway, desk: Desk
) -> None:
    insure(gapped, "5000")
    acts = desk.run(LONG)
    assert acts == ["CANCEL_ORDERS", "REDUCE", "INSURE"]
    assert steps() == ["BEGIN", "REDUCE", "INSURE", "END"]
    assert (lots(), state().available_minor("USD")) == (0, 0)
    # 3,280 beyond what she had, and the fee of her sale.
    assert 5_000 * UNIT - fund_minor() > 3_280 * UNIT
    [asked] = [one.detail for one in gapped.told if one.detail_type == "LiquidationInsured"]
    assert asked["amount_minor"] == 5_000 * UNIT - fund_minor()


def test_without_a_fund_nobody_sells_below_the_price_of_bankruptcy(
    gapped: Gateway, desk: Desk
) -> None:
    assert desk.run(LONG) == ["CANCEL_ORDERS", *["REDUCE"] * IN_VAIN, "DELEVERAGE"]


def test_a_small_fund_pays_all_that_it_has_and_the_others_take_over_the_rest(
    gapped: Gateway, desk: Desk
) -> None:
    insure(gapped, "1000")
    acts = desk.run(LONG)
    assert acts == ["CANCEL_ORDERS", *["REDUCE"] * IN_VAIN, "DELEVERAGE", "INSURE"]
    [taken] = [one.detail for one in gapped.told if one.detail_type == "PositionsDeleveraged"]
    # Bankrupt at 53,030; a thousand of it is the fund's.
    assert taken["price_ticks"] == 5_203_000
    assert state().available_minor("USD") == 0
    assert fund_minor() < UNIT


def test_what_was_paid_and_why_is_in_the_funds_statement(gapped: Gateway, desk: Desk) -> None:
    insure(gapped, "5000")
    desk.run(LONG)
    statement = gapped.operator("GET", f"/v1/accounts/{FUND}/statement").json
    opened, given, paid = (one["cause"] for one in statement["records"])
    assert opened["kind"] == "open"
    assert (given["kind"], given["author"], given["reason"]) == ("deposit", "house", "a cushion")
    assert (paid["kind"], paid["to_account_id"]) == ("send", LONG)
    number = next(
        one.sequence
        for one in AccountJournal("journal").read(LONG)
        if one.body["cause"].get("step") == "BEGIN"
    )
    assert paid["reason"] == f"liquidation {number}, step 2"
    contracts = {one.detail_type: one.detail for one in EVENTS}
    told = [one for one in gapped.told if one.detail_type in contracts]
    for one in told:
        contracts[one.detail_type].model_validate(one.detail)
    sent = [one.detail for one in told if one.detail_type in ("TransferSent", "TransferReceived")]
    assert {one["reason"] for one in sent} == {paid["reason"]}


def test_the_venue_adds_up_behind_a_payment(gapped: Gateway, desk: Desk) -> None:
    from reconciliation import operations

    insure(gapped, "5000")
    desk.run(LONG)
    report: Any = operations.reconcile(60.0)
    [dollars] = [one for one in report["totals"] if one["currency"] == "USD"]
    assert (dollars["in_clearing"], dollars["in_transit"], report["breaches"]) == ("0", "0", [])


@pytest.mark.parametrize("after", [False, True])
def test_a_payment_that_dies_anywhere_is_made_once(
    gapped: Gateway, desk: Desk, *, after: bool
) -> None:
    insure(gapped, "5000")
    number, deaths = until_it_owes(gapped, desk), 0
    owed_minor, before = -state().available_minor("USD"), total_minor()
    for at_call in range(100):
        with killed(at_call, after=after) as made:
            desk.take("INSURE", LONG, number)
        in_transit_minor = before - total_minor()
        assert in_transit_minor in (0, owed_minor)
        assert fund_minor() in (5_000 * UNIT, 5_000 * UNIT - owed_minor)
        if len(made) <= at_call:
            break
        deaths += 1
    assert 10 < deaths < 25
    assert desk.run(LONG) == []
    assert (state().available_minor("USD"), state().liquidation) == (0, None)
    assert fund_minor() == 5_000 * UNIT - owed_minor
    assert steps().count("INSURE") == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at_call", range(25))
def test_one_death_anywhere_is_driven_on_by_the_next_look(
    gapped: Gateway, desk: Desk, at_call: int, *, after: bool
) -> None:
    insure(gapped, "5000")
    number = until_it_owes(gapped, desk)
    owed_minor = -state().available_minor("USD")
    with killed(at_call, after=after):
        desk.take("INSURE", LONG, number)
    assert desk.run(LONG) in ([], ["INSURE"])
    assert (state().available_minor("USD"), state().liquidation) == (0, None)
    assert fund_minor() == 5_000 * UNIT - owed_minor
    assert steps().count("INSURE") == 1


def test_two_executions_at_once_are_paid_once(gapped: Gateway, desk: Desk) -> None:
    insure(gapped, "5000")
    number = until_it_owes(gapped, desk)
    owed_minor = -state().available_minor("USD")
    for _ in range(3):
        desk.take("INSURE", LONG, number)
    assert fund_minor() == 5_000 * UNIT - owed_minor
    assert state().available_minor("USD") == 0


def test_what_came_in_meanwhile_is_not_asked_of_the_fund_again(gapped: Gateway, desk: Desk) -> None:
    """A deposit between the record and the payment: the payment is what was owed by then."""
    insure(gapped, "5000")
    number = until_it_owes(gapped, desk)
    owed_minor = -state().available_minor("USD")
    with killed(6, after=False):
        desk.take("INSURE", LONG, number)
    assert steps()[-1] == "INSURE"
    assert fund_minor() == 5_000 * UNIT
    body = {"deposit_id": "late", "currency": "USD", "amount": "100"}
    assert gapped.operator("POST", f"/v1/accounts/{LONG}/deposits", body).status == 201
    assert desk.run(LONG) == ["INSURE"]
    assert fund_minor() == 5_000 * UNIT - owed_minor
    assert state().available_minor("USD") == 100 * UNIT


def test_a_fund_that_is_empty_by_then_leaves_what_is_owed_and_says_so(
    gapped: Gateway, desk: Desk
) -> None:
    """Two liquidations have counted on the same money: the second is told no, and asks anew."""
    insure(gapped, "4000")
    number = until_it_owes(gapped, desk)
    with killed(6, after=False):
        desk.take("INSURE", LONG, number)
    second = {"sequence": 2, "reason": "of another house"}
    assert gapped.operator("POST", f"/v1/accounts/{FUND}/reversals", second).status == 201
    assert desk.run(LONG) == ["INSURE"]
    [ended] = [one.detail for one in gapped.told if one.detail_type == "LiquidationEnded"]
    assert ended["reason"] == "the account owes more than it has"
    assert state().available_minor("USD") < 0
    assert fund_minor() == 0


def test_who_stops_the_liquidation_stops_no_payment_that_is_on_its_way(
    gapped: Gateway, desk: Desk
) -> None:
    insure(gapped, "5000")
    number = until_it_owes(gapped, desk)
    stop = {"is_allowed": False, "reason": "a wrong price"}
    gapped.operator("PUT", f"/v1/accounts/{LONG}/liquidation", stop)
    assert desk.take("INSURE", LONG, number) == "WAIT"
    assert fund_minor() == 5_000 * UNIT
    assert desk.take("LOOK", LONG, number) == "ENDED"
