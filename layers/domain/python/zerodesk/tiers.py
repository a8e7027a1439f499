"""Tiers: which share of a notional is its margin; larger positions need larger shares."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from zerodesk.money import BASIS_POINTS


class Tier(NamedTuple):
    """The shares of the part of a notional that lies above ``from_minor``, in basis points."""

    from_minor: int
    initial_bps: int
    maintenance_bps: int


class TiersError(ValueError):
    """Tiers that do not begin at zero, do not rise, or ask less to open than to keep."""


def checked(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """Return tiers that make sense: larger positions never need a smaller share."""
    sound = bool(tiers) and tiers[0].from_minor == 0
    for lower, upper in pairwise(tiers):
        sound &= lower.from_minor < upper.from_minor
        sound &= lower.initial_bps <= upper.initial_bps
        sound &= lower.maintenance_bps <= upper.maintenance_bps
    sound &= all(0 < one.maintenance_bps <= one.initial_bps <= BASIS_POINTS for one in tiers)
    if not sound:
        raise TiersError(f"{tiers}")
    return tuple(tiers)


def share_minor(notional_minor: int, tiers: Sequence[Tier], *, initial: bool) -> int:
    """Return the margin of a notional: of each part the share of its tier, rounded up once.

    Examples
    --------
    >>> tiers = [Tier(0, 500, 250), Tier(1_000, 1_000, 500)]
    >>> share_minor(1_500, tiers, initial=True), share_minor(1_500, tiers, initial=False)
    (100, 50)
    """
    if len(tiers) == 1 or notional_minor <= tiers[1][0]:
        return -(-notional_minor * tiers[0][1 if initial else 2] // BASIS_POINTS)
    total, end = 0, notional_minor
    for from_minor, initial_bps, maintenance_bps in reversed(tiers):
        if end > from_minor:
            total += (end - from_minor) * (initial_bps if initial else maintenance_bps)
            end = from_minor
    return -(-total // BASIS_POINTS)
