"""Orders that wait for their trigger."""

from typing import Any

from zerodesk.matching.order import ARMED, BUY, BookOrder
from zerodesk.orders import PlaceCommand, rises


class ArmedOrder(BookOrder):
    """An order in waiting: it keeps its command, and comes in by it when it is triggered.

    It stands in a ladder of its own, at the price of its trigger: among those that wait for the
    last trade to rise to theirs, or among those that wait for it to fall. Triggered, it leaves and
    another order takes its place, with its id and its hold.
    """

    __slots__ = ("command", "expires_at_ms", "rises", "trigger_ticks")

    is_armed = True
    untraded = ARMED

    command: PlaceCommand
    expires_at_ms: int
    rises: bool
    trigger_ticks: int

    @classmethod
    def of(cls, command: PlaceCommand, stamp: int = 0) -> "ArmedOrder":
        """Return the order that a command arms."""
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
        order.expires_at_ms = command.get("expires_at_ms", 0)
        order.rises = rises(is_buy=order.is_buy, trigger=command["trigger"])
        order._wait_for(command["trigger_ticks"])
        return order

    def _wait_for(self, trigger_ticks: int) -> None:
        self.trigger_ticks = trigger_ticks
        self.key = trigger_ticks if self.rises else -trigger_ticks

    def triggered(self) -> BookOrder:
        """Return the order that takes this one's place."""
        order = BookOrder.of(self.command)
        order.held_minor = self.held_minor
        return order

    def to_dict(self) -> dict[str, Any]:
        """Return the order as JSON-able values, for a snapshot."""
        return {
            "trigger_ticks": self.trigger_ticks,
            "command": dict(self.command),
            "held_minor": self.held_minor,
        }

    def row(self) -> list[Any]:
        """Return the values of ``to_dict``: what a digest takes in."""
        return list(self.to_dict().values())

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "ArmedOrder":
        """Return the order that ``to_dict`` wrote, in no ladder yet."""
        order = cls.of(values["command"])
        order.held_minor = values["held_minor"]
        return order
