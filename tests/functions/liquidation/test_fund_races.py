"""Two liquidations at once, and a fund that has enough for one: it pays no unit that it has not.

Both are long of a bitcoin from 60,000 on with 7,000 dollars, and the mark falls to 50,000; somebody
bids half a percent below it. Each then owes 3,280 dollars and its fee, and the fund has 5,000.
"""

from random import Random
from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import killed
from tests.functions.liquidation.conftest import Desk, marked_at, trade, under_way
from tests.functions.liquidation.test_insurance import UNIT, fund_minor, insure
from tests.functions.liquidation.test_liquidation import lots, state, steps
from tests.functions.risk_monitor.conftest import WatchMargins
from tests.functions.test_perpetuals import SECOND_LEVEL
from zerodesk.insurance import FUND
from zerodesk.risk.liquidation import IN_VAIN
from zerodesk_aws.accounts import AccountJournal

BOTH = ("ann", "cat")
EVERYBODY = ("ann", "ben", "cat", "deep", FUND)
FUNDED = 5_000 * UNIT


@pytest.fixture
def both(venue: Gateway, desk: Desk, watch: WatchMargins) -> Gateway:
    venue.open("deep", USD="1000000")
    assert venue.operator("PUT", "/v1/accounts/deep/standing", SECOND_LEVEL).status == 200
    trade(venue, "t1", "ann", "ben", "1", "60000")
    trade(venue, "t2", "cat", "deep", "1", "60000")
    venue.settle("BTC-PERP")
    marked_at(venue, "50000")
    insure(venue, "5000")
    watch()
    terms = {"symbol": "BTC-PERP", "quantity": "2", "price": "49750"}
    assert venue.place("deep", "below", "BUY", **terms).json["status"] == "OPEN"
    for one in BOTH:
        desk.take("CANCEL_ORDERS", one, under_way(one).number)
    venue.settle("BTC-PERP")
    return venue


def payments() -> list[dict[str, Any]]:
    records = AccountJournal("journal").read(FUND)
    return [one.body for one in records if one.body["cause"]["kind"] == "send"]


def paid_minor() -> int:
    return sum(
        leg[2] for one in payments() for leg in one["entries"] if leg[:2] == ["transit", "USD"]
    )


def adds_up() -> None:
    from reconciliation import operations

    report: Any = operations.reconcile(60.0)
    [dollars] = [one for one in report["totals"] if one["currency"] == "USD"]
    assert (dollars["in_clearing"], dollars["in_transit"], report["breaches"]) == ("0", "0", [])


def test_both_sell_by_the_same_money_and_the_fund_pays_it_once(both: Gateway, desk: Desk) -> None:
    """Who asks first is paid; the other gets what is left, and is said to owe the rest."""
    numbers = {one: under_way(one).number for one in BOTH}
    for one in BOTH:
        desk.take("REDUCE", one, numbers[one])
    both.settle("BTC-PERP")
    owed_minor = {one: -state(one).available_minor("USD") for one in BOTH}
    assert all(3_280 * UNIT < minor < 3_400 * UNIT for minor in owed_minor.values())
    assert [desk.take("LOOK", one, numbers[one]) for one in BOTH] == ["INSURE", "INSURE"]
    # The second has asked for all that it owes while the fund had it, and dies before it is paid.
    with killed(6, after=False):
        desk.take("INSURE", "cat", numbers["cat"])
    assert steps("cat")[-1] == "INSURE"
    assert desk.run("ann") == ["INSURE"]
    assert fund_minor() == FUNDED - owed_minor["ann"]
    assert desk.run("cat") == ["INSURE", "INSURE"]
    left_minor = sum(owed_minor.values()) - FUNDED
    assert {one: state(one).available_minor("USD") for one in BOTH} == {
        "ann": 0,
        "cat": -left_minor,
    }
    assert (fund_minor(), paid_minor()) == (0, FUNDED)
    ended = [one.detail for one in both.told if one.detail_type == "LiquidationEnded"]
    reasons = {one["account_id"]: one["reason"] for one in ended}
    assert reasons["cat"] == "the account owes more than it has"
    adds_up()


def test_who_has_not_sold_when_the_fund_is_empty_is_taken_over_at_its_own_price(
    both: Gateway, desk: Desk
) -> None:
    """Its look was by the fund as it was; its order is by the fund as it is."""
    assert desk.take("LOOK", "cat", under_way("cat").number) == "REDUCE"
    assert desk.run("ann") == ["REDUCE", "INSURE"]
    left_minor = fund_minor()
    assert left_minor < 2_000 * UNIT
    acts = desk.run("cat")
    assert acts == [*["REDUCE"] * IN_VAIN, "DELEVERAGE", "INSURE"]
    [taken] = [one.detail for one in both.told if one.detail_type == "PositionsDeleveraged"]
    # Bankrupt at 53,030, and as much nearer to the mark as the fund has left.
    assert taken["price_ticks"] == 5_303_000 - left_minor // (UNIT // 100)
    assert state("cat").available_minor("USD") >= 0
    adds_up()


@pytest.mark.parametrize("seed", range(6))
def test_whichever_steps_meet_and_die_no_unit_is_paid_twice_or_lost(
    both: Gateway, desk: Desk, seed: int
) -> None:
    """Steps of the two, in any order, repeated, out of turn and killed; then each to its end."""
    chance = Random(seed)
    following = dict.fromkeys(BOTH, "LOOK")
    for _ in range(60):
        one = chance.choice(BOTH)
        at_call = chance.randrange(20) if chance.random() < 0.4 else 1_000
        step = following[one] if chance.random() < 0.8 else chance.choice(["REDUCE", "INSURE"])
        with killed(at_call, after=chance.random() < 0.5):
            told = desk.take(step, one, under_way(one).number) if is_liquidated(one) else "LOOK"
            following[one] = "LOOK" if told in ("WAIT", "ENDED") else told
        if chance.random() < 0.3:
            drive_on(both)
    drive_on(both)
    for one in filter(is_liquidated, BOTH):
        desk.run(one)
    assert [lots(one) for one in BOTH] == [0, 0]
    assert 0 <= fund_minor() == FUNDED - paid_minor()
    assert min(state(one).available_minor("USD") for one in BOTH) >= 0 or fund_minor() == 0
    named = [one["cause"]["transfer_id"] for one in payments()]
    assert len(named) == len(set(named))
    adds_up()


def is_liquidated(account_id: str) -> bool:
    return state(account_id).liquidation is not None


def drive_on(venue: Gateway) -> None:
    """Send what is held and not answered, as the sweeper does, and settle."""
    for held in [held for one in BOTH for held in state(one).holds.values()]:
        venue.send(held.command)
    venue.settle("BTC-PERP")
