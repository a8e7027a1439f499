"""The book of one symbol: decide, apply, take back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Self

from zerodesk.matching.decide import draft_batch
from zerodesk.matching.draft import Draft, rollback
from zerodesk.matching.errors import (
    CommandError,
    JournalCorruptError,
    MismatchError,
    NotUndoableError,
)
from zerodesk.matching.fold import fold_record
from zerodesk.matching.ladder import EMPTY_LEVELS_KEPT
from zerodesk.matching.layout import state_of, text_of
from zerodesk.matching.record import record_body
from zerodesk.matching.state import NEVER_MS, BookState, open_order_view
from zerodesk.rows import expand

if TYPE_CHECKING:
    from zerodesk.commands import Command

MAX_FILLS_PER_RECORD: Final = 350
"""Fills in one record: its trades fit one event of the bus, whose limit is 256 KB. An item would
hold some 1,000 of them, with ``MAX_COMMANDS_PER_RECORD`` and every id random, below 350 KB."""

ANCHOR_EVERY: Final = 1_000
"""Records between two anchors: records that say the digest of the state before them. It costs what
changed since the last one, which in 1,000 records is some milliseconds."""


class Decision:
    """What one call of ``Book.decide`` did.

    ``kept`` is the body to put at ``sequence``, as the journal keeps it, or None when the
    ``consumed`` commands were repeats without effect and nothing is to be put. ``draft`` is for
    ``Book.undo`` alone.
    """

    __slots__ = ("_record", "consumed", "draft", "kept", "sequence")

    def __init__(
        self, kept: dict[str, Any] | None, consumed: int, sequence: int, draft: Draft
    ) -> None:
        self.kept = kept
        self.consumed = consumed
        self.sequence = sequence
        self.draft = draft
        self._record: dict[str, Any] | None = None

    @property
    def record(self) -> dict[str, Any] | None:
        """The record by the names of its fields, as whoever reads the journal gets it."""
        if self._record is None and self.kept is not None:
            self._record = expand(self.kept)
        return self._record

    @property
    def continuing(self) -> bool:
        """Whether a taker goes on in the next record: decide again, with or without commands."""
        return self.kept is not None and bool(self.kept["continuing"])


class Book:
    """The orders of one symbol in price-time priority: the fold of the book's journal.

    The book lives in memory and changes in place. ``decide`` returns the record to put; when the
    put loses its race, ``undo`` takes the decision back and ``apply`` folds the winner's record.
    Deciding again, applying, or ``confirm`` ends the time in which a decision can be undone.

    Every ``anchor_every`` records the next record is an anchor: it carries the digest of the state
    before it, which every fold has to reach, and by which a snapshot proves itself.
    """

    __slots__ = ("_anchor_every", "_latest", "_state", "continuing")

    def __init__(self, symbol: str, *, anchor_every: int = ANCHOR_EVERY) -> None:
        self._state = BookState(symbol)
        self._anchor_every = anchor_every
        self._latest: Decision | None = None
        self.continuing = False
        """Whether the next record goes on with a taker, or with what it triggered; decide then
        even without commands. It is asked for each record, of all that a book may be in the middle
        of, so it is kept."""

    @property
    def symbol(self) -> str:
        """The symbol."""
        return self._state.symbol

    @property
    def stream(self) -> str:
        """The journal stream of which this book is the fold."""
        return f"book#{self._state.symbol}"

    @property
    def sequence(self) -> int:
        """The latest record that is in; the next one goes to ``sequence`` + 1."""
        return self._state.sequence

    @property
    def time_ms(self) -> int:
        """Record time: the latest moment at which a command in the journal was sent."""
        return self._state.time_ms

    @property
    def home(self) -> str:
        """The region that took the book over last, empty while none ever did."""
        return self._state.home

    def decide(
        self, commands: Sequence["Command"], *, max_fills: int = MAX_FILLS_PER_RECORD
    ) -> Decision | None:
        """Decide a batch of commands into at most one record.

        Call again with the commands beyond ``consumed``, and as long as ``continuing``.

        Parameters
        ----------
        commands
            Commands in the order of the queue. They become part of the record as they are.
        max_fills
            Fills in this record, at least 1. A taker beyond it is continued in the next record.

        Returns
        -------
        Decision or None
            None when there is nothing to decide.

        Raises
        ------
        CommandError
            The first command is none (a field is missing, a number is no integer). Nothing
            changed. A faulty command further on ends the batch before it.
        LedgerError
            The record would break the ledger: a defect. Nothing changed.
        """
        if max_fills < 1:
            raise ValueError(f"max_fills is {max_fills}, at least 1")
        self._latest = None
        state = self._state
        if not commands and not self.continuing:
            return None
        if state.time_ms >= state.memory.purge_at_ms:
            state.memory.purge(state.time_ms)
        live_orders = len(state.orders)
        most_levels = 2 * live_orders + EMPTY_LEVELS_KEPT
        if len(state.bids.levels) > most_levels or len(state.asks.levels) > most_levels:
            state.bids.compact(live_orders)
            state.asks.compact(live_orders)
        try:
            decision = self._decide(commands, max_fills)
        except CommandError as error:
            if error.position == 0 and not self.continuing:
                raise
            decision = self._decide(commands[: error.position], max_fills)
        self._latest = decision
        return decision

    def _decide(self, commands: Sequence["Command"], max_fills: int) -> Decision:
        state = self._state
        anchor = self._anchor()
        draft = Draft(state, max_fills)
        try:
            consumed = draft_batch(state, draft, commands)
            if draft.is_empty():
                return Decision(None, consumed, state.sequence, draft)
            kept = record_body(state, draft)
            if anchor is not None:
                kept |= anchor
        except BaseException:
            rollback(state, draft)
            raise
        state.sequence += 1
        self.continuing = kept["continuing"]
        return Decision(kept, consumed, state.sequence, draft)

    def _anchor(self) -> dict[str, str] | None:
        """Return what makes the next record an anchor, if it is to be one."""
        sequence = self._state.sequence
        if sequence % self._anchor_every or not sequence:
            return None
        return {"state_digest": self.digest()}

    def take_over(self, home: str) -> Decision:
        """Decide the record by which a region becomes the book's only writer.

        It may stand between the records of a taker in progress, which its new home finishes.
        """
        state = self._state
        anchor = self._anchor()
        draft = Draft(state, 1)
        draft.note_terms(state)
        state.home = home
        kept = record_body(state, draft) | {"takeover": {"home": home}} | (anchor or {})
        state.sequence += 1
        self._latest = Decision(kept, 0, state.sequence, draft)
        return self._latest

    def undo(self, decision: Decision) -> None:
        """Take the latest decision back: the state is as before, at the cost of the batch.

        Raises
        ------
        NotUndoableError
            The decision is not the latest, or was undone or confirmed already.
        """
        if decision is not self._latest:
            raise NotUndoableError(f"decision for {self.stream} record {decision.sequence}")
        self._latest = None
        rollback(self._state, decision.draft)
        self.continuing = self._state.is_unfinished()

    def confirm(self, decision: Decision) -> None:
        """Make a decision final once its record is in the journal, and forget how to undo it."""
        if decision is not self._latest:
            raise NotUndoableError(f"decision for {self.stream} record {decision.sequence}")
        self._latest = None

    def apply(self, record_body: dict[str, Any]) -> None:
        """Fold the next record of the journal: the state is as deciding it left it.

        Raises
        ------
        JournalCorruptError
            The record does not follow from the records before. The book stays as it was.
        """
        self._latest = None
        state = self._state
        state.memory.purge(state.time_ms)
        draft = Draft(state, 1)
        draft.note_terms(state)
        try:
            fold_record(state, draft, record_body)
        except MismatchError as error:
            rollback(state, draft)
            raise JournalCorruptError(self.stream, state.sequence + 1, str(error)) from error
        state.sequence += 1
        self.continuing = state.is_unfinished()

    def state(self) -> dict[str, Any]:
        """Return the whole state as JSON-able values; ``codec.state_hash`` of it names it."""
        return self._state.to_dict()

    def digest(self) -> str:
        """Return what names the state too, at the cost of what changed since it was last asked."""
        return self._state.digest()

    @classmethod
    def from_state(cls, state: dict[str, Any], *, anchor_every: int = ANCHOR_EVERY) -> Self:
        """Return the book that ``state`` wrote."""
        return cls._of(BookState.from_dict(state), anchor_every)

    def text(self) -> bytes:
        """Return the whole state as a snapshot keeps it, see ``zerodesk.matching.layout``."""
        return text_of(self._state)

    @classmethod
    def from_text(cls, text: bytes, *, anchor_every: int = ANCHOR_EVERY) -> Self:
        """Return the book of which ``text`` is; its digest says whether to believe it."""
        return cls._of(state_of(text), anchor_every)

    @classmethod
    def _of(cls, state: BookState, anchor_every: int) -> Self:
        book = cls(state.symbol, anchor_every=anchor_every)
        book._state = state
        book.continuing = state.is_unfinished()
        return book

    def depth(self, levels: int) -> tuple[list[list[int]], list[list[int]]]:
        """Return (bids, asks), best first, as [price_ticks, quantity_lots, orders]."""
        return self._state.bids.depth(levels), self._state.asks.depth(levels)

    def open_orders(self) -> dict[str, dict[str, Any]]:
        """Return what each open order holds, by order id, for reconciliation.

        The taker that the latest record left in the middle of its fills is among them.
        """
        state = self._state
        orders = list(state.orders.values())
        if state.continuing is not None:
            orders.append(state.continuing)
        return {order.order_id: open_order_view(state, order) for order in orders}

    def market_view(self) -> dict[str, Any]:
        """Return the projection of the market: listing, state, mark, last trade, best prices."""
        state = self._state
        best_bid, best_ask = state.bids.best(), state.asks.best()
        return {
            "symbol": state.symbol,
            "book_sequence": state.sequence,
            "time_ms": state.time_ms,
            "market": None if state.market is None else state.market.to_dict(),
            "state": state.trading_state,
            "state_reason": state.state_reason,
            "state_by": state.state_by,
            "state_since_ms": state.state_since_ms,
            "auction": state.auction_view(),
            "mark": state.mark(),
            "index": state.index,
            "last": state.last_trade(),
            "next_expiry_ms": state.next_expiry_ms(),
            "stale_at_ms": None if state.stale_at_ms == NEVER_MS else state.stale_at_ms,
            "best_bid_ticks": None if best_bid is None else best_bid.price_ticks,
            "best_ask_ticks": None if best_ask is None else best_ask.price_ticks,
            "trades": state.trades,
            "fees_minor": state.fees_minor,
        } | ({"fundings": [list(one) for one in state.fundings]} if state.fundings else {})
