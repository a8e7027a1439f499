"""Expiry of options: settled at an average of the index; what is paid is received, to the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from zerodesk.derivatives import EuropeanOption
from zerodesk.funding import shared
from zerodesk.times import iso_ms

AVERAGE_MS: Final = 30 * 60_000
"""Over how long before expiry the index is averaged: no single print decides."""

MAX_GAP_MS: Final = 5 * 60_000
"""For how long one observation may stand for the index; beyond it, nobody knows the price."""


class IndexGapError(ValueError):
    """The index is not known for some part of the half hour: it is never guessed."""


def settlement_ticks(observations: Sequence[tuple[int, int]], expires_at_ms: int) -> int:
    """Return the average of the index over the last 30 minutes, weighted by time.

    Each observation holds until the next. Rounded half up to a tick.

    Parameters
    ----------
    observations
        (time in ms, ticks), ascending; those after expiry are not counted.
    expires_at_ms
        When the option ends.

    Raises
    ------
    IndexGapError
        There is none at the beginning of the half hour, or a later one is missing for too long.
    """
    begins_ms = expires_at_ms - AVERAGE_MS
    known = [(at_ms, ticks) for at_ms, ticks in observations if at_ms < expires_at_ms]
    ends = [at_ms for at_ms, _ in known[1:]] + [expires_at_ms]
    if not known or known[0][0] > begins_ms:
        raise IndexGapError(f"no index at {iso_ms(begins_ms)}")
    weighted = 0
    for (at_ms, ticks), until_ms in zip(known, ends, strict=True):
        if until_ms <= begins_ms:
            continue
        if until_ms - at_ms > MAX_GAP_MS:
            raise IndexGapError(f"no index from {iso_ms(at_ms)} to {iso_ms(until_ms)}")
        weighted += ticks * (until_ms - max(at_ms, begins_ms))
    return (2 * weighted + AVERAGE_MS) // (2 * AVERAGE_MS)


@dataclass(frozen=True, slots=True)
class Exercise:
    """What an option's end moves, by account in minor units: positive is received. Sums to zero."""

    settlement_ticks: int
    payoff_minor: int
    amounts_minor: dict[str, int]
    unpaid_minor: int = 0


def exercised(
    option: EuropeanOption,
    positions_lots: Mapping[str, int],
    settlement_price_ticks: int,
    payable_minor: Mapping[str, int] | None = None,
) -> Exercise:
    """Return what every holder receives and every writer pays; nothing is left in between.

    ``payable_minor`` is the most that some writers can pay, by account. What they and the insurance
    behind them cannot is taken off the holders in proportion, and said in ``unpaid_minor``.

    Raises
    ------
    ValueError
        The positions do not sum to zero.
    """
    if sum(positions_lots.values()):
        raise ValueError(f"positions sum to {sum(positions_lots.values())} lots")
    payoff_minor = option.payoff_minor(settlement_price_ticks)
    able = payable_minor or {}
    owed = {who: -lots * payoff_minor for who, lots in positions_lots.items() if lots < 0}
    paid = {who: min(minor, able.get(who, minor)) for who, minor in owed.items()}
    holders = {who: lots for who, lots in positions_lots.items() if lots > 0}
    amounts = {who: -minor for who, minor in paid.items()} | shared(sum(paid.values()), holders)
    unpaid_minor = sum(owed.values()) - sum(paid.values())
    return Exercise(settlement_price_ticks, payoff_minor, amounts, unpaid_minor)
