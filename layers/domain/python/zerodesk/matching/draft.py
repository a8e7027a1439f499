"""A record in the making: what it will say, and how to take all of it back."""

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from zerodesk.bands import Reference
from zerodesk.matching.memory import CommandMemory
from zerodesk.matching.order import BookOrder, SpecialOrder
from zerodesk.matching.situations import (
    LastTrade,
)
from zerodesk.matching.state import BookState

if TYPE_CHECKING:
    from zerodesk.matching.armed import ArmedOrder
    from zerodesk.positions import OpenLots
    from zerodesk.rows import Entry

Touch = tuple[BookOrder, int, int, int, int, int, int]
"""(order, lots in the queue, notional, fee and hold in minor units, quantity, hidden lots), as they
were before."""

Scalars = tuple[
    int,
    int,
    LastTrade | None,
    int,
    BookOrder | None,
    tuple[int, int] | None,
    Reference | None,
    int,
]
"""What there is one of in a book, and plain orders change."""

TERMS: Final = (
    "market",
    "listed_at_ms",
    "tick_value_minor",
    "delivered_minor",
    "trading_state",
    "state_reason",
    "index",
    "stale_at_ms",
    "home",
    "auction",
    "uncrossing",
    "cancelling",
    "is_plain",
    "halts",
    "state_by",
    "state_since_ms",
    "clearing",
    "positions",
    "settling",
    "funding",
    "fundings",
    "basis",
)
"""What there is one of besides: the terms on which a market trades, and what it is in the middle
of."""

_terms_of: Final = attrgetter(*TERMS)

CANCELLED: Final = "CANCELLED"
DONE: Final = "DONE"
EXPIRED: Final = "EXPIRED"
FILLED: Final = "FILLED"
REJECTED: Final = "REJECTED"


class Draft:
    """What one batch does to a book.

    ``touched`` has each order once, as it was before its first trade; ``moves`` has an order
    for each time that it entered or left its queue, in order; ``trails`` has a stop for each time
    that it trailed, with its trigger before; ``added`` the command ids that were not known before,
    ``remembered`` those that may have been, which come behind. ``positions_before``
    has what was open of each account that traded a derivative, ``made_tick_lots`` what its orders
    made by closing, ``funded_minor`` what a funding paid out more than it took in so far.
    ``scalars`` has what the book was besides, as far as orders change it, and ``terms`` the rest,
    None until one of them may change.
    What is told, ``commands``, ``events``, ``answers`` and ``postings``, is as a record keeps it,
    see ``zerodesk.rows``.
    """

    __slots__ = (
        "added",
        "answers",
        "commands",
        "events",
        "fills",
        "funded_minor",
        "made_tick_lots",
        "max_fills",
        "moves",
        "positions_before",
        "postings",
        "releases",
        "remembered",
        "scalars",
        "stamp",
        "terms",
        "touched",
        "trails",
    )

    def __init__(self, state: BookState, max_fills: int) -> None:
        state.stamp += 1
        self.stamp = state.stamp
        self.max_fills = max_fills
        self.fills = 0
        self.commands: list[Entry] = []
        self.events: list[Entry] = []
        self.releases: dict[tuple[str, str], None] = {}
        self.answers: dict[str, Entry] = {}
        self.postings: list[Entry] = []
        self.touched: list[Touch] = []
        self.moves: list[BookOrder] = []
        self.trails: list[tuple[ArmedOrder, int]] = []
        self.positions_before: dict[str, OpenLots] = {}
        self.made_tick_lots: dict[str, int] = {}
        self.funded_minor = 0
        self.added: list[str] = []
        self.remembered: list[tuple[str, int | None]] = []
        self.scalars: Scalars = (
            state.sequence,
            state.time_ms,
            state.last,
            state.trades,
            state.continuing,
            state.prices_ticks,
            state.reference,
            state.fees_minor,
        )
        self.terms: tuple[Any, ...] | None = None

    @property
    def fees_before_minor(self) -> int:
        """What the book had taken in fees before this record."""
        return self.scalars[-1]

    def note_terms(self, state: BookState) -> None:
        """Note the terms on which the market trades, once, before any of them may change.

        Orders and cancels in an open market leave all of them alone, but where one halts it.
        """
        if self.terms is None:
            self.terms = _terms_of(state)

    def is_empty(self) -> bool:
        """Whether nothing happened that a record would have to say."""
        return not (self.commands or self.events or self.touched or self.moves)

    def touch(self, order: BookOrder) -> None:
        """Note an order as it is, once, before it changes."""
        if order.stamp != self.stamp:
            self.note(order, order.remaining_lots)

    def note(self, order: BookOrder, lots_before: int) -> None:
        """Note an order that this record has not noted yet, as it was with so many lots."""
        order.stamp = self.stamp
        self.touched.append(
            (
                order,
                lots_before,
                order.notional_minor,
                order.fee_minor,
                order.held_minor,
                order.quantity_lots,
                order.hidden_lots,
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


def _forget(memory: CommandMemory, draft: Draft) -> None:
    """Forget the ids that a draft had remembered, the latest one first."""
    for command_id, replaced_ms in reversed(draft.remembered):
        memory.forget(command_id, replaced_ms)
    for command_id in draft.added:
        memory.forget(command_id, None)


def _wait_again(state: BookState, draft: Draft) -> None:
    """Have those wait again for their stops, or to follow, that did before."""
    for order in (*draft.moves, *(touch[0] for touch in draft.touched)):
        if state.orders.get(order.order_id) is not order:
            continue
        if order.is_paired:
            state.keep_paired(order)
        if order.after:
            state.keep_reached(order)


def _give_back_terms(state: BookState, terms: tuple[Any, ...]) -> None:
    for name, value in zip(TERMS, terms, strict=True):
        setattr(state, name, value)


def rollback(state: BookState, draft: Draft) -> None:
    """Take back all that a draft did, in time proportional to what it did."""
    orders = state.orders
    for order in reversed(draft.moves):
        # Entering and leaving alternate, so where the order is now says which move this was.
        if orders.get(order.order_id) is order:
            state.withdraw(order)
        else:
            state.restore(order)
            state.keep_expiry(order)
            state.keep_reducing(order)
            order.outcome = None
    for armed, trigger_ticks in reversed(draft.trails):
        armed.wait_for(trigger_ticks)
        armed.is_reached = False
    for touch in draft.touched:
        order, remaining_lots, notional_minor, fee_minor, held_minor, quantity_lots, _ = touch
        if orders.get(order.order_id) is order and not order.is_armed:
            level = state.ladder_of(order).levels[order.key]
            level.change(remaining_lots - order.remaining_lots)
            level.hidden_lots += touch[-1] - order.hidden_lots
        order.remaining_lots = remaining_lots
        order.notional_minor = notional_minor
        order.fee_minor = fee_minor
        order.held_minor = held_minor
        order.quantity_lots = quantity_lots
        order.outcome = None
        if isinstance(order, SpecialOrder):
            order.hidden_lots, order.successor = touch[-1], None
    _wait_again(state, draft)
    state.keep_positions(draft.positions_before)
    _forget(state.memory, draft)
    (
        state.sequence,
        state.time_ms,
        state.last,
        state.trades,
        state.continuing,
        state.prices_ticks,
        state.reference,
        state.fees_minor,
    ) = draft.scalars
    if draft.terms is not None:
        _give_back_terms(state, draft.terms)
