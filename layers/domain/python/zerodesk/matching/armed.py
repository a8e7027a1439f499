"""Orders that wait: for their trigger, or for another one to be filled."""

from typing import TYPE_CHECKING, Any, Self

from zerodesk.matching.order import ARMED, BUY, BookOrder, SpecialOrder
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import rises

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand


class WaitingOrder(BookOrder):
    """An order that is not in the queues yet: it keeps its command, and comes in by that."""

    __slots__ = ("command", "expires_at_ms")

    is_armed = True
    untraded = ARMED

    command: "PlaceCommand"
    expires_at_ms: int

    @classmethod
    def waiting(cls, command: "PlaceCommand", stamp: int) -> Self:
        """Return the order of a command, which has nothing else to say yet."""
        order = cls()
        order.take_terms(
            command["command_id"],
            command["account_id"],
            command["side"] == BUY,
            command["price_ticks"],
            command["quantity_lots"],
            False,  # noqa: FBT003 - by position, as every order
            command["maker_bps"],
            command["taker_bps"],
            command["held_minor"],
            stamp,
        )
        order.command = command
        order.expires_at_ms = command.get("expires_at_ms", 0)
        return order


class ArmedOrder(WaitingOrder):
    """An order in waiting: it keeps its command, and comes in by it when it is triggered.

    It stands in a ladder of its own, at the price of its trigger: among those that wait for the
    last trade to rise to theirs, or among those that wait for it to fall. Triggered, it leaves and
    another order takes its place, with its id and its hold.

    One that ``trails`` stands in no ladder: its trigger follows the last trade, and ``is_reached``
    says whether a trade has reached it.
    """

    __slots__ = ("is_reached", "rises", "trails", "trigger_ticks")

    is_reached: bool
    trails: bool
    rises: bool
    trigger_ticks: int

    @classmethod
    def of(cls, command: "PlaceCommand", stamp: int = 0) -> "ArmedOrder":
        """Return the order that a command arms."""
        order = cls.waiting(command, stamp)
        order.rises = rises(is_buy=order.is_buy, trigger=command["trigger"])
        order.trails = "trail_ticks" in command or "trail_bps" in command
        order.is_reached = False
        order.wait_for(command["trigger_ticks"])
        return order

    @property
    def trigger_key(self) -> int:
        """Its trigger as the key of a ladder."""
        return self.key

    def follow(self, price_ticks: int) -> bool:
        """See a trade of a stop that trails; whether anything of the order changed.

        A trigger that is reached stays. The distance of a part of the price is rounded down, and at
        least a tick.
        """
        if self.is_reached:
            return False
        if price_ticks >= self.trigger_ticks if self.rises else price_ticks <= self.trigger_ticks:
            self.is_reached = True
            return True
        distance_ticks = self.command.get("trail_ticks")
        if distance_ticks is None:
            distance_ticks = max(1, price_ticks * self.command["trail_bps"] // BASIS_POINTS)
        before_ticks = self.trigger_ticks
        if self.rises:
            self.wait_for(min(before_ticks, price_ticks + distance_ticks))
        else:
            self.wait_for(max(before_ticks, price_ticks - distance_ticks))
        return self.trigger_ticks != before_ticks

    def wait_for(self, trigger_ticks: int) -> None:
        """Have another trigger, in no ladder."""
        self.trigger_ticks = trigger_ticks
        self.key = trigger_ticks if self.rises else -trigger_ticks

    def triggered(self) -> BookOrder:
        """Return the order that takes this one's place."""
        order = BookOrder.of(self.command)
        order.held_minor = self.held_minor
        moved_ticks = self.trigger_ticks - self.command["trigger_ticks"]
        if moved_ticks:
            assert isinstance(order, SpecialOrder), "a trigger is a special term"
            order.reprice(max(1, self.price_ticks + moved_ticks))
        return order

    def to_dict(self) -> dict[str, Any]:
        """Return the order as JSON-able values, for a snapshot."""
        return {
            "trigger_ticks": self.trigger_ticks,
            "command": dict(self.command),
            "held_minor": self.held_minor,
        } | ({"is_reached": True} if self.is_reached else {})

    def row(self) -> list[Any]:
        """Return the values of ``to_dict``: what a digest takes in."""
        return list(self.to_dict().values())

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ArmedOrder":
        """Return the order that ``to_dict`` wrote, in no ladder yet."""
        order = cls.of(values["command"])
        order.wait_for(values["trigger_ticks"])
        order.is_reached = values.get("is_reached", False)
        order.held_minor = values["held_minor"]
        return order


class FollowingOrder(WaitingOrder):
    """An order in waiting for the one that it comes ``after``, which leads; see ``ArmedOrder``.

    ``leading_lots`` is how much of that must be filled. What the order needs is held from the
    start, but for what the leading order brings: that is added with each of its fills.
    ``due_minor`` is what is to be held of it behind the record in the making.
    """

    __slots__ = ("after", "due_minor", "leading_lots")

    after: str
    due_minor: int
    leading_lots: int

    @classmethod
    def behind(cls, command: Any, leading_lots: int, stamp: int = 0) -> "FollowingOrder":
        """Return the order that is to follow one of so many lots."""
        order = cls.waiting(command, stamp)
        order.after, order.leading_lots = command["after"], leading_lots
        order.due_minor = command["held_minor"]
        return order

    def need_minor(
        self,
        lots: int,  # noqa: ARG002 - what is held goes by what the leading order got
        tick_value_minor: int,  # noqa: ARG002
        lot_value_minor: int,  # noqa: ARG002
        is_option: bool,  # noqa: ARG002, FBT001
    ) -> int:
        """Return what is to be held by now, which may be less than the order will need."""
        return self.due_minor

    def triggered(self) -> BookOrder:
        """Return the order that takes this one's place: one that waits on, for a price, or not."""
        if "trigger" in self.command:
            order: BookOrder = ArmedOrder.of(self.command)
        else:
            order = BookOrder.of(self.command)
        order.held_minor = self.held_minor
        return order

    def to_dict(self) -> dict[str, Any]:
        """Return the order as JSON-able values, for a snapshot."""
        return {
            "command": dict(self.command),
            "leading_lots": self.leading_lots,
            "held_minor": self.held_minor,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "FollowingOrder":
        """Return the order that ``to_dict`` wrote."""
        order = cls.behind(values["command"], values["leading_lots"])
        order.held_minor = order.due_minor = values["held_minor"]
        return order
