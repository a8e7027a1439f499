"""The engine's core: orders in price-time priority, and a taker that meets them.

Nothing here knows of money, events or records. What a fill costs, who is told and how it is taken
back follow from what ``meet`` returns, see ``zerodesk.matching.fills``.
"""

import sys
from heapq import heappop

from zerodesk.matching.ladder import Ladder, Level
from zerodesk.matching.order import BookOrder, SpecialOrder

Fill = tuple[BookOrder, int, int]
"""(maker, lots, price in ticks)."""


class Queues:
    """The orders that rest, each side a ladder of prices with a queue at each.

    Those that wait for their trigger stand in ladders of triggers, ``rising`` and ``falling``, and
    those whose trigger trails in ``trailing``, by their ids. ``paired`` has those that rest and
    wait for a stop as well; one that has traded or gone leaves it when triggers are next looked at.
    ``following`` has those that wait for another order to be filled, by the id of that one.
    ``armed`` counts all of them.

    Examples
    --------
    >>> queues = Queues()
    >>> maker, taker = BookOrder(), BookOrder()
    >>> maker.take_terms("o1", "alice", False, 101, 5, True)
    >>> taker.take_terms("o2", "bob", True, 102, 7, True)
    >>> queues.rest(maker)
    >>> [(maker.order_id, lots, price_ticks) for maker, lots, price_ticks in queues.meet(taker)]
    [('o1', 5, 101)]
    >>> taker.remaining_lots, queues.orders
    (2, {})
    """

    __slots__ = (
        "armed",
        "asks",
        "bids",
        "falling",
        "following",
        "orders",
        "paired",
        "rising",
        "trailing",
    )

    def __init__(self) -> None:
        self.orders: dict[str, BookOrder] = {}
        self.bids = Ladder()
        self.asks = Ladder()
        self.armed = 0
        self.rising = Ladder()
        self.falling = Ladder()
        self.trailing: dict[str, BookOrder] = {}
        self.paired: dict[str, None] = {}
        self.following: dict[str, BookOrder] = {}

    def ladder_of(self, order: BookOrder) -> Ladder:
        """Return the ladder in which an order rests or waits."""
        if order.is_armed:
            return self.rising if order.rises else self.falling
        return self.bids if order.is_buy else self.asks

    def rest(self, order: BookOrder) -> None:
        """Let an order rest, last in the queue of its price."""
        self.orders[order.order_id] = order
        (self.bids if order.is_buy else self.asks).append(order)

    def arm(self, order: BookOrder) -> None:
        """Let an order wait for its trigger, behind those that wait for the same one."""
        self.orders[order.order_id] = order
        self.armed += 1
        if order.trails:
            self.trailing[order.order_id] = order
        elif order.after:
            self.following[order.after] = order
        else:
            self.ladder_of(order).append(order)

    def withdraw(self, order: BookOrder) -> BookOrder | None:
        """Take an order out that rests or waits.

        Returns the other one of its group, if both stand: the one that follows it, or that it
        follows.
        """
        del self.orders[order.order_id]
        if self.armed:
            if order.is_armed:
                return self._disarm(order)
            if order.order_id in self.paired:
                self._unpair(order.order_id)
            (self.bids if order.is_buy else self.asks).remove(order)
            return self.following.get(order.order_id)
        (self.bids if order.is_buy else self.asks).remove(order)
        return None

    def _disarm(self, order: BookOrder) -> BookOrder | None:
        self.armed -= 1
        if order.trails:
            del self.trailing[order.order_id]
        elif order.after:
            del self.following[order.after]
            return self.orders.get(order.after)
        else:
            self.ladder_of(order).remove(order)
        return None

    def withdraw_filled(self, order: BookOrder) -> None:
        """Take an order out that a taker has filled, as ``meet`` does.

        Where it waited for its stop as well that is forgotten once all who wait have seen what the
        taker traded, see ``forget_unpaired``.
        """
        del self.orders[order.order_id]
        self.ladder_of(order).remove(order)

    def keep_paired(self, order: BookOrder) -> None:
        """Remember an order that rests and waits for its stop as well."""
        if order.is_paired and order.order_id not in self.paired:
            self.paired[order.order_id] = None
            self.armed += 1

    def forget_unpaired(self) -> None:
        """Forget those of the pairs that have traded, or are gone."""
        for order_id in list(self.paired):
            order = self.orders.get(order_id)
            if order is None or not order.is_paired:
                self._unpair(order_id)

    def _unpair(self, order_id: str) -> None:
        del self.paired[order_id]
        self.armed -= 1

    def restore(self, order: BookOrder) -> None:
        """Put an order back where it rested or waited; see ``Ladder.restore``."""
        self.orders[order.order_id] = order
        self.armed += order.is_armed
        if order.trails:
            self.trailing[order.order_id] = order
        elif order.after:
            self.following[order.after] = order
        else:
            self.ladder_of(order).restore(order)

    def meet(  # noqa: C901 - the hot loop, flat
        self, taker: BookOrder, most_fills: int = sys.maxsize
    ) -> list[Fill]:
        """Fill a taker from the other side, best price first, then first come.

        Each fill is at the maker's price. A maker that is filled whole has left its queue; what
        remains of the taker is its caller's to expire or to let rest. Whatever changes once per
        fill is kept in locals until the level is done.
        """
        ladder = self.asks if taker.is_buy else self.bids
        heap, levels, orders = ladder.heap, ladder.levels, self.orders
        limit_key = -taker.key
        taker_lots = taker.remaining_lots
        fills: list[Fill] = []
        while taker_lots and heap and heap[0] <= limit_key:
            level = levels[heap[0]]
            maker = level.head
            if maker is None:
                del levels[heappop(heap)]
                continue
            if len(fills) >= most_fills:
                break
            price_ticks, before_lots, filled_orders = level.price_ticks, taker_lots, 0
            while maker is not None and taker_lots and len(fills) < most_fills:
                maker_lots = maker.remaining_lots
                if maker_lots > taker_lots:
                    fills.append((maker, taker_lots, price_ticks))
                    maker.remaining_lots = maker_lots - taker_lots
                    taker_lots = 0
                    break
                fills.append((maker, maker_lots, price_ticks))
                taker_lots -= maker_lots
                # It leaves the head; its own link to the next one stays, for the way back.
                maker.remaining_lots = 0
                filled_orders += 1
                if maker.hidden_lots:
                    maker = self._show_more(maker, level)
                else:
                    del orders[maker.order_id]
                    maker = maker.next
                if maker is not None:
                    maker.previous = None
            if maker is None:
                del levels[heappop(heap)]
                continue
            level.head = maker
            level.orders -= filled_orders
            level.quantity_lots -= before_lots - taker_lots
            level.digest = None
        taker.remaining_lots = taker_lots
        return fills

    def _show_more(self, maker: BookOrder, level: Level) -> BookOrder:
        """Let the next lots of an order come at the end of its queue; returns who is next there.

        The order leaves before they come, so it keeps the neighbour that it had, or none.
        """
        assert isinstance(maker, SpecialOrder), "no other order hides anything"
        neighbour = maker.next
        level.hidden_lots -= maker.hidden_lots
        following = maker.next_slice()
        self.rest(following)
        maker.next = neighbour
        return following if neighbour is None else neighbour

    def requeue(self, order: BookOrder) -> None:
        """Let the next lots of an order take its place before its shown ones are filled."""
        self.ladder_of(order).remove(order)
        assert isinstance(order, SpecialOrder), "no other order hides anything"
        self.rest(order.next_slice())

    def shrink(self, order: BookOrder, lots: int) -> None:
        """Take lots off a resting order that keeps its place, those that it hides first."""
        level = self.ladder_of(order).levels[order.key]
        hidden_lots = min(lots, order.hidden_lots)
        if isinstance(order, SpecialOrder):
            order.hidden_lots -= hidden_lots
            level.hidden_lots -= hidden_lots
        level.change(hidden_lots - lots)
        order.remaining_lots -= lots - hidden_lots
        order.quantity_lots -= lots

    def facing(self, taker: BookOrder) -> BookOrder | None:
        """Return the order that a taker would meet first, None when there is none in its limit."""
        best = (self.asks if taker.is_buy else self.bids).best()
        return best.head if best is not None and best.key <= -taker.key else None

    def crosses(self, taker: BookOrder) -> bool:
        """Whether the other side has an order within a taker's limit."""
        return self.facing(taker) is not None
