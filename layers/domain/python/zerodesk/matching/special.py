"""The terms that most orders have not: read, judged, and given to the order."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

from zerodesk.matching.order import BookOrder, SpecialOrder
from zerodesk.matching.state import BookState
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import EXPIRING, RESTING, OrderType, SelfTrade, Side, TimeInForce, Trigger

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand

MODES: Final = frozenset(member.value for member in SelfTrade)
TRIGGERS: Final = frozenset(member.value for member in Trigger)


class SpecialTerms(NamedTuple):
    """See ``zerodesk.commands.PlaceCommand``; a quantity of 0 is a term that the order has not."""

    self_trade: str
    min_quantity_lots: int | None
    display_lots: int | None
    slides: bool
    trigger: str | None
    trigger_ticks: int | None
    trail_ticks: int | None
    trail_bps: int | None
    expires_at_ms: int | None
    reduce_only: bool
    amount_minor: int | None
    stop_ticks: int | None
    stop_limit_ticks: int | None
    stop_rests: bool
    then: "PlaceCommand | None"
    after: str | None

    @classmethod
    def of(cls, command: Any) -> Self:
        """Return the terms of a command; TypeError when one is of another type."""
        terms = cls(
            command.get("self_trade", SelfTrade.NONE.value),
            command.get("min_quantity_lots"),
            command.get("display_lots"),
            command.get("slides", False),
            command.get("trigger"),
            command.get("trigger_ticks"),
            command.get("trail_ticks"),
            command.get("trail_bps"),
            command.get("expires_at_ms"),
            command.get("reduce_only", False),
            command.get("amount_minor"),
            command.get("stop_ticks"),
            command.get("stop_limit_ticks"),
            command.get("stop_rests", False),
            command.get("then"),
            command.get("after"),
        )
        numbers = (
            *(terms.min_quantity_lots, terms.display_lots),
            *(terms.trigger_ticks, terms.trail_ticks, terms.trail_bps, terms.expires_at_ms),
            *(terms.amount_minor, terms.stop_ticks, terms.stop_limit_ticks),
        )
        if not all(number is None or type(number) is int for number in numbers):
            raise TypeError
        if type(terms.self_trade) is not str or type(terms.slides) is not bool:
            raise TypeError
        if type(terms.reduce_only) is not bool:
            raise TypeError
        if not (terms.trigger is None or type(terms.trigger) is str):
            raise TypeError
        if not (terms.after is None or type(terms.after) is str):
            raise TypeError
        if terms.then is not None and _following_fault(terms.then) is not None:
            raise TypeError
        return terms

    def make_sense_for(self, command: "PlaceCommand") -> bool:
        """Whether an order can have these terms.

        A minimum is of an IOC order: what rests could never promise it. What is displayed is
        less than the whole of an order that rests. Only what rests is post-only, and only what is
        post-only slides. A trigger has a price, and what expires has a time. Only a stop trails, by
        ticks or by a part of the price. What only reduces shows all that it asks for. An amount is
        of a market order that has nothing else to say in lots. A stop beside a limit is on the
        other side of the market, and the limit rests and shows all. What leads waits for no price,
        is of lots, and of the same account and market as what follows, which leads nothing.
        """
        lots, in_force = command["quantity_lots"], command["time_in_force"]
        rests = in_force in RESTING and command["type"] == OrderType.LIMIT
        least_lots, shown_lots = self.min_quantity_lots, self.display_lots
        return (
            self.self_trade in MODES
            and (least_lots is None or (0 < least_lots <= lots and in_force == TimeInForce.IOC))
            and (shown_lots is None or (0 < shown_lots < lots and rests and not self.reduce_only))
            and (rests or not command["post_only"])
            and (command["post_only"] is True or not self.slides)
            and (self.expires_at_ms is not None) == (in_force in EXPIRING)
            and self._triggers_make_sense()
            and (self.amount_minor is None or self._amount_makes_sense(command))
            and self._stop_makes_sense(command)
            and self._lead_makes_sense(command)
        )

    def _triggers_make_sense(self) -> bool:
        if self.trigger is None or self.trigger_ticks is None:
            trigger = (self.trigger, self.trigger_ticks, self.trail_ticks, self.trail_bps)
            return trigger == (None, None, None, None)
        return self.trigger in TRIGGERS and self.trigger_ticks > 0 and self._trail_makes_sense()

    def _stop_makes_sense(self, command: "PlaceCommand") -> bool:
        if self.stop_ticks is None or self.stop_limit_ticks is None:
            return (self.stop_ticks, self.stop_limit_ticks, self.stop_rests) == (None, None, False)
        beyond_ticks = self.stop_ticks - command["price_ticks"]
        return (
            min(self.stop_ticks, self.stop_limit_ticks) > 0
            and (beyond_ticks if command["side"] == Side.BUY else -beyond_ticks) > 0
            and command["type"] == OrderType.LIMIT
            and command["time_in_force"] in RESTING
            and (self.trigger, self.display_lots, self.slides) == (None, None, False)
        )

    def _lead_makes_sense(self, command: "PlaceCommand") -> bool:
        then = self.then
        if then is None:
            return True
        return (
            (self.trigger, self.stop_ticks, self.amount_minor) == (None, None, None)
            and then.get("after") == command["command_id"] != then["command_id"]
            and (then["account_id"], then["symbol"]) == (command["account_id"], command["symbol"])
            and then["accepted_at_ms"] == command["accepted_at_ms"]
            and not {"then", "amount_minor"} & then.keys()
        )

    def _amount_makes_sense(self, command: "PlaceCommand") -> bool:
        return (
            (self.amount_minor or 0) > 0
            and command["type"] == OrderType.MARKET
            and command["time_in_force"] == TimeInForce.IOC
            and self.min_quantity_lots is None
            and self.trigger is None
            and self.self_trade != SelfTrade.DECREMENT
        )

    def _trail_makes_sense(self) -> bool:
        if self.trail_ticks is None and self.trail_bps is None:
            return True
        if self.trigger != Trigger.STOP or None not in (self.trail_ticks, self.trail_bps):
            return False
        return (self.trail_ticks or 0) > 0 or 0 < (self.trail_bps or 0) < BASIS_POINTS

    def least_lots(self, command: "PlaceCommand", order: BookOrder) -> int:
        """Return what the order trades at once or not at all, zero where it asks for nothing.

        All of it is what is left of it where it only reduces and was cut.
        """
        if command["time_in_force"] == TimeInForce.FOK:
            return order.remaining_lots
        return self.min_quantity_lots or 0


def special_terms(command: "PlaceCommand") -> SpecialTerms | None:
    """Return the special terms of an order, None when it has none."""
    terms = SpecialTerms.of(command)
    return None if terms == NO_TERMS else terms


def _following_fault(then: Any) -> str | None:
    """Return what keeps a value from being the order that follows another one."""
    # Here: most orders lead none, and do without the shapes of all commands.
    from zerodesk.matching.shapes import following_fault

    return following_fault(then)


NO_TERMS: Final = SpecialTerms.of({})


def slide(state: BookState, order: BookOrder) -> None:
    """Move the price of an order that would meet another one tick short of it.

    Where there is no price left, below one tick, the order stays and is refused as any other
    post-only order is.
    """
    facing = state.facing(order)
    if facing is None:
        return
    price_ticks = facing.price_ticks + (-1 if order.is_buy else 1)
    if price_ticks > 0:
        assert isinstance(order, SpecialOrder), "no other order slides"
        order.reprice(price_ticks)
