"""Margin calls: an account is told when its equity falls to a level of what it must keep."""

from typing import Final, NamedTuple, Self

from zerodesk.money import BASIS_POINTS

LEVELS_BPS: Final = (15_000, 12_000)
"""At which shares of maintenance an account is called, falling. At all of it, it is liquidated."""

EASES_BPS: Final = 500
"""How far above a level equity must be before the call of that level is over: a mark that goes to
and fro across a level makes no call with every step."""


class MarginCall(NamedTuple):
    """The level at which an account was last called, and with what figures, minor units.

    ``at_ms`` is of the latest fall; a call that eases to a higher level keeps it.
    """

    level_bps: int
    equity_minor: int
    maintenance_minor: int
    at_ms: int

    def to_row(self) -> list[int]:
        """Return the numbers in the order of the fields, as a record keeps them."""
        return list(self)

    @classmethod
    def from_row(cls, row: list[int]) -> Self:
        """Return the call that ``to_row`` wrote."""
        return cls(*row)


def is_below(equity_minor: int, maintenance_minor: int, level_bps: int) -> bool:
    """Whether equity is less than a share of maintenance; nothing is below a share of nothing."""
    return maintenance_minor > 0 and equity_minor * BASIS_POINTS < maintenance_minor * level_bps


def ratio_bps(equity_minor: int, maintenance_minor: int) -> int | None:
    """Return equity over maintenance in basis points, rounded down; None where nothing is kept.

    Examples
    --------
    >>> ratio_bps(149, 100), ratio_bps(-1, 3), ratio_bps(5, 0)
    (14900, -3334, None)
    """
    return equity_minor * BASIS_POINTS // maintenance_minor if maintenance_minor > 0 else None


def next_call(
    standing: MarginCall | None, equity_minor: int, maintenance_minor: int, at_ms: int
) -> MarginCall | None:
    """Return the call that stands from now on: the same one while nothing was crossed.

    Examples
    --------
    >>> first = next_call(None, 149, 100, at_ms=1)
    >>> first
    MarginCall(level_bps=15000, equity_minor=149, maintenance_minor=100, at_ms=1)
    >>> next_call(first, 121, 100, at_ms=2) is first, next_call(first, 152, 100, at_ms=3) is first
    (True, True)
    >>> next_call(first, 119, 100, at_ms=4).level_bps, next_call(first, 155, 100, at_ms=5)
    (12000, None)
    """
    level_bps = _level(standing, equity_minor, maintenance_minor)
    if standing is not None and level_bps == standing.level_bps:
        return standing
    if level_bps is None:
        return None
    eases = standing is not None and level_bps > standing.level_bps
    called_ms = standing.at_ms if standing is not None and eases else at_ms
    return MarginCall(level_bps, equity_minor, maintenance_minor, called_ms)


def _level(standing: MarginCall | None, equity_minor: int, maintenance_minor: int) -> int | None:
    """Return the lowest level that equity is below, or has not left for good."""
    for level_bps in sorted(LEVELS_BPS):
        was_below = standing is not None and standing.level_bps <= level_bps
        eased_bps = level_bps + EASES_BPS if was_below else level_bps
        if is_below(equity_minor, maintenance_minor, eased_bps):
            return level_bps
    return None
