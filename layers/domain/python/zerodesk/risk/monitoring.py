"""Margin as it stands: what an account has of a currency against what its positions need.

The equity is the chain's (``zerodesk.risk.margin``): what is free, and the unrealised at the marks.
Initial margin counts every open order at its worst, maintenance what is open alone. An isolated
position has a margin of its own, which nothing else of the account counts to.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from zerodesk.accounts import AccountState, Change, with_calls
from zerodesk.derivatives import Perpetual
from zerodesk.margin_calls import MarginCall, next_call
from zerodesk.positions import FLAT
from zerodesk.risk.case import beside_marks
from zerodesk.risk.chain import MARGIN_MARK_AGE_MS
from zerodesk.risk.leverage import Exposure
from zerodesk.risk.margin import covering_twice, figures, pot_maintenance_minor, pot_required
from zerodesk.risk.marked import Marked
from zerodesk.risk.pieces import Lot

Stale = dict[str, int | None]
"""Marks that are too old, by symbol: since when, or None where there is none."""


class Margin(NamedTuple):
    """What an account has and needs of a currency, minor units; or an ``isolated`` position."""

    currency: str
    equity_minor: int
    initial_minor: int
    maintenance_minor: int
    isolated: str | None = None

    @property
    def name(self) -> str:
        """By what it is known among the margins of its account."""
        return self.isolated or self.currency

    @property
    def free_minor(self) -> int:
        """What may go; negative where nothing may be opened."""
        return self.equity_minor - self.initial_minor

    @property
    def is_below_maintenance(self) -> bool:
        """Whether the account must be liquidated."""
        return self.equity_minor < self.maintenance_minor

    @property
    def is_above_initial(self) -> bool:
        """Whether a liquidation has done enough."""
        return self.equity_minor >= self.initial_minor


def stale_marks(state: AccountState, marked: Mapping[str, Marked], at_ms: int) -> Stale:
    """Return which marks are missing or too old for an account's margin to be known."""
    return stale_among(state.derivatives(), marked, at_ms)


def stale_among(symbols: Iterable[str], marked: Mapping[str, Marked], at_ms: int) -> Stale:
    """Return which marks of some derivatives are missing or too old."""
    stale: Stale = {}
    for symbol in sorted(symbols):
        one = marked.get(symbol)
        if one is None or at_ms - one.marked_at_ms > MARGIN_MARK_AGE_MS:
            stale[symbol] = None if one is None else one.marked_at_ms
    return stale


def fresh_marks(state: AccountState, marked: Mapping[str, Marked], at_ms: int) -> dict[str, Marked]:
    """Return the marks by which an account's margin may be known."""
    stale = stale_marks(state, marked, at_ms)
    return {symbol: one for symbol, one in marked.items() if symbol not in stale}


def margins(state: AccountState, marked: Mapping[str, Marked]) -> list[Margin]:
    """Return the margins of an account: those held together, then those of isolated positions.

    Parameters
    ----------
    marked
        The derivatives in which the account has a position or an order, by symbol. Where one is
        missing, what it counts to is not known and left out: an isolated position by itself, or all
        that is held together.
    """
    is_known = derivatives_of(state, None) <= marked.keys()
    apart = sorted(state.derivatives() & state.isolated.keys() & marked.keys())
    return (cross_margins(state, marked) if is_known else []) + [
        pot_margin(state, symbol, marked[symbol]) for symbol in apart
    ]


def cross_margins(state: AccountState, marked: Mapping[str, Marked]) -> list[Margin]:
    """Return the margin of all that is not isolated, by currency in which a derivative is open."""
    symbols = sorted(state.derivatives() - state.isolated.keys())
    open_in = {symbol: marked[symbol] for symbol in symbols}
    twice = covering_twice(state, open_in.values())
    by_currency: dict[str, dict[str, Marked]] = {}
    for symbol, one in open_in.items():
        by_currency.setdefault(one.quote, {})[symbol] = one
    return [
        Margin(currency, *figures(state, currency, by_currency[currency], taken=twice))
        for currency in sorted(by_currency)
    ]


def pot_margin(state: AccountState, symbol: str, one: Marked) -> Margin:
    """Return the margin of an isolated position: of its pot, and of nothing else."""
    lot = Lot(symbol, one)
    found = pot_required(state, symbol, lot, state.working(symbol))
    keeps_minor = pot_maintenance_minor(state, symbol, lot)
    return Margin(one.quote, found.equity_minor, found.initial_minor, keeps_minor, symbol)


def margins_of(
    state: AccountState, isolated: str | None, marked: Mapping[str, Marked]
) -> list[Margin]:
    """Return the margin of one isolated position, or of all that is not isolated."""
    if isolated is None:
        return cross_margins(state, marked)
    return [pot_margin(state, isolated, marked[isolated])] if isolated in marked else []


def margin_of(state: AccountState, symbol: str, marked: Mapping[str, Marked]) -> Margin:
    """Return the margin that a position counts to."""
    isolated = symbol if symbol in state.isolated else None
    currency = marked[symbol].quote
    [found] = [one for one in margins_of(state, isolated, marked) if one.currency == currency]
    return found


def derivatives_of(state: AccountState, isolated: str | None) -> frozenset[str]:
    """Return the derivatives with a position or an order: an isolated one, or all others."""
    if isolated is None:
        return state.derivatives() - state.isolated.keys()
    return state.derivatives() & {isolated}


def exposure_of(state: AccountState, symbol: str, one: Marked) -> Exposure:
    """Return an account's position in an instrument at its mark, orders left out."""
    position = state.positions.get(symbol, FLAT)
    return Exposure(
        Perpetual(symbol, one.base, one.quote, one.tick_value_minor),
        position.quantity_lots,
        position.cost_tick_lots,
        one.mark_price_ticks,
    )


def call_margin(
    state: AccountState, found: list[Margin], marked: Mapping[str, Marked], at_ms: int
) -> Change | None:
    """Return the account with the calls that stand at the marks; None where nothing was crossed.

    The record has the marks and the figures, so that the decision can be made again from it.
    """
    calls = _calls(state, found, at_ms)
    if calls == state.calls:
        return None
    return with_calls(state, calls, {"at_ms": at_ms} | evidence(state, found, marked))


def has_crossed(state: AccountState, found: list[Margin], at_ms: int) -> bool:
    """Whether other calls stand at an account's margins than those that are recorded."""
    return _calls(state, found, at_ms) != state.calls


def _calls(state: AccountState, found: list[Margin], at_ms: int) -> dict[str, MarginCall]:
    """Return the calls that stand: those of before where the margin is not known."""
    known = {one.isolated for one in found}
    calls = {
        name: call
        for name, call in state.calls.items()
        if (apart := name if name in state.isolated else None) not in known
        and derivatives_of(state, apart)
    }
    for one in found:
        standing = state.calls.get(one.name)
        call = next_call(standing, one.equity_minor, one.maintenance_minor, at_ms)
        if call is not None:
            calls[one.name] = call
    return calls


def evidence(
    state: AccountState, found: list[Margin], marked: Mapping[str, Marked]
) -> dict[str, Any]:
    """Return what a decision was made on, for its record.

    With it the figures can be computed again from the journal alone.
    """
    own = {symbol: marked[symbol] for symbol in sorted(state.derivatives() & marked.keys())}
    told: dict[str, Any] = {
        "margins": {
            one.name: [one.equity_minor, one.initial_minor, one.maintenance_minor] for one in found
        },
        "marks": {symbol: [one.mark_price_ticks, one.marked_at_ms] for symbol, one in own.items()},
    }
    return told | beside_marks(own)
