"""A record in the making: what it will say, and how to take all of it back."""

from typing import TYPE_CHECKING, Any, Final

from zerodesk.instruments import Market
from zerodesk.matching.memory import CommandMemory
from zerodesk.matching.order import BookOrder
from zerodesk.matching.state import BookState

if TYPE_CHECKING:
    from zerodesk.orders import Command

Touch = tuple[BookOrder, int, int, int, int]
"""(order, remaining lots, notional, fee and hold in minor units), as they were before."""

Scalars = tuple[
    int,
    int,
    Market | None,
    int,
    int,
    int,
    str | None,
    str,
    dict[str, Any] | None,
    dict[str, Any] | None,
    int,
    BookOrder | None,
    str,
]

CANCELLED: Final = "CANCELLED"
EXPIRED: Final = "EXPIRED"
FILLED: Final = "FILLED"
REJECTED: Final = "REJECTED"


class Draft:
    """What one batch does to a book.

    ``touched`` has each order once, as it was before its first change; ``moves`` has an order
    for each time that it entered or left its queue, in order; ``remembered`` the command ids.
    """

    __slots__ = (
        "answers",
        "commands",
        "events",
        "fees_before_minor",
        "fills",
        "max_fills",
        "moves",
        "releases",
        "remembered",
        "scalars",
        "stamp",
        "touched",
    )

    def __init__(self, state: BookState, max_fills: int) -> None:
        state.stamp += 1
        self.stamp = state.stamp
        self.max_fills = max_fills
        self.fills = 0
        self.commands: list[Command] = []
        self.events: list[dict[str, Any]] = []
        self.releases: dict[tuple[str, str], None] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.touched: list[Touch] = []
        self.moves: list[BookOrder] = []
        self.remembered: list[tuple[str, int | None]] = []
        self.scalars: Scalars = (
            state.sequence,
            state.time_ms,
            state.market,
            state.listed_at_ms,
            state.tick_value_minor,
            state.lot_value_minor,
            state.trading_state,
            state.state_reason,
            state.index,
            state.last,
            state.trades,
            state.continuing,
            state.home,
        )
        self.fees_before_minor = state.fees_minor

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened that a record would have to say."""
        return not (self.commands or self.touched)

    def touch(self, order: BookOrder) -> None:
        """Note an order as it is, once, before it changes."""
        if order.stamp != self.stamp:
            order.stamp = self.stamp
            self.touched.append(
                (
                    order,
                    order.remaining_lots,
                    order.notional_minor,
                    order.fee_minor,
                    order.held_minor,
                )
            )

    def keep(self, memory: CommandMemory, command_id: str, since_ms: int) -> None:
        """Have a command id remembered; one that is known already, never for less long.

        So an order that a tombstone refused is refused for the whole of its own bound.
        """
        known_ms = memory.since_ms.get(command_id)
        if known_ms is None or known_ms < since_ms:
            self.remembered.append((command_id, memory.remember(command_id, since_ms)))

    def release(self, account_id: str, order_id: str) -> None:
        """Have settlement release whatever is still held for an order."""
        self.releases[account_id, order_id] = None

    def answer_if_pending(self, key: str, answer: dict[str, Any]) -> None:
        """Answer for an order or a cancel that may have its answer already, and keeps it then."""
        self.answers.setdefault(key, answer | {"if_pending": True})


def rollback(state: BookState, draft: Draft) -> None:
    """Take back all that a draft did, in time proportional to what it did."""
    orders = state.orders
    for order in reversed(draft.moves):
        # Entering and leaving alternate, so where the order is now says which move this was.
        if orders.get(order.order_id) is order:
            state.unlink(order)
        else:
            state.relink(order)
    for order, remaining_lots, notional_minor, fee_minor, held_minor in draft.touched:
        if orders.get(order.order_id) is order:
            level = state.ladder_of(order).levels[order.key]
            level.change(0, remaining_lots - order.remaining_lots)
        order.remaining_lots = remaining_lots
        order.notional_minor = notional_minor
        order.fee_minor = fee_minor
        order.held_minor = held_minor
        order.outcome = None
    for command_id, replaced_ms in reversed(draft.remembered):
        state.memory.forget(command_id, replaced_ms)
    (
        state.sequence,
        state.time_ms,
        state.market,
        state.listed_at_ms,
        state.tick_value_minor,
        state.lot_value_minor,
        state.trading_state,
        state.state_reason,
        state.index,
        state.last,
        state.trades,
        state.continuing,
        state.home,
    ) = draft.scalars
    state.fees_minor = draft.fees_before_minor
