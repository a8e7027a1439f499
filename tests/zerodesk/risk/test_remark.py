"""Ten thousand accounts at once have the figures that each has by itself."""

import numpy as np
import pytest

from zerodesk.derivatives import Perpetual
from zerodesk.risk.leverage import Exposure, cross_margin
from zerodesk.risk.remark import Holdings, TooLargeError, remark
from zerodesk.tiers import Tier, checked

TIERS = checked([Tier(0, 500, 250), Tier(10**9, 1_000, 501), Tier(10**11, 2_500, 1_503)])


def drawn(accounts: int, positions: int, seed: int = 1) -> tuple[Holdings, np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    rows = accounts * positions
    lots = chance.integers(-(10**5), 10**5, rows)
    instrument = chance.integers(0, 50, rows)
    marks = chance.integers(1, 10**6, 50)
    cost = lots * marks[instrument] + chance.integers(-(10**8), 10**8, rows)
    cash = chance.integers(0, 10**12, accounts)
    first = np.arange(0, rows, positions)
    return Holdings(cash, first, instrument, lots, cost), marks, chance.integers(1, 20, 50)


def test_many_accounts_have_the_figures_that_each_has_by_itself() -> None:
    holdings, marks, values = drawn(50, 7)
    found = remark(holdings, marks, values, TIERS)
    below = set(found.below_maintenance().tolist())
    for account, first in enumerate(holdings.first.tolist()):
        exposures = [
            Exposure(
                Perpetual("P", "BTC", "USD", int(values[holdings.instrument[row]])),
                int(holdings.quantity_lots[row]),
                int(holdings.cost_tick_lots[row]),
                int(marks[holdings.instrument[row]]),
            )
            for row in range(first, first + 7)
        ]
        alone = cross_margin(int(holdings.cash_minor[account]), exposures, TIERS)
        assert found.equity_minor[account] == alone.equity_minor
        assert found.maintenance_minor[account] == alone.maintenance_minor
        assert (account in below) == alone.is_below_maintenance


def test_what_does_not_fit_64_bits_is_refused_and_not_wrapped() -> None:
    holdings, marks, values = drawn(2, 1)
    large = Holdings(
        holdings.cash_minor,
        holdings.first,
        holdings.instrument,
        np.array([2**40, 1]),
        holdings.cost_tick_lots,
    )
    with pytest.raises(TooLargeError):
        remark(large, marks, values, TIERS)
