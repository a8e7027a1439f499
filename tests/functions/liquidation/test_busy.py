"""A table that is too busy fails no execution: the workflow knows the fault, and tries again."""

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import failing, throttled
from tests.functions.liquidation.conftest import Desk, under_way
from tests.functions.liquidation.test_liquidation import LONG, fallen, lots, state, steps
from tests.functions.workflow_files import errors_named, load, states

__all__ = ["fallen"]

RETRIED = errors_named(states(load("liquidation_workflow"))["Look"])


def taken(desk: Desk, step: str, number: int) -> Exception | None:
    """Take a step; return how it failed, if it did."""
    try:
        desk.take(step, LONG, number)
    except Exception as fault:  # noqa: BLE001 - what it is is asked by the test
        return fault
    return None


@pytest.mark.parametrize("step", ["LOOK", "CANCEL_ORDERS"])
def test_a_table_that_is_busy_at_any_call_of_a_step_is_tried_again(
    fallen: Gateway, desk: Desk, step: str
) -> None:
    number, busy = under_way(LONG).number, 0
    fallen.matches_at_once = False
    for at_call in range(100):
        with failing(at_call, after=False, fault=throttled) as made:
            fault = taken(desk, step, number)
        if len(made) <= at_call:
            break
        busy += fault is not None
        assert fault is None or type(fault).__name__ in RETRIED
    assert busy > 1
    fallen.matches_at_once = True
    fallen.match()
    desk.run(LONG)
    assert (steps()[0], steps()[-1], state().liquidation) == ("BEGIN", "END", None)


@pytest.mark.parametrize("at_call", range(13))
def test_an_account_is_reduced_once_however_busy_the_tables_were(
    fallen: Gateway, desk: Desk, at_call: int
) -> None:
    number = under_way(LONG).number
    desk.take("CANCEL_ORDERS", LONG, number)
    fallen.settle("BTC-PERP")
    fallen.matches_at_once = False
    with failing(at_call, after=False, fault=throttled) as made:
        fault = taken(desk, "REDUCE", number)
    assert len(made) > at_call
    assert fault is None or type(fault).__name__ in RETRIED
    assert desk.take("REDUCE", LONG, number) == "WAIT"
    fallen.match()
    fallen.settle("BTC-PERP")
    assert lots() == 7_500
    assert steps() == ["BEGIN", "REDUCE"]
