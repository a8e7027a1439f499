"""What goes at once lands in any order, and with whoever dies any of it has been done."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.simulation import seam
from tests.simulation.faults import Script
from tests.simulation.scheduler import Killed
from tests.simulation.world import World


def played(seed: int, calls: list[Callable[[], object]]) -> None:
    with seam.installed():
        from zerodesk_aws import at_once

        World(seed, Script())
        at_once.at_once(calls)


def test_calls_land_in_every_order_and_under_one_seed_in_the_same() -> None:
    orders: dict[int, str] = {}
    for seed in [*range(1, 21), *range(1, 21)]:
        landed: list[str] = []
        played(seed, [partial(landed.append, name) for name in "abc"])
        assert orders.setdefault(seed, "".join(landed)) == "".join(landed)
    assert set(orders.values()) == {"abc", "acb", "bac", "bca", "cab", "cba"}


def test_whoever_is_killed_among_calls_has_made_any_of_them() -> None:
    made: set[str] = set()
    for seed in range(1, 41):
        landed: list[str] = []

        def call(name: str, landed: list[str] = landed) -> None:
            if len(landed) == 2:
                raise Killed
            landed.append(name)

        with pytest.raises(Killed):
            played(seed, [partial(call, name) for name in "abcd"])
        made.add("".join(sorted(landed)))
    assert made == {"ab", "ac", "ad", "bc", "bd", "cd"}


def test_a_call_that_fails_hinders_no_other() -> None:
    landed: list[str] = []
    with pytest.raises(ZeroDivisionError):
        played(1, [lambda: 1 / 0, partial(landed.append, "b"), partial(landed.append, "c")])
    assert sorted(landed) == ["b", "c"]
