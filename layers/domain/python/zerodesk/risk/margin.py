"""Margin at the chain: what an account has against what its derivatives need, every order filled.

All of it is of one currency. What an account has is what is free of it, with what closing every
perpetual at the mark would make. What is held does not count: it is there to be spent, on a fee, on
a purchase, on a withdrawal. What the derivatives need is in ``zerodesk.risk.sums``.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from zerodesk.accounts import AccountState
from zerodesk.derived import NONE_WORKING, Working
from zerodesk.instruments import Product
from zerodesk.money import format_minor
from zerodesk.orders import Side
from zerodesk.positions import FLAT
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk.case import Case
from zerodesk.risk.exposure import worst_lots
from zerodesk.risk.marked import Marked
from zerodesk.risk.sums import NO_SUMS, Made, summed

NOTHING_ADDED: Final[Mapping[str, Working]] = {}
NOTHING_TAKEN: Final[Mapping[str, int]] = {}


class Required(NamedTuple):
    """What an account has and what it needs of a currency, minor units."""

    equity_minor: int
    initial_minor: int


class Figures(NamedTuple):
    """What an account has, what it needs and what it must keep of a currency, minor units."""

    equity_minor: int
    initial_minor: int
    maintenance_minor: int


def margin_covers_positions(case: Case) -> Rejection | None:
    """Refuse what leaves less than the margin of all derivatives with every order filled.

    What only closes is taken, however little is left, and so is a sale of spot; but neither where
    it takes away what covers the rest, so that more is needed than before.
    """
    twice = covering_twice(case.state, case.marked)
    for currency, derivatives in _touched(case):
        found = _with_order(case, currency, derivatives, twice)
        if found.equity_minor >= found.initial_minor:
            continue
        if _only_takes_away(case, currency):
            before = required(case.state, currency, derivatives, taken=twice)
            if found.initial_minor <= before.initial_minor:
                continue
        have = format_minor(found.equity_minor, currency)
        need = format_minor(found.initial_minor, currency)
        return Rejection(
            RejectionCode.RISK_INSUFFICIENT_MARGIN,
            f"with all open orders filled the positions need {need} {currency} as margin, {have} "
            "is there at the marks",
            have=have,
            need=need,
        )
    return None


def _touched(case: Case) -> Iterator[tuple[str, dict[str, Marked]]]:
    """Yield the currencies of derivatives that an order touches, each with its derivatives.

    It takes of the currency of its need, which is theirs, or their underlying.
    """
    taken = case.quote.need_currency
    found = {
        symbol: one
        for symbol, one in case.marked.items()
        if (one.margin or one.option is not None) and one.quote == taken
    }
    if found:
        yield taken, found
    if case.symbol in found:
        return
    covering = {one.quote for one in case.marked.values() if one.base == taken}
    for currency in sorted(covering - {taken}):
        found = {
            symbol: one
            for symbol, one in case.marked.items()
            if one.quote == currency and one.is_derivative
        }
        if found:
            yield currency, found


def _with_order(
    case: Case, currency: str, derivatives: Mapping[str, Marked], twice: Mapping[str, int]
) -> Required:
    """Return what an account has and needs with an order held, and filled at its worst."""
    quote, symbol = case.quote, case.symbol
    taken = {quote.need_currency: quote.need_minor, **twice}
    if symbol not in derivatives:
        return required(case.state, currency, derivatives, taken=taken)
    more = case.state.working(symbol).plus(
        case.quantity_lots, is_buy=case.side is Side.BUY, closes=case.reduce_only
    )
    return required(case.state, currency, derivatives, added={symbol: more}, taken=taken)


def covering_twice(state: AccountState, marked: Mapping[str, Marked]) -> Mapping[str, int]:
    """Return what is free of underlyings that have derivatives in several currencies.

    It would cover all of them, so it covers none. Minor units, by underlying.
    """
    if len(state.available) <= 1:
        return NOTHING_TAKEN
    pairs = Counter(base for base, _ in {(one.base, one.quote) for one in _derivatives(marked)})
    return {
        base: minor
        for base, times in pairs.items()
        if times > 1 and (minor := state.available_minor(base)) > 0
    }


def _derivatives(marked: Mapping[str, Marked]) -> Iterator[Marked]:
    return (one for one in marked.values() if one.margin or one.option is not None)


def required(
    state: AccountState,
    currency: str,
    derivatives: Mapping[str, Marked],
    *,
    added: Mapping[str, Working] = NOTHING_ADDED,
    taken: Mapping[str, int] = NOTHING_TAKEN,
) -> Required:
    """Return what an account has and needs, each instrument with its orders at their worst.

    Parameters
    ----------
    derivatives
        Those of the currency in which the account has a position or an order, by symbol.
    added
        What the orders of an instrument may fill, where an order adds to it.
    taken
        What is free no more, minor units by currency.
    """
    kept = state.derived.margins
    found = summed(kept.get(currency, NO_SUMS), made(state, derivatives, added))
    kept[currency] = found
    equity_minor = state.available.get(currency, 0) - taken.get(currency, 0)
    initial_minor = 0
    for underlying, group in found.groups.items():
        cover_minor = state.available.get(underlying, 0) - taken.get(underlying, 0)
        initial_minor += group.initial_minor(cover_minor)
    return Required(equity_minor + found.unrealised_minor, initial_minor)


def figures(
    state: AccountState,
    currency: str,
    derivatives: Mapping[str, Marked],
    *,
    taken: Mapping[str, int] = NOTHING_TAKEN,
) -> Figures:
    """Return the same, and below what equity the account is liquidated: orders left out of that."""
    equity_minor, initial_minor = required(state, currency, derivatives, taken=taken)
    found, with_orders = state.derived.margins[currency], state.derived.working(state.holds)
    ordered = derivatives.keys() & with_orders
    if ordered:
        found = summed(found, made(state, derivatives, dict.fromkeys(ordered, NONE_WORKING)))
    maintenance_minor = 0
    for underlying, group in found.groups.items():
        free_minor = state.available.get(underlying, 0)
        maintenance_minor += group.maintenance_minor(free_minor - taken.get(underlying, 0))
    return Figures(equity_minor, initial_minor, maintenance_minor)


def made(
    state: AccountState, derivatives: Mapping[str, Marked], working: Mapping[str, Working]
) -> dict[str, Made]:
    """Return of what each instrument's sums are made; ``working`` has what is not the state's."""
    positions, orders = state.positions, state.derived.working(state.holds)
    found = {
        symbol: (one, positions.get(symbol, FLAT), orders.get(symbol, NONE_WORKING))
        for symbol, one in derivatives.items()
    }
    for symbol, lots in working.items():
        one, position, _ = found[symbol]
        found[symbol] = one, position, lots
    return found


def _only_takes_away(case: Case, currency: str) -> bool:
    """Whether an order opens nothing, with all others of its side filled, and spends no margin."""
    if case.product is Product.SPOT:
        return case.quote.need_currency != currency
    others_lots = worst_lots(case.state, case.symbol, case.side)
    return case.reduce_only or others_lots + case.quantity_lots <= 0
