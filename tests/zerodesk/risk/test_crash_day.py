"""A crash day in small: every unit and every lot is accounted for, and nobody is left below.

The large one is a command: ``python -m tests.benchmarks.crash``.
"""

import pytest

from tests.benchmarks.crash import SYMBOL, run
from zerodesk.positions import FLAT


@pytest.mark.parametrize("gap_bps", [800, 4_000])
def test_a_gap_ends_with_every_unit_accounted_for(gap_bps: int) -> None:
    crash = run(120, gap_bps, seed=gap_bps)
    crash.assert_accounted_for()
    assert crash.counted["liquidations"] > 5
    assert crash.counted["orders to reduce"] > 5
    assert crash.counted["takeovers"] > 5
    for name, state in crash.accounts.items():
        assert state.liquidation is None
        assert not crash.is_short_of(name)
        if name.startswith("long"):
            assert state.positions.get(SYMBOL, FLAT).quantity_lots >= 0
        if name.startswith("short"):
            assert state.positions.get(SYMBOL, FLAT).quantity_lots <= 0


def test_what_is_owed_in_the_end_is_no_more_than_fees_on_the_way() -> None:
    crash = run(120, 4_000, seed=3)
    assert crash.owed_minor() * 1_000 < crash.deposits_minor
