"""Funding of perpetuals: what keeps their price near the index. Integers; what is paid is received.

The mark is the median of the index, the last trade and the fair price, index and basis together, so
that no single one of them moves it far. Every funding time whoever holds with the premium pays
whoever holds against it, a share of the position's worth that is clamped either way.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

PER_UNIT: Final = 1_000_000
"""Funding rates are in millionths."""

FUNDING_EVERY_MS: Final = 8 * 3_600_000
"""Funding times are 00:00, 08:00 and 16:00 UTC."""


def funding_time(at_ms: int) -> int:
    """Return the latest funding time that has come.

    Examples
    --------
    >>> funding_time(2 * FUNDING_EVERY_MS + 1) == 2 * FUNDING_EVERY_MS
    True
    """
    return at_ms - at_ms % FUNDING_EVERY_MS


def fair_ticks(index_ticks: int, basis_ticks: int) -> int:
    """Return the fair price: the index and its smoothed distance from the book, at least a tick."""
    return max(1, index_ticks + basis_ticks)


def mark_ticks(index_ticks: int, last_ticks: int, fair_price_ticks: int) -> int:
    """Return the mark: the median of index, last trade and fair price.

    Examples
    --------
    >>> mark_ticks(100, 150, 101)
    101
    """
    return sorted((index_ticks, last_ticks, fair_price_ticks))[1]


def rate_millionths(mark_price_ticks: int, index_ticks: int, *, most_millionths: int) -> int:
    """Return the premium of the mark over the index, clamped, rounded towards nothing.

    Examples
    --------
    >>> rate_millionths(100_050, 100_000, most_millionths=3_750)
    500
    >>> rate_millionths(90_000, 100_000, most_millionths=3_750)
    -3750
    """
    premium = mark_price_ticks - index_ticks
    size = abs(premium) * PER_UNIT // index_ticks
    clamped = min(size, most_millionths)
    return clamped if premium > 0 else -clamped


class Funded(NamedTuple):
    """What a funding moves, by account in minor units: positive is received. It sums to zero."""

    rate_millionths: int
    amounts_minor: dict[str, int]


def fund(
    positions_lots: Mapping[str, int],
    rate_millionths: int,
    mark_price_ticks: int,
    tick_value_minor: int,
) -> Funded:
    """Return what each account pays or receives at a funding time.

    Who pays, pays rounded down; who receives gets a share of exactly that in proportion to the
    position, rounded down, and what is left over goes a unit each to the largest remainders, then
    by the account's name: so it sums to zero to the unit, whoever computes it.

    Raises
    ------
    ValueError
        The positions do not sum to zero, so they are not all positions of one instrument.
    """
    if sum(positions_lots.values()):
        raise ValueError(f"positions sum to {sum(positions_lots.values())} lots")
    lot_minor = mark_price_ticks * tick_value_minor
    sign = 1 if rate_millionths > 0 else -1
    payers = {who: abs(lots) for who, lots in positions_lots.items() if lots * sign > 0}
    receivers = {who: abs(lots) for who, lots in positions_lots.items() if lots * sign < 0}
    paid = {
        who: lots * lot_minor * abs(rate_millionths) // PER_UNIT for who, lots in payers.items()
    }
    amounts = {who: -minor for who, minor in paid.items()}
    amounts |= shared(sum(paid.values()), receivers)
    return Funded(rate_millionths, amounts)


def shared(total_minor: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Return a total shared out by weight, to the unit: largest remainders first, then by name.

    Examples
    --------
    >>> shared(10, {"a": 1, "b": 1, "c": 1})
    {'a': 4, 'b': 3, 'c': 3}
    """
    whole = sum(weights.values())
    if not whole:
        return {}
    shares = {who: total_minor * weight // whole for who, weight in weights.items()}
    left = total_minor - sum(shares.values())
    order = sorted(weights, key=lambda who: (-(total_minor * weights[who] % whole), who))
    for who in order[:left]:
        shares[who] += 1
    return shares
