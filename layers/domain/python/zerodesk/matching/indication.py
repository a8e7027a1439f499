"""The price at which a crossed book trades the most: what an auction indicates, and ends at.

Orders that cross may all trade at one price. Of all prices, in this order of rules:

1. those at which the most lots trade;
2. of these, those that leave the fewest lots of the longer side over;
3. where buyers are left over at all of these, the highest; where sellers are, the lowest: the
   pressure of the market;
4. else the one that is nearest to the reference price.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

Lots = tuple[int, int]
"""(price in ticks, lots that are wanted there, shown or not)."""


class Indication(NamedTuple):
    """At which price how many lots would trade, and how many buyers' lots would be left over.

    The surplus is negative where sellers are left over.
    """

    price_ticks: int
    quantity_lots: int
    surplus_lots: int


class _Stretch(NamedTuple):
    """Neighbouring prices at which the same lots are wanted and offered."""

    low_ticks: int
    high_ticks: int
    wanted_lots: int
    offered_lots: int

    @property
    def traded_lots(self) -> int:
        return min(self.wanted_lots, self.offered_lots)

    @property
    def surplus_lots(self) -> int:
        return self.wanted_lots - self.offered_lots


def indicate(bids: Iterable[Lots], asks: Iterable[Lots], reference_ticks: int) -> Indication:
    """Return the uncrossing of a book.

    Parameters
    ----------
    bids, asks
        The levels that the other side's best price reaches; at least one of each.
    reference_ticks
        The price that decides where nothing else does.

    Examples
    --------
    >>> indicate([(102, 7), (101, 2)], [(100, 5), (102, 9)], reference_ticks=90)
    Indication(price_ticks=102, quantity_lots=7, surplus_lots=-7)
    """
    stretches = list(_stretches(bids, asks))
    most = max((one.traded_lots, -abs(one.surplus_lots)) for one in stretches)
    # Demand falls and supply rises with the price, so these are neighbours.
    best = [one for one in stretches if (one.traded_lots, -abs(one.surplus_lots)) == most]
    if all(one.surplus_lots > 0 for one in best):
        price_ticks = best[-1].high_ticks
    elif all(one.surplus_lots < 0 for one in best):
        price_ticks = best[0].low_ticks
    else:
        price_ticks = min(max(reference_ticks, best[0].low_ticks), best[-1].high_ticks)
    at = next(one for one in best if one.low_ticks <= price_ticks <= one.high_ticks)
    return Indication(price_ticks, at.traded_lots, at.surplus_lots)


def _stretches(bids: Iterable[Lots], asks: Iterable[Lots]) -> Iterator[_Stretch]:
    """Yield each price of an order, and what lies between two of them, from the lowest up."""
    wanted, offered = defaultdict[int, int](int), defaultdict[int, int](int)
    for price_ticks, lots in bids:
        wanted[price_ticks] += lots
    for price_ticks, lots in asks:
        offered[price_ticks] += lots
    prices_ticks = sorted(wanted.keys() | offered.keys())
    wanted_lots, offered_lots = sum(wanted.values()), 0
    for price_ticks, next_ticks in pairwise([*prices_ticks, prices_ticks[-1] + 1]):
        offered_lots += offered[price_ticks]
        yield _Stretch(price_ticks, price_ticks, wanted_lots, offered_lots)
        wanted_lots -= wanted[price_ticks]
        if next_ticks - price_ticks > 1:
            yield _Stretch(price_ticks + 1, next_ticks - 1, wanted_lots, offered_lots)
