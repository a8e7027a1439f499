"""The price levels of one side: a queue of orders at each price, the best price at hand.

A level is a doubly linked queue, so that an order leaves from anywhere in constant time and can
be put back exactly where it stood. The keys of the levels form a heap. A level that runs empty
stays until it comes to the top of the heap or until ``compact`` finds too many of them.
"""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush, nsmallest
from typing import Any, Final

from zerodesk.codec import state_hash
from zerodesk.matching.order import BookOrder

EMPTY_LEVELS_KEPT: Final = 64
"""Empty levels that are never worth a compaction."""


class Level:
    """The orders at one price, first come first served.

    ``quantity_lots`` is what they show, ``hidden_lots`` what they do not. ``digest`` is the hash of
    these orders in their order, None since one of them changed.
    """

    __slots__ = (
        "digest",
        "head",
        "hidden_lots",
        "key",
        "orders",
        "price_ticks",
        "quantity_lots",
        "tail",
    )

    def begin(self, key: int) -> None:
        """Begin with no order, before all else. Not ``__init__``, see ``BookOrder.take_terms``."""
        self.key = key
        self.price_ticks = abs(key)
        self.head: BookOrder | None = None
        self.tail: BookOrder | None = None
        self.orders = self.quantity_lots = self.hidden_lots = 0
        self.digest: str | None = None

    def change(self, lots: int) -> None:
        """Count lots of an order that stays in, or out when negative."""
        self.quantity_lots += lots
        self.digest = None

    def in_priority(self) -> Iterator[BookOrder]:
        """Yield the orders, first come first."""
        order = self.head
        while order is not None:
            yield order
            order = order.next


class Ladder:
    """One side of a book. The smallest key is the best price.

    Each key of ``levels`` is in ``heap`` exactly once.
    """

    __slots__ = ("heap", "levels")

    def __init__(self) -> None:
        self.levels: dict[int, Level] = {}
        self.heap: list[int] = []

    def best(self) -> Level | None:
        """Return the level with the best price, or None when the side is empty."""
        heap, levels = self.heap, self.levels
        while heap:
            level = levels[heap[0]]
            if level.head is not None:
                return level
            del levels[heappop(heap)]
        return None

    def _add(self, key: int) -> Level:
        level = self.levels[key] = Level()
        level.begin(key)
        heappush(self.heap, key)
        return level

    def append(self, order: BookOrder) -> None:
        """Put an order at the end of the queue of its price."""
        level = self.levels.get(order.key) or self._add(order.key)
        tail = level.tail
        order.previous = tail
        order.next = None
        if tail is None:
            level.head = order
        else:
            tail.next = order
        level.tail = order
        level.orders += 1
        level.quantity_lots += order.remaining_lots
        level.digest = None
        if order.hidden_lots:
            level.hidden_lots += order.hidden_lots

    def lay(self, orders: list[BookOrder], digest: str | None) -> None:
        """Have the queue of a price as it stands, where there is none; ``digest`` is its hash.

        Raises
        ------
        ValueError
            There is a queue, or no order.
        """
        if not orders or orders[0].key in self.levels:
            raise ValueError("a price has one queue, of one order at least")
        level = self._add(orders[0].key)
        before: BookOrder | None = None
        for order in orders:
            order.previous, order.next = before, None
            if before is None:
                level.head = order
            else:
                before.next = order
            before = order
        level.tail = before
        level.orders = len(orders)
        level.quantity_lots = sum([order.remaining_lots for order in orders])
        level.hidden_lots = sum([order.hidden_lots for order in orders])
        level.digest = digest

    def remove(self, order: BookOrder) -> None:
        """Take an order out of its queue, wherever it stands there."""
        level = self.levels[order.key]
        before, after = order.previous, order.next
        if before is None:
            level.head = after
        else:
            before.next = after
        if after is None:
            level.tail = before
        else:
            after.previous = before
        level.orders -= 1
        level.quantity_lots -= order.remaining_lots
        level.digest = None
        if order.hidden_lots:
            level.hidden_lots -= order.hidden_lots

    def restore(self, order: BookOrder) -> None:
        """Put an order back between the neighbours that it had when it was removed.

        Exact when removals and appends are taken back in reverse order, last one first.
        """
        level = self.levels.get(order.key) or self._add(order.key)
        before, after = order.previous, order.next
        if before is None:
            level.head = order
        else:
            before.next = order
        if after is None:
            level.tail = order
        else:
            after.previous = order
        level.orders += 1
        level.quantity_lots += order.remaining_lots
        level.digest = None
        if order.hidden_lots:
            level.hidden_lots += order.hidden_lots

    def offers(self, limit_key: int, quantity_lots: int) -> bool:
        """Whether the levels up to a key, included, hold a quantity in all, shown or not.

        Walks the heap as the tree that it is: below a key beyond the limit there is none within.
        """
        heap, levels = self.heap, self.levels
        size = len(heap)
        positions = [0]
        while positions:
            position = positions.pop()
            if position >= size or heap[position] > limit_key:
                continue
            level = levels[heap[position]]
            quantity_lots -= level.quantity_lots + level.hidden_lots
            if quantity_lots <= 0:
                return True
            positions.append(2 * position + 1)
            positions.append(2 * position + 2)
        return False

    def within(self, limit_key: int) -> list[tuple[int, int]]:
        """Return (price_ticks, lots, shown or not) of each level up to a key, included."""
        heap, levels = self.heap, self.levels
        found: list[tuple[int, int]] = []
        positions = [0]
        while positions:
            position = positions.pop()
            if position >= len(heap) or heap[position] > limit_key:
                continue
            level = levels[heap[position]]
            if level.head is not None:
                found.append((level.price_ticks, level.quantity_lots + level.hidden_lots))
            positions.append(2 * position + 1)
            positions.append(2 * position + 2)
        return found

    def depth(self, count: int) -> list[list[int]]:
        """Return the best ``count`` levels as [price_ticks, quantity_lots, orders]."""
        keys = nsmallest(count, (key for key, level in self.levels.items() if level.orders))
        levels = [self.levels[key] for key in keys]
        return [[level.price_ticks, level.quantity_lots, level.orders] for level in levels]

    def in_priority(self, limit_key: int | None = None) -> Iterator[BookOrder]:
        """Yield every order up to a key, included, best price first, then first come."""
        for key in sorted(self.levels):
            if limit_key is not None and key > limit_key:
                return
            yield from self.levels[key].in_priority()

    def digests(self) -> list[list[Any]]:
        """Return [price_ticks, hash of the orders there], best price first.

        Only the levels that changed since this was last asked are hashed again.
        """
        digests: list[list[Any]] = []
        for key in sorted(self.levels):
            level = self.levels[key]
            if level.head is None:
                continue
            if level.digest is None:
                level.digest = state_hash([order.row() for order in level.in_priority()])
            digests.append([level.price_ticks, level.digest])
        return digests

    def compact(self, live_orders: int) -> None:
        """Drop empty levels once they outnumber the levels that orders can fill."""
        if len(self.levels) <= 2 * live_orders + EMPTY_LEVELS_KEPT:
            return
        self.levels = {key: level for key, level in self.levels.items() if level.orders}
        self.heap = list(self.levels)
        heapify(self.heap)
