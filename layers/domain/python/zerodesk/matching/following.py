"""Orders that follow: each waits in the book until all of another order is filled."""

from typing import Any

from zerodesk.matching.armed import ArmedOrder
from zerodesk.matching.order import ARMED, BUY, BookOrder
from zerodesk.orders import PlaceCommand


class FollowingOrder(BookOrder):
    """An order in waiting for the one that it comes ``after``, which leads; see ``ArmedOrder``.

    ``leading_lots`` is how much of that must be filled. What the order needs is held from the
    start, but for what the leading order brings: that is added with each of its fills.
    ``due_minor`` is what is to be held of it behind the record in the making.
    """

    __slots__ = ("after", "command", "due_minor", "expires_at_ms", "leading_lots")

    is_armed = True
    untraded = ARMED

    after: str
    command: PlaceCommand
    due_minor: int
    expires_at_ms: int
    leading_lots: int

    @classmethod
    def behind(cls, command: Any, leading_lots: int, stamp: int = 0) -> "FollowingOrder":
        """Return the order that is to follow one of so many lots."""
        order = cls(
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
        order.after, order.leading_lots = command["after"], leading_lots
        order.expires_at_ms = command.get("expires_at_ms", 0)
        order.due_minor = command["held_minor"]
        return order

    def need_minor(
        self,
        lots: int,  # noqa: ARG002 - what is held goes by what the leading order got
        tick_value_minor: int,  # noqa: ARG002
        lot_value_minor: int,  # noqa: ARG002
        *,
        is_option: bool = False,  # noqa: ARG002
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
