"""Who waits for a price, or to follow: whose turn trades have brought, and who comes in next."""

from zerodesk.matching.armed import ArmedOrder, FollowingOrder
from zerodesk.matching.order import BookOrder, PairedOrder
from zerodesk.matching.queues import Queues


class Waiting(Queues):
    """The queues, with what trades have said to those who wait for a price.

    ``prices_ticks`` is the lowest and the highest price of the trades whose triggers have still to
    be looked at, None where there are none. ``reached`` names those that follow an order which is
    filled, and maybe some that have come in, or wait again since that was taken back.
    """

    __slots__ = ("continuing", "prices_ticks", "reached")

    def __init__(self) -> None:
        super().__init__()
        self.prices_ticks: tuple[int, int] | None = None
        self.continuing: BookOrder | None = None
        self.reached: set[str] = set()

    def keep_reached(self, order: BookOrder) -> None:
        """Remember an order that may have only to come in, for its leading one may be filled."""
        self.reached.add(order.order_id)

    def saw_prices(self, first_ticks: int, last_ticks: int) -> None:
        """Take in that trades went from one price to another: orders may wait for them."""
        low, high = self.prices_ticks or (first_ticks, first_ticks)
        self.prices_ticks = (min(low, first_ticks, last_ticks), max(high, first_ticks, last_ticks))

    def triggered(self) -> ArmedOrder | PairedOrder | FollowingOrder | None:
        """Return the order that comes in next of those that trades have triggered, if any has.

        First those that follow an order that is filled, the one that was accepted first before any.
        """
        if self.prices_ticks is None:
            return None
        if self.reached and (behind := self._behind()) is not None:
            return behind
        for level, rises in ((self.falling.best(), False), (self.rising.best(), True)):
            order = None if level is None else level.head
            found: list[ArmedOrder | PairedOrder] = []
            if isinstance(order, ArmedOrder) and self.has_triggered(order):
                found.append(order)
            found += self._trailing_triggered(rises=rises)
            found += self._paired_triggered(rises=rises)
            if found:
                return min(found, key=_turn)
        return None

    def _behind(self) -> FollowingOrder | None:
        """Return the order that comes in next of those that follow, and forget who has come in."""
        waiting = [self.orders.get(order_id) for order_id in self.reached]
        found = [one for one in waiting if isinstance(one, FollowingOrder) and self.is_led(one)]
        self.reached = {one.order_id for one in found}
        return min(found, key=_accepted, default=None)

    def is_led(self, order: FollowingOrder) -> bool:
        """Whether an order has only to come in: the one that it follows is filled.

        Had that ended otherwise, both had.
        """
        taker = self.continuing
        return order.after not in self.orders and (taker is None or taker.order_id != order.after)

    def _paired_triggered(self, *, rises: bool) -> list[PairedOrder]:
        return [
            order
            for order_id in self.paired
            if isinstance(order := self.orders.get(order_id), PairedOrder)
            and order.is_buy == rises
            and self.has_triggered(order)
        ]

    def _trailing_triggered(self, *, rises: bool) -> list[ArmedOrder]:
        return [
            order
            for order in self.trailing.values()
            if isinstance(order, ArmedOrder) and order.is_reached and order.rises == rises
        ]

    def has_triggered(self, order: ArmedOrder | PairedOrder | FollowingOrder) -> bool:
        """Whether trades have reached the trigger of an order, or filled its leading one."""
        if isinstance(order, FollowingOrder):
            return self.is_led(order)
        if isinstance(order, ArmedOrder) and order.trails:
            return order.is_reached
        if self.prices_ticks is None or (isinstance(order, PairedOrder) and not order.is_paired):
            return False
        low_ticks, high_ticks = self.prices_ticks
        return order.trigger_key <= (high_ticks if order.trigger_key > 0 else -low_ticks)


def _turn(order: ArmedOrder | PairedOrder) -> tuple[int, int, str]:
    """Return when an order comes in, of those that a price has reached: the furthest first."""
    rank = 2 if isinstance(order, PairedOrder) else int(order.trails)
    return order.trigger_key, rank, order.order_id


def _accepted(order: FollowingOrder) -> tuple[int, str]:
    return order.command["accepted_at_ms"], order.order_id
