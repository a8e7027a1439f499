"""Margin at the chain: what an account has against what its derivatives need, every order filled.

All of it is of one currency. What an account has is what is free of it, with what closing every
perpetual at the mark would make. What is held does not count: it is there to be spent, on a fee, on
a purchase, on a withdrawal. What the derivatives need is in ``zerodesk.risk.sums``.

An isolated position is apart from all that: its pot and its own unrealised are held to what it
needs by itself, by its tiers. What the pot lacks for an order comes out of what is free, in the
record that holds for the order; so it is to be free, and above the margin of all others.
"""

from collections.abc import Collection, Iterable, Mapping
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
from zerodesk.risk.mark_sheet import MarkSheet, in_several_currencies
from zerodesk.risk.marked import Marked
from zerodesk.risk.pieces import Lot, Piece
from zerodesk.risk.sums import NONE_ADDED, Sums

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
    state, takes_minor = case.state, case.quote.need_minor
    if case.symbol in state.isolated:
        takes_minor = lacking_minor(case)
        if takes_minor > max(0, state.available_minor(case.quote.need_currency)):
            return _pot_is_short(case, takes_minor)
        if not takes_minor:
            return None
    sheet = case.mark_sheet
    return _margin_is_short(case, sheet, takes_minor) if sheet.derivatives else None


def _margin_is_short(case: Case, sheet: MarkSheet, takes_minor: int) -> Rejection | None:
    """Refuse what leaves too little for the derivatives that are not isolated."""
    state, symbol, needs = case.state, case.symbol, case.quote.need_currency
    several = sheet.in_several_currencies
    twice = free_of(state, several) if several else NOTHING_TAKEN
    taken = {needs: takes_minor, **twice}
    for currency in sheet.touched(symbol, needs):
        derivatives = sheet.derivatives[currency]
        added = {symbol: with_own(case)} if symbol in derivatives else NONE_ADDED
        equity_minor, initial_minor = _required(state, currency, derivatives, added, taken)
        if equity_minor >= initial_minor:
            continue
        if _only_takes_away(case, currency):
            before = required(state, currency, derivatives, taken=twice)
            if initial_minor <= before.initial_minor:
                continue
        return _insufficient(
            "with all open orders filled the positions need", equity_minor, initial_minor, currency
        )
    return None


def _insufficient(what: str, have_minor: int, need_minor: int, currency: str) -> Rejection:
    have, need = format_minor(have_minor, currency), format_minor(need_minor, currency)
    return Rejection(
        RejectionCode.RISK_INSUFFICIENT_MARGIN,
        f"{what} {need} {currency} as margin, {have} is there at the marks",
        have=have,
        need=need,
    )


def _pot_is_short(case: Case, lacks_minor: int) -> Rejection:
    currency = case.quote.need_currency
    found = pot_required(case.state, case.symbol, case.mark_sheet.lot(case.symbol), with_own(case))
    have_minor = found.equity_minor + max(0, case.state.available_minor(currency))
    return _insufficient(
        f"the isolated position in {case.symbol} and its orders need",
        have_minor,
        found.equity_minor + lacks_minor,
        currency,
    )


def lacking_minor(case: Case) -> int:
    """Return what the pot of an order's position lacks for it; nothing where it is not isolated.

    The pot has to have the fee, and with the unrealised the initial margin with every order filled.
    For what only closes the fee is enough; of who has not even that free, it is owed by the pot.
    """
    state, need_minor = case.state, case.quote.need_minor
    pot = state.isolated.get(case.symbol)
    if pot is None:
        return 0
    fee_minor = max(0, need_minor - pot.minor)
    if _only_takes_away(case, pot.currency):
        return min(fee_minor, max(0, state.available_minor(pot.currency)))
    lot = case.mark_sheet.lot(case.symbol)
    found = pot_required(state, case.symbol, lot, with_own(case))
    return max(fee_minor, found.initial_minor + need_minor - found.equity_minor)


def with_own(case: Case) -> Working:
    """Return what the open orders of an order's instrument may fill, with it."""
    return case.state.working(case.symbol).plus(
        case.quantity_lots, is_buy=case.side is Side.BUY, closes=case.reduce_only
    )


def pot_required(state: AccountState, symbol: str, lot: Lot, working: Working) -> Required:
    """Return what an isolated position has and needs, by itself, with orders at their worst."""
    piece = Piece(lot, state.positions.get(symbol, FLAT), working)
    equity_minor = state.isolated[symbol].minor + piece.unrealised_minor
    return Required(equity_minor, piece.parts_minor)


def pot_maintenance_minor(state: AccountState, symbol: str, lot: Lot) -> int:
    """Return below what equity an isolated position is liquidated."""
    position = state.positions.get(symbol, FLAT)
    return Piece(lot, position, NONE_WORKING).maintenance_minor()


def covering_twice(state: AccountState, derivatives: Iterable[Marked]) -> Mapping[str, int]:
    """Return what is free of underlyings that have derivatives in several currencies.

    It would cover all of them, so it covers none. Minor units, by underlying.
    """
    if len(state.available) <= 1:
        return NOTHING_TAKEN
    return free_of(state, in_several_currencies(derivatives))


def free_of(state: AccountState, bases: Iterable[str]) -> Mapping[str, int]:
    """Return what is free of some underlyings, of those of which anything is."""
    return {base: minor for base in bases if (minor := state.available_minor(base)) > 0}


def required(
    state: AccountState,
    currency: str,
    derivatives: Mapping[str, Marked],
    *,
    added: Mapping[str, Working] = NONE_ADDED,
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
    return Required(*_required(state, currency, derivatives, added, taken))


def _required(
    state: AccountState,
    currency: str,
    derivatives: Mapping[str, Marked],
    added: Mapping[str, Working],
    taken: Mapping[str, int],
) -> tuple[int, int]:
    derived, available = state.derived, state.available
    found: Sums | None = derived.margins.get(currency)
    if found is None:
        found = derived.margins[currency] = Sums()
    found.follow(derivatives, state.positions, derived.working(state.holds), added)
    equity_minor = available.get(currency, 0) - taken.get(currency, 0)
    return equity_minor + found.unrealised_minor, found.initial_minor(available, taken)


def figures(
    state: AccountState,
    currency: str,
    derivatives: Mapping[str, Marked],
    *,
    taken: Mapping[str, int] = NOTHING_TAKEN,
) -> Figures:
    """Return the same, and below what equity the account is liquidated: orders left out of that.

    What is held to buy back what is written is there for it: no order that only closes may be why
    its account is liquidated.
    """
    equity_minor, initial_minor = required(state, currency, derivatives, taken=taken)
    found: Sums = state.derived.margins[currency]
    ordered = derivatives.keys() & state.derived.working(state.holds)
    if ordered:
        found = found.without_orders()
    maintenance_minor = found.maintenance_minor(state.available, taken)
    if ordered:
        written = [symbol for symbol in ordered if _is_written(state, symbol, derivatives[symbol])]
        maintenance_minor = max(0, maintenance_minor - _held_to_buy_back_minor(state, written))
    return Figures(equity_minor, initial_minor, maintenance_minor)


def _is_written(state: AccountState, symbol: str, one: Marked) -> bool:
    return one.option is not None and state.positions.get(symbol, FLAT).quantity_lots < 0


def _held_to_buy_back_minor(state: AccountState, written: Collection[str]) -> int:
    """Return what is held for purchases of options that an account has written."""
    total_minor = 0
    for hold in state.holds.values() if written else ():
        command = hold.command
        # Of an amend it is said by its order, which has a hold as long as there is one to amend.
        ordered = state.holds.get(command["order_id"]) if command["kind"] == "amend" else hold
        is_purchase = ordered is not None and ordered.command.get("side") == Side.BUY
        if is_purchase and command["symbol"] in written:
            total_minor += hold.held_minor
    return total_minor


def _only_takes_away(case: Case, currency: str) -> bool:
    """Whether an order opens nothing, with all others of its side filled, and spends no margin."""
    if case.product is Product.SPOT:
        return case.quote.need_currency != currency
    others_lots = worst_lots(case.state, case.symbol, case.side)
    return case.reduce_only or others_lots + case.quantity_lots <= 0
