"""Margin as it stands: what an account has of a currency against what its positions need.

The equity is the chain's (``zerodesk.risk.margin``): what is free, and the unrealised at the marks.
Initial margin counts every open order at its worst, maintenance what is open alone.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from zerodesk.accounts import AccountState, Change, with_calls
from zerodesk.derivatives import Perpetual
from zerodesk.margin_calls import MarginCall, next_call
from zerodesk.positions import FLAT
from zerodesk.risk.chain import MARGIN_MARK_AGE_MS
from zerodesk.risk.leverage import Exposure
from zerodesk.risk.margin import covering_twice, figures
from zerodesk.risk.marked import Marked

Stale = dict[str, int | None]
"""Marks that are too old, by symbol: since when, or None where there is none."""


class Margin(NamedTuple):
    """What an account has and needs of a currency, minor units."""

    currency: str
    equity_minor: int
    initial_minor: int
    maintenance_minor: int

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
    stale: Stale = {}
    for symbol in sorted(state.derivatives()):
        one = marked.get(symbol)
        if one is None or at_ms - one.marked_at_ms > MARGIN_MARK_AGE_MS:
            stale[symbol] = None if one is None else one.marked_at_ms
    return stale


def margins(state: AccountState, marked: Mapping[str, Marked]) -> list[Margin]:
    """Return the margin of an account, by currency in which it has a derivative open.

    Parameters
    ----------
    marked
        Every derivative in which the account has a position or an order, by symbol.
    """
    open_in = {symbol: marked[symbol] for symbol in sorted(state.derivatives())}
    twice = covering_twice(state, open_in)
    by_currency: dict[str, dict[str, Marked]] = {}
    for symbol, one in open_in.items():
        by_currency.setdefault(one.quote, {})[symbol] = one
    return [
        Margin(currency, *figures(state, currency, by_currency[currency], taken=twice))
        for currency in sorted(by_currency)
    ]


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
    calls: dict[str, MarginCall] = {}
    for one in found:
        standing = state.calls.get(one.currency)
        call = next_call(standing, one.equity_minor, one.maintenance_minor, at_ms)
        if call is not None:
            calls[one.currency] = call
    return calls


def evidence(
    state: AccountState, found: list[Margin], marked: Mapping[str, Marked]
) -> dict[str, Any]:
    """Return the figures and the marks that a decision was made on, for its record."""
    return {
        "margins": {
            one.currency: [one.equity_minor, one.initial_minor, one.maintenance_minor]
            for one in found
        },
        "marks": {
            symbol: [marked[symbol].mark_price_ticks, marked[symbol].marked_at_ms]
            for symbol in sorted(state.derivatives())
        },
    }
