"""The mark of a perpetual: the median of index, last trade and fair price.

The fair price is the index and the basis: how far the middle of the book was from the index when
that was told, on average over the latest samples. So no single one of the three moves the mark far.
What is not fresh is left out, and no median is made of less than three.
"""

from collections.abc import Iterable
from typing import Final

from zerodesk.funding import fair_ticks, mark_ticks

FRESH_MS: Final = 10 * 60 * 1_000
"""How old an index price, a trade or a sample of the basis may be, and count."""

SAMPLES: Final = 8
"""Samples of the basis that count."""

Priced = tuple[int, int]
"""(ticks, at ms)."""


def is_fresh(priced_at_ms: int, at_ms: int) -> bool:
    """Whether a price of one time counts at another."""
    return at_ms - priced_at_ms <= FRESH_MS


def median_ticks(
    at_ms: int, index: Priced, last: Priced | None, samples: Iterable[Priced]
) -> int | None:
    """Return the mark at a time, ticks; None where one of the three is missing or not fresh.

    Examples
    --------
    >>> median_ticks(5, index=(100, 5), last=(150, 4), samples=[(2, 1), (5, 2)])
    103
    >>> median_ticks(5, index=(100, 5), last=(150, 4), samples=[]) is None
    True
    """
    basis = [ticks for ticks, sampled_at_ms in samples if is_fresh(sampled_at_ms, at_ms)]
    if not basis or last is None:
        return None
    if not (is_fresh(index[1], at_ms) and is_fresh(last[1], at_ms)):
        return None
    return mark_ticks(index[0], last[0], fair_ticks(index[0], sum(basis) // len(basis)))
