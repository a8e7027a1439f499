"""Who is liquidated is seen to by the clock until it is over, with or without a position."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import killed
from tests.functions.liquidation.conftest import Desk, desk, marked_at, under_way
from tests.functions.liquidation.test_liquidation import LONG, fallen, lots, state
from tests.functions.risk_monitor.conftest import WatchMargins
from zerodesk_aws.tables.holders import LIQUIDATED, Holders

__all__ = ["desk", "fallen"]


def listed() -> list[str]:
    return Holders("holders").of(LIQUIDATED)


def test_an_account_that_has_nothing_open_any_more_is_driven_on(
    fallen: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    """The execution fails behind the last trade: nobody meets the account among the holders."""
    number = under_way(LONG).number
    fallen.call("DELETE", "/v1/orders?cancel_id=all", who="deep")
    marked_at(fallen, "50000")
    for step in ("CANCEL_ORDERS", *["REDUCE"] * 3, "DELEVERAGE"):
        desk.take(step, LONG, number)
        fallen.settle("BTC-PERP")
    assert lots() == 0
    assert LONG not in Holders("holders").of("BTC-PERP")
    desk.executions.statuses[f"{LONG}-{number}-1"] = "FAILED"
    watch(None)
    assert list(desk.executions.started) == [f"{LONG}-{number}-{n}" for n in (1, 2)]
    desk.run(LONG)
    assert state().liquidation is None
    watch(None)
    assert listed() == []


@pytest.mark.parametrize("after", [False, True])
def test_a_monitor_that_dies_anywhere_leaves_no_account_stopped_and_forgotten(
    venue: Gateway, desk: Desk, watch: WatchMargins, *, after: bool
) -> None:
    from tests.functions.risk_monitor.conftest import trade

    trade(venue, "t1", LONG, "ben", "1", "60000")
    venue.settle("BTC-PERP")
    marked_at(venue, "55500")
    for at_call in range(100):
        with killed(at_call, after=after) as made:
            watch()
        if state().liquidation is not None:
            assert LONG in listed(), at_call
            break
        assert len(made) > at_call
    watch(None)
    assert [*desk.executions.started] == [f"{LONG}-{under_way(LONG).number}-1"]


def test_who_is_listed_in_vain_is_taken_off(venue: Gateway, watch: WatchMargins, desk: Any) -> None:
    Holders("holders").show(LIQUIDATED, "ben", 1, 1)
    watch(None)
    assert listed() == []
    assert desk.executions.started == {}
