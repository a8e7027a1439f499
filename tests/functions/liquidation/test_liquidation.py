"""An account below its maintenance is stopped, cleared and reduced, and never a unit too much."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import killed
from tests.functions.liquidation.conftest import Desk, marked_at, trade, under_way
from tests.functions.risk_monitor.conftest import WatchMargins
from zerodesk.accounts import AccountState
from zerodesk.commands import DeleverageCommand
from zerodesk.risk.liquidation import IN_VAIN
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.contracts.events.catalogue import EVENTS
from zerodesk_aws.tables.orders import Orders

LONG = "ann"
"""Has 7,000 dollars, less a fee of 30, and is long of one bitcoin from 60,000 on."""


def state(account_id: str = LONG) -> AccountState:
    return AccountJournal("journal").latest(account_id).state


def lots(account_id: str = LONG) -> int:
    return state(account_id).positions["BTC-PERP"].quantity_lots


def steps(account_id: str = LONG) -> list[str]:
    records = AccountJournal("journal").read(account_id)
    causes = [one.body["cause"] for one in records]
    return [cause["step"] for cause in causes if cause["kind"] == "liquidate"]


def bid(venue: Gateway, price: str, quantity: str = "1") -> None:
    """Have somebody with deep pockets wait below."""
    venue.open("deep", USD="1000000")
    level = {"status": "ACTIVE", "verification_level": 2, "reason": "checked"}
    assert venue.operator("PUT", "/v1/accounts/deep/standing", level).status == 200
    terms = {"symbol": "BTC-PERP", "quantity": quantity, "price": price}
    placed = venue.place("deep", f"bid-{price}", "BUY", **terms)
    assert placed.json["status"] == "OPEN", placed.text


@pytest.fixture
def fallen(venue: Gateway, desk: Desk, watch: WatchMargins) -> Gateway:
    """Ann is below her maintenance, with an order of her own in the book."""
    trade(venue, "t1", LONG, "ben", "1", "60000")
    venue.settle("BTC-PERP")
    terms = {"symbol": "BTC-PERP", "quantity": "0.1", "reduce_only": True}
    own = venue.place(LONG, "own", "SELL", price="61000", **terms)
    assert own.json["status"] == "OPEN", own.text
    marked_at(venue, "55500")
    bid(venue, "55400")
    venue.told.clear()
    watch()
    return venue


def test_below_maintenance_an_account_is_stopped_and_one_execution_started(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    # 6,970 less 4,500 and the fee that is held are less than 5 % of 55,500.
    number = under_way(LONG).number
    assert desk.executions.started == {f"{LONG}-{number}-1": {"account_id": LONG, "number": number}}
    for side in ("BUY", "SELL"):
        terms = {"symbol": "BTC-PERP", "quantity": "0.1", "price": "55500"}
        refused = fallen.place(LONG, f"more-{side}", side, **terms)
        assert refused.json["rejection"]["code"] == "RISK_LIQUIDATION"
    watch()
    watch(None)
    assert len(desk.executions.started) == 1
    assert steps() == ["BEGIN"]


def test_orders_go_first_then_quarters_until_initial_margin_is_there(
    fallen: Gateway, desk: Desk
) -> None:
    acts = desk.run(LONG)
    assert acts[0] == "CANCEL_ORDERS"
    assert set(acts[1:]) == {"REDUCE"}
    assert 0 < lots() < 10_000
    assert steps() == ["BEGIN", *["REDUCE"] * (len(acts) - 1), "END"]
    assert state().liquidation is None
    again = fallen.call("GET", f"/v1/accounts/{LONG}/margin", who=LONG).json["margins"][0]
    assert float(again["equity"]) >= float(again["initial"])
    again = fallen.place(
        LONG, "mine", "SELL", symbol="BTC-PERP", quantity="0.1", reduce_only=True, price="56000"
    )
    assert again.json["status"] == "OPEN"


def test_every_step_is_told_from_its_record(fallen: Gateway, desk: Desk) -> None:
    desk.run(LONG)
    contracts = {one.detail_type: one.detail for one in EVENTS}
    told = [one for one in fallen.told if one.detail_type.startswith("Liquidation")]
    for one in told:
        contracts[one.detail_type].model_validate(one.detail)
    names = [one.detail_type for one in told]
    reduced = steps().count("REDUCE")
    assert names == ["LiquidationStarted", *["LiquidationStepTaken"] * reduced, "LiquidationEnded"]


def test_the_orders_of_a_liquidation_are_seen_by_their_account(fallen: Gateway, desk: Desk) -> None:
    desk.run(LONG)
    listed = fallen.call("GET", "/v1/orders", who=LONG).json["orders"]
    names = [one["client_order_id"] for one in listed if one["reduce_only"]]
    number = next(
        one.sequence
        for one in AccountJournal("journal").read(LONG)
        if one.body["cause"].get("step") == "BEGIN"
    )
    assert f"liquidation-{number}-1" in names


def test_the_venue_adds_up_behind_a_liquidation(fallen: Gateway, desk: Desk) -> None:
    from reconciliation import operations
    from tests.functions.test_perpetuals import totals

    desk.run(LONG)
    assert totals(operations.reconcile(60.0))["in_clearing"] == "0"


@pytest.mark.parametrize("after", [False, True])
def test_a_step_that_dies_anywhere_goes_on_and_closes_nothing_twice(
    fallen: Gateway, desk: Desk, *, after: bool
) -> None:
    number = under_way(LONG).number
    desk.take("CANCEL_ORDERS", LONG, number)
    fallen.settle("BTC-PERP")
    for at_call in range(100):
        before = lots()
        with killed(at_call, after=after) as made:
            desk.take("REDUCE", LONG, number)
        fallen.settle("BTC-PERP")
        assert before - lots() in (0, -(-before // 4)), at_call
        if len(made) <= at_call:
            break
        drive_on(fallen)
    desk.run(LONG)
    assert state().liquidation is None
    assert state().holds == {}
    assert lots() > 0


def drive_on(venue: Gateway) -> None:
    """Send again what is held and not answered, as the sweeper does, and what waits in between."""
    for held in state().holds.values():
        venue.send(held.command)
    for name in list(state().holds):
        assert Orders("orders").get(LONG, name) is not None
    venue.settle("BTC-PERP")


def test_two_executions_at_once_reduce_no_more_than_one(fallen: Gateway, desk: Desk) -> None:
    number = under_way(LONG).number
    desk.take("CANCEL_ORDERS", LONG, number)
    fallen.settle("BTC-PERP")
    before = lots()
    for _ in range(2):
        desk.take("REDUCE", LONG, number)
    fallen.settle("BTC-PERP")
    assert lots() == before - -(-before // 4)
    assert steps() == ["BEGIN", "REDUCE"]


def test_an_own_order_that_fills_meanwhile_is_not_closed_again(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    # Her own order is filled between the look and the step: she holds less than was looked at.
    number = under_way(LONG).number
    assert desk.take("LOOK", LONG, number) == "CANCEL_ORDERS"
    taken = fallen.place("deep", "take", "BUY", symbol="BTC-PERP", quantity="0.1", price="58000")
    assert taken.status == 201
    desk.run(LONG)
    assert lots() >= 0
    assert -lots("ben") == lots() + lots("deep")


def test_nothing_is_decided_on_a_stale_mark_or_in_a_market_that_is_not_open(
    fallen: Gateway, desk: Desk
) -> None:
    number = under_way(LONG).number
    desk.take("CANCEL_ORDERS", LONG, number)
    fallen.settle("BTC-PERP")
    halt = {"state": "HALTED", "reason": "a look"}
    assert fallen.operator("PUT", "/v1/markets/BTC-PERP/state", halt).status == 200
    assert desk.take("LOOK", LONG, number) == "WAIT"
    assert desk.take("REDUCE", LONG, number) == "WAIT"
    assert steps() == ["BEGIN"]


def test_the_clock_starts_another_execution_where_one_failed_and_not_where_one_was_stopped(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    number = under_way(LONG).number
    first, second = (f"{LONG}-{number}-{attempt}" for attempt in (1, 2))
    desk.executions.statuses[first] = "ABORTED"
    watch(None)
    assert list(desk.executions.started) == [first]
    desk.executions.statuses[first] = "FAILED"
    watch()
    assert list(desk.executions.started) == [first]
    watch(None)
    assert list(desk.executions.started) == [first, second]


def test_an_account_that_is_not_liquidated_ends_whatever_runs_for_it(
    fallen: Gateway, desk: Desk
) -> None:
    assert desk.take("LOOK", "ben", 3) == "ENDED"
    assert desk.take("LOOK", LONG, under_way(LONG).number - 1) == "ENDED"
    assert desk.take("REDUCE", LONG, under_way(LONG).number - 1) == "WAIT"
    assert steps() == ["BEGIN"]


def test_marks_do_not_matter_where_the_account_recovers_by_itself(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    marked_at(fallen, "60000")
    acts: list[Any] = desk.run(LONG)
    assert acts == ["CANCEL_ORDERS"]
    assert lots() == 10_000


def test_an_operator_stops_a_liquidation_and_no_other_begins_before_it_is_allowed(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    number, path = under_way(LONG).number, f"/v1/accounts/{LONG}/liquidation"
    stop = {"is_allowed": False, "reason": "a wrong price"}
    assert fallen.operator("PUT", path, stop).json["is_allowed"] is False
    assert desk.take("LOOK", LONG, number) == "ENDED"
    [ended] = [one.detail for one in fallen.told if one.detail_type == "LiquidationEnded"]
    assert (ended["by"], ended["reason"]) == ("house", "a wrong price")
    shown = fallen.call("GET", f"/v1/accounts/{LONG}/margin", who=LONG).json
    assert (shown["liquidation"], shown["spared"]["author"]) == (None, "house")
    watch()
    assert state().liquidation is None
    allow = {"is_allowed": True, "reason": "mended"}
    assert fallen.operator("PUT", path, allow).json["is_allowed"] is True
    watch()
    assert under_way(LONG).number > number
    assert fallen.call("PUT", path, stop, who=LONG).status == 403
    assert fallen.operator("PUT", "/v1/accounts/nobody/liquidation", stop).code == "NOT_FOUND"
    assert fallen.operator("PUT", path, {"is_allowed": 1, "reason": "x"}).status == 400


def test_where_nobody_buys_those_who_won_by_it_take_over_at_the_price_of_bankruptcy(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    from reconciliation import operations
    from tests.functions.test_perpetuals import totals

    number = under_way(LONG).number
    bids = fallen.call("DELETE", "/v1/orders?cancel_id=all", who="deep")
    assert bids.status in (200, 202), bids.text
    marked_at(fallen, "50000")
    acts = desk.run(LONG)
    assert acts == ["CANCEL_ORDERS", *["REDUCE"] * IN_VAIN, "DELEVERAGE"]
    assert (lots(), lots("ben")) == (0, 0)
    # 6,970 are short of the 10,000 that the mark lost: she leaves at 53,030, and owes nothing.
    assert state().available_minor("USD") >= 0
    assert state().available_minor("USD") < 10_000 * 100
    [taken] = [one.detail for one in fallen.told if one.detail_type == "PositionsDeleveraged"]
    assert (taken["account_id"], taken["taken"]) == (LONG, [["ben", 10_000]])
    assert taken["price_ticks"] == 5_303_000
    found = totals(operations.reconcile(60.0))
    assert (found["open"], found["in_clearing"]) == ("0", "0")
    fills = fallen.call("GET", "/v1/fills", who="ben").json["fills"]
    assert (fills[0]["liquidity"], fills[0]["price"], fills[0]["fee"]) == (
        "DELEVERAGED",
        "53030",
        "0",
    )
    assert desk.take("DELEVERAGE", LONG, number) == "WAIT"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takeovers hold for the mark that they were decided on, and for no later one."""
    monkeypatch.setattr("liquidation.liquidator.TAKEOVER_MS", 0)


def asked_to_take_over(venue: Gateway, desk: Desk) -> DeleverageCommand:
    """Have Ben asked to take Ann's position over, by a command that is on its way; return it."""
    number = under_way(LONG).number
    venue.call("DELETE", "/v1/orders?cancel_id=all", who="deep")
    marked_at(venue, "50000")
    for step in ("CANCEL_ORDERS", *["REDUCE"] * IN_VAIN):
        desk.take(step, LONG, number)
        venue.settle("BTC-PERP")
    with caught_on_its_way() as sent:
        desk.take("DELEVERAGE", LONG, number)
    command: DeleverageCommand = sent[0]
    return command


@contextmanager
def caught_on_its_way() -> Iterator[list[Any]]:
    """Let commands of liquidations not come to their book; yield them."""
    from liquidation import handler as liquidation

    sent: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(liquidation.liquidator._queue, "send", sent.append)
        yield sent


def test_nothing_is_decided_while_a_takeover_may_still_come(fallen: Gateway, desk: Desk) -> None:
    command = asked_to_take_over(fallen, desk)
    number = under_way(LONG).number
    for step in ("LOOK", "DELEVERAGE", "REDUCE"):
        assert desk.take(step, LONG, number) == "WAIT"
    # Not even that she has recovered, as long as the mark is none that ends it.
    body = {"deposit_id": "rescue", "currency": "USD", "amount": "50000"}
    assert fallen.operator("POST", f"/v1/accounts/{LONG}/deposits", body).status == 201
    assert desk.take("LOOK", LONG, number) == "WAIT"
    fallen.send(command)
    fallen.settle("BTC-PERP")
    assert (lots(), lots("ben")) == (0, 0)
    assert desk.run(LONG) == []


@pytest.mark.usefixtures("hasty")
def test_a_takeover_that_comes_when_all_is_over_takes_nothing_over(
    fallen: Gateway, desk: Desk
) -> None:
    command = asked_to_take_over(fallen, desk)
    body = {"deposit_id": "rescue", "currency": "USD", "amount": "50000"}
    assert fallen.operator("POST", f"/v1/accounts/{LONG}/deposits", body).status == 201
    marked_at(fallen, "50000")
    assert desk.run(LONG) == []
    assert state().liquidation is None
    fallen.send(command)
    fallen.settle("BTC-PERP")
    assert (lots(), lots("ben")) == (10_000, -10_000)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("after", [False, True])
def test_a_takeover_that_dies_anywhere_goes_on_and_takes_over_no_unit_too_much(
    fallen: Gateway, desk: Desk, *, after: bool
) -> None:
    number = under_way(LONG).number
    fallen.call("DELETE", "/v1/orders?cancel_id=all", who="deep")
    marked_at(fallen, "50000")
    desk.take("CANCEL_ORDERS", LONG, number)
    fallen.settle("BTC-PERP")
    for _ in range(IN_VAIN):
        desk.take("REDUCE", LONG, number)
        fallen.settle("BTC-PERP")
    for at_call in range(100):
        with killed(at_call, after=after) as made:
            desk.take("DELEVERAGE", LONG, number)
        fallen.settle("BTC-PERP")
        assert (lots(), lots("ben")) in ((10_000, -10_000), (0, 0))
        if len(made) <= at_call:
            break
        marked_at(fallen, "50000")
    desk.run(LONG)
    assert (lots(), lots("ben")) == (0, 0)
    assert state().available_minor("USD") >= 0
