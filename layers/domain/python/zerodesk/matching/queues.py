"""The engine's core: orders in price-time priority, and a taker that meets them.

Nothing here knows of money, events or records. What a fill costs, who is told and how it is taken
back follow from what ``meet`` returns, see ``zerodesk.matching.fills``.
"""

from heapq import heappop

from zerodesk.matching.ladder import Ladder
from zerodesk.matching.order import BookOrder

Fill = tuple[BookOrder, int, int]
"""(maker, lots, price in ticks)."""


class Queues:
    """The orders that rest, each side a ladder of prices with a queue at each.

    Examples
    --------
    >>> queues = Queues()
    >>> queues.rest(BookOrder("o1", "alice", False, 101, 5, True))
    >>> taker = BookOrder("o2", "bob", True, 102, 7, True)
    >>> [(maker.order_id, lots, price_ticks) for maker, lots, price_ticks in queues.meet(taker)]
    [('o1', 5, 101)]
    >>> taker.remaining_lots, queues.orders
    (2, {})
    """

    __slots__ = ("asks", "bids", "orders")

    def __init__(self) -> None:
        self.orders: dict[str, BookOrder] = {}
        self.bids = Ladder()
        self.asks = Ladder()

    def ladder_of(self, order: BookOrder) -> Ladder:
        """Return the side on which an order rests."""
        return self.bids if order.is_buy else self.asks

    def rest(self, order: BookOrder) -> None:
        """Let an order rest, last in the queue of its price."""
        self.orders[order.order_id] = order
        (self.bids if order.is_buy else self.asks).append(order)

    def withdraw(self, order: BookOrder) -> None:
        """Take a resting order out."""
        del self.orders[order.order_id]
        (self.bids if order.is_buy else self.asks).remove(order)

    def restore(self, order: BookOrder) -> None:
        """Put an order back where it rested; see ``Ladder.restore``."""
        self.orders[order.order_id] = order
        (self.bids if order.is_buy else self.asks).restore(order)

    def meet(self, taker: BookOrder, most_fills: int = 1 << 62) -> list[Fill]:
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
                del orders[maker.order_id]
                filled_orders += 1
                maker = maker.next
                if maker is not None:
                    maker.previous = None
            level.head = maker
            if maker is None:
                level.tail = None
            level.orders -= filled_orders
            level.quantity_lots -= before_lots - taker_lots
        taker.remaining_lots = taker_lots
        return fills

    def crosses(self, taker: BookOrder) -> bool:
        """Whether the other side has an order within a taker's limit."""
        best = (self.asks if taker.is_buy else self.bids).best()
        return best is not None and best.key <= -taker.key
