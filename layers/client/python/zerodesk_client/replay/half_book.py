"""One side of the replay's book, as far as the replay can know it while orders are in flight.

Prices are turned into ranks, so that on both sides the best price has the lowest rank.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Group:
    """Makers of one price and one quantity, neighbours in the queue at that price.

    They are interchangeable: whichever of them a taker of that quantity meets, the trade is the
    same. ``resting`` are those that no taker is under way to.
    """

    quantity_lots: int
    placing: int = 0
    resting: list[int] = field(default_factory=list)
    taking: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the group can be in the book any more."""
        return not (self.placing or self.resting or self.taking)


@dataclass(slots=True)
class HalfBook:
    """The makers of one side that rest, or may: by rank, groups in the order of their queue."""

    levels: dict[int, list[Group]] = field(default_factory=dict)
    taking_rank: int | None = None
    taking: int = 0

    @property
    def best_rank(self) -> int | None:
        """The best rank at which a maker rests or may rest."""
        return min(self.levels) if self.levels else None

    def joins(self, rank: int, quantity_lots: int) -> bool:
        """Whether a maker would join the last group at its price."""
        level = self.levels.get(rank)
        return level is not None and level[-1].quantity_lots == quantity_lots

    def admits(self, rank: int, quantity_lots: int) -> bool:
        """Whether a maker may be sent now.

        No taker under way may be able to meet it: none whose limit reaches beyond its price.
        At a price that takers are under way to, it queues behind what they were sent for. And
        the queue at its price must be known: before another quantity starts there, every maker
        ahead has been answered.
        """
        if self.taking_rank is not None and self.taking_rank > rank:
            return False
        level = self.levels.get(rank)
        return level is None or self.joins(rank, quantity_lots) or level[-1].placing == 0

    def place(self, rank: int, quantity_lots: int) -> Group:
        """Note a maker that is being sent, and return its group."""
        level = self.levels.setdefault(rank, [])
        if not level or level[-1].quantity_lots != quantity_lots:
            level.append(Group(quantity_lots))
        level[-1].placing += 1
        return level[-1]

    def takeable(self) -> Iterator[int]:
        """Yield the trades whose taker may be sent now.

        A taker meets the head of the queue at the best price, so it must be for that group; all
        takers under way on this side are then for the same group and cannot disturb each other.
        """
        best_rank = self.best_rank
        if best_rank is not None:
            yield from self.levels[best_rank][0].resting

    def take(self, trade: int) -> Group:
        """Note a taker that is being sent for ``trade``, one of ``takeable``."""
        best_rank = self.best_rank
        assert best_rank is not None
        assert self.taking_rank in (None, best_rank), "takers under way to two prices"
        group = self.levels[best_rank][0]
        group.resting.remove(trade)
        group.taking += 1
        self.taking_rank = best_rank
        self.taking += 1
        return group

    def taken(self, rank: int, group: Group) -> None:
        """Note that a taker was answered and its maker is gone."""
        group.taking -= 1
        self.taking -= 1
        if not self.taking:
            self.taking_rank = None
        level = self.levels[rank]
        while level and level[0].is_empty:
            level.pop(0)
        if not level:
            del self.levels[rank]
