"""Many accounts marked anew at once, in columns: the same figures as one by one, to the unit.

Analytics: it needs numpy and is imported by name; nothing on an order's way imports it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from zerodesk.money import BASIS_POINTS
from zerodesk.tiers import Tier

Integers = NDArray[np.int64]

MOST_MINOR: Final = 2**62 // BASIS_POINTS
"""The largest notional whose share is still exact in 64 bits."""


class TooLargeError(ValueError):
    """A notional or a sum that 64 bits might not hold: nothing is marked, nothing is guessed."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The positions of many accounts, in columns; those of one account stand together.

    ``first`` says where each account's positions begin; an account has at least one.
    """

    cash_minor: Integers
    first: Integers
    instrument: Integers
    quantity_lots: Integers
    cost_tick_lots: Integers


@dataclass(frozen=True, slots=True)
class Marked:
    """What accounts have and must keep at the marks, by account, minor units."""

    equity_minor: Integers
    maintenance_minor: Integers

    def below_maintenance(self) -> Integers:
        """Return the accounts that must be liquidated, by their place."""
        return np.flatnonzero(self.equity_minor < self.maintenance_minor)


def remark(
    holdings: Holdings,
    mark_price_ticks: Integers,
    tick_value_minor: Integers,
    tiers: Sequence[Tier],
) -> Marked:
    """Return every account's figures at the marks, each as ``cross_margin`` computes it.

    Parameters
    ----------
    holdings
        The positions.
    mark_price_ticks, tick_value_minor
        By instrument.
    tiers
        As of ``zerodesk.tiers.checked``.

    Raises
    ------
    TooLargeError
        A position is worth more than 64 bits allow for.
    """
    marks = mark_price_ticks[holdings.instrument]
    values = tick_value_minor[holdings.instrument]
    _assert_fits(holdings, marks, values)
    worth_ticks = holdings.quantity_lots * marks
    unrealised = (worth_ticks - holdings.cost_tick_lots) * values
    maintenance = shares(np.abs(worth_ticks) * values, tiers)
    return Marked(
        holdings.cash_minor + np.add.reduceat(unrealised, holdings.first),
        np.add.reduceat(maintenance, holdings.first),
    )


def shares(notional_minor: Integers, tiers: Sequence[Tier]) -> Integers:
    """Return the maintenance of notionals: of each part the share of its tier, rounded up once."""
    total = np.zeros_like(notional_minor)
    ends = [tier.from_minor for tier in tiers[1:]] + [MOST_MINOR]
    for tier, end in zip(tiers, ends, strict=True):
        part = np.clip(notional_minor - tier.from_minor, 0, end - tier.from_minor)
        total += part * tier.maintenance_bps
    return -(-total // BASIS_POINTS)


def _assert_fits(holdings: Holdings, marks: Integers, values: Integers) -> None:
    """Look at the sizes in floating point, which cannot overflow where integers would."""
    worth = np.abs(holdings.quantity_lots.astype(np.float64)) * marks * values
    cost = np.abs(holdings.cost_tick_lots.astype(np.float64)) * values
    most = max(worth.max(initial=0.0), cost.max(initial=0.0))
    if most > MOST_MINOR / 2:
        raise TooLargeError(f"a position of about {most:.3g} minor units")
    if worth.sum() + cost.sum() + np.abs(holdings.cash_minor.astype(np.float64)).max() > 2**62:
        raise TooLargeError("all positions together are worth more than 64 bits hold")
