"""A case: one order against one account, with all that its decision may look at."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from zerodesk.accounts import AccountState
from zerodesk.fee_tiers import Charged, Schedule
from zerodesk.instruments import Product, product_of
from zerodesk.kills import Kill
from zerodesk.limits import UNLIMITED, Limits
from zerodesk.orders import Side
from zerodesk.pricing.order_quote import Quote
from zerodesk.risk.mark_sheet import MarkSheet
from zerodesk.risk.marked import Marked

NONE_MARKED: Final[Mapping[str, Marked]] = {}
NONE_KILLED: Final[Mapping[str, Kill]] = {}


class Case(NamedTuple):
    """One order against one account.

    ``marked`` has the instruments that the limits make necessary, by symbol: the order's own and
    those of the account's positions and open orders; nobody changes it from here on. ``unmarked``
    are those of them that nobody knows a mark of. ``day_volume_lots`` is what the order's market
    traded in the last 24 hours, where a limit asks for it. ``limits_sequence`` says by which
    record of the venue's limits ``limits`` came to be; zero when the venue has set none. An order
    that is ``reduce_only`` opens nothing, whatever it asks for: its book cuts it. ``kills``
    are the kill switches that are on, by whom they stop, of the same record and of the account.
    ``schedule`` has the fee tiers that hold for the market, of the same record; ``charged`` is
    what the order is charged by them, once that is decided.
    """

    state: AccountState
    symbol: str
    side: Side
    quantity_lots: int
    quote: Quote
    at_ms: int
    limits: Limits = UNLIMITED
    limits_sequence: int = 0
    marked: Mapping[str, Marked] = NONE_MARKED
    unmarked: tuple[str, ...] = ()
    day_volume_lots: int | None = None
    reduce_only: bool = False
    kills: Mapping[str, Kill] = NONE_KILLED
    schedule: Schedule | None = None
    charged: Charged | None = None

    @property
    def product(self) -> Product:
        """What the order trades."""
        return product_of(self.symbol)

    @property
    def quote_currency(self) -> str:
        """In what the order is priced: a derivative's need is in it, a spot pair's name says it."""
        if self.product is Product.SPOT:
            return self.symbol.partition("-")[2]
        return self.quote.need_currency

    @property
    def opening_lots(self) -> int:
        """What the order may add to a position."""
        return 0 if self.reduce_only else self.quantity_lots

    @property
    def own(self) -> Marked:
        """The order's instrument."""
        return self.marked[self.symbol]

    @property
    def worth_minor(self) -> int:
        """What the order is worth at its worst price, or the amount that it names."""
        quote = self.quote
        if quote.amount_minor is not None:
            return quote.amount_minor
        dearer_ticks = quote.worst_price_ticks
        if quote.stop_limit_ticks is not None:
            dearer_ticks = max(dearer_ticks, quote.stop_limit_ticks)
        return self.own.notional_minor(dearer_ticks, self.quantity_lots)

    @property
    def mark_sheet(self) -> MarkSheet:
        """What the marks come to, as it is kept beside the account where it still stands."""
        state, marked = self.state, self.marked
        kept: MarkSheet | None = state.derived.mark_sheet
        if kept is None or not kept.is_of(marked, state.isolated):
            kept = state.derived.mark_sheet = MarkSheet(marked, state.isolated)
        return kept

    def evidence(self) -> dict[str, Any]:
        """Return what was decided on beyond the account and the order, for the record.

        With it the decision can be made again from the journal alone. Where no limits are set for
        anybody and no derivative is open or asked for, nothing else was looked at.
        """
        looked_at = self.limits_sequence or self.marked or self.unmarked
        if self.limits == UNLIMITED and not looked_at:
            return {}
        marks = {
            symbol: [one.mark_price_ticks, one.marked_at_ms]
            for symbol, one in sorted(self.marked.items())
        }
        seen: dict[str, Any] = {"limits_sequence": self.limits_sequence, "marks": marks}
        seen |= beside_marks(self.marked)
        if self.unmarked:
            seen["unmarked"] = list(self.unmarked)
        if self.day_volume_lots is not None:
            seen["day_volume_lots"] = self.day_volume_lots
        if self.charged is not None:
            seen["fees"] = self.charged.to_dict()
        return {"at_ms": self.at_ms, "decided_on": seen}


def beside_marks(marked: Mapping[str, Marked]) -> dict[str, Any]:
    """Return what margin goes by beside the marks: risk arrays of options, volumes of a day.

    A volume is in lots, and of those markets alone in which margin goes by it.
    """
    options = {
        symbol: one.option.to_dict()
        for symbol, one in sorted(marked.items())
        if one.option is not None
    }
    volumes = {
        symbol: one.day_volume_lots
        for symbol, one in sorted(marked.items())
        if one.free_volume_bps is not None
    }
    found = {"options": options, "volumes": volumes}
    return {name: seen for name, seen in found.items() if seen}


def symbols_needed(state: AccountState, symbol: str, limits: Limits, at_ms: int) -> frozenset[str]:
    """Return the instruments that must be marked before an order can be decided.

    Derivatives for their margin, be it the order's or what the account has open; all others where
    a limit asks for them.
    """
    return _for_margin(state, symbol) | _for_limits(state, symbol, limits, at_ms)


def _for_margin(state: AccountState, symbol: str) -> frozenset[str]:
    derivatives = state.derivatives()
    return derivatives if product_of(symbol) is Product.SPOT else derivatives | {symbol}


def _for_limits(state: AccountState, symbol: str, limits: Limits, at_ms: int) -> set[str]:
    if limits.underlying_minor or limits.daily_loss_minor:
        return {symbol, *symbols_of(state, at_ms)}
    needs_own = (
        limits.mark_age_ms is not None
        or limits.order_volume_bps is not None
        or limits.order_notional_minor
        or limits.position_minor
    )
    return {symbol} if needs_own else set()


def symbols_of(state: AccountState, at_ms: int) -> set[str]:
    """Return the instruments in which an account has open orders, a position, or traded today."""
    held = {one.command["symbol"] for one in state.holds.values()}
    return held | {name for name, one in state.positions.items() if one.counts_on(at_ms)}
