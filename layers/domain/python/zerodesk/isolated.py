"""Isolated positions: a perpetual that an account holds apart, and the money it sets aside for it.

A position is isolated before anything is open in its market. From then on a pot stands for what is
free there, see ``zerodesk.pots``; the owner fills it and takes out of it what its margin leaves.
"""

from typing import Final

from zerodesk.accounts import AccountState, Change, fill_pot
from zerodesk.ledger import LedgerError
from zerodesk.money import format_minor
from zerodesk.pots import Pot
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.spending import NOTHING_SEEN, Seen, below_margin, refusal, stale_mark

MAX_ISOLATED: Final = 50
"""Pots of an account, some 100 bytes each: its state stays small."""


def is_in_use(state: AccountState, symbol: str) -> bool:
    """Whether an account has a position or an order in a market, or owes in it."""
    position, pot = state.positions.get(symbol), state.isolated.get(symbol)
    return (
        (position is not None and position.quantity_lots != 0)
        or any(held.command["symbol"] == symbol for held in state.holds.values())
        or (pot is not None and (pot.minor < 0 or pot.liquidation is not None))
    )


def isolate(state: AccountState, symbol: str, currency: str, number: int) -> Change:
    """Return the account with a market's position held apart, in a pot with nothing in it yet.

    Parameters
    ----------
    currency
        In which the market is quoted.
    number
        The record that this is to be; the numbers of the pot's moves begin behind it.

    Examples
    --------
    >>> isolate(AccountState(opened=True), "BTC-PERP", "USD", 7).state.isolated["BTC-PERP"].moves
    7
    """
    if symbol in state.isolated or is_in_use(state, symbol):
        raise LedgerError(f"{symbol} is isolated already, or in use")
    pots = state.isolated | {symbol: Pot(currency, 0, number)}
    cause = {"kind": "isolate", "symbol": symbol}
    return Change(cause, (), state.replace(isolated=pots))


def cross(state: AccountState, symbol: str) -> Change:
    """Return the account with a market's position held with all others; its pot is free again."""
    if is_in_use(state, symbol):
        raise LedgerError(f"{symbol} is in use")
    entries, after = fill_pot(state, symbol, -state.isolated[symbol].minor)
    pots = {name: pot for name, pot in after.isolated.items() if name != symbol}
    return Change({"kind": "cross", "symbol": symbol}, entries, after.replace(isolated=pots))


def is_repeat(pot: Pot, number: int, amount_minor: int) -> bool:
    """Whether a move is the one that was made last."""
    return number == pot.moves and amount_minor == pot.moved_minor


def refusal_of_move(
    state: AccountState, symbol: str, amount_minor: int, seen: Seen = NOTHING_SEEN
) -> Rejection | None:
    """Return why an amount may not be moved into a pot, or out of it if negative; or None.

    What comes in is spent as a withdrawal is. What goes out is there, and leaves with the
    unrealised what the position and all its open orders need.

    Examples
    --------
    >>> apart = isolate(AccountState(opened=True), "BTC-PERP", "USD", 7).state
    >>> refusal_of_move(apart, "BTC-PERP", -2_000_000).detail
    'needs 2 USD, 0 is in the pot'
    """
    pot = state.isolated[symbol]
    if amount_minor > 0:
        return refusal(state, pot.currency, amount_minor, seen)
    if pot.minor < -amount_minor:
        have, need = (format_minor(one, pot.currency) for one in (pot.minor, -amount_minor))
        detail = f"needs {need} {pot.currency}, {have} is in the pot"
        return Rejection(RejectionCode.LEDGER_INSUFFICIENT_BALANCE, detail, have=have, need=need)
    if symbol not in state.derivatives():
        return None
    from zerodesk.risk.monitoring import pot_margin, stale_marks

    stale = stale_marks(state, seen.marked, seen.at_ms)
    if symbol in stale:
        return stale_mark({symbol: stale[symbol]}, seen.at_ms)
    found = pot_margin(state, symbol, seen.marked[symbol])
    left_minor = found.equity_minor + amount_minor
    if left_minor >= found.initial_minor:
        return None
    return below_margin(pot.currency, left_minor, found.initial_minor)


def move_margin(
    state: AccountState, symbol: str, number: int, amount_minor: int, seen: Seen = NOTHING_SEEN
) -> Change:
    """Return the account with an amount moved into a pot, or out of it if it is negative.

    ``seen`` are the marks on which that was decided.

    Examples
    --------
    >>> apart = isolate(AccountState(opened=True, available={"USD": 9}), "BTC-PERP", "USD", 7).state
    >>> move_margin(apart, "BTC-PERP", 8, 5).entries
    (('available', 'USD', -5), ('isolated#BTC-PERP', 'USD', 5))
    """
    if number != state.isolated[symbol].moves + 1 or not amount_minor:
        raise LedgerError(f"move {number} of {amount_minor} for {symbol}")
    entries, after = fill_pot(state, symbol, amount_minor)
    pot = after.isolated[symbol]._replace(moves=number, moved_minor=amount_minor)
    cause = {"kind": "move_margin", "symbol": symbol, "number": number, **seen.evidence(state)}
    return Change(cause, entries, after.replace(isolated=after.isolated | {symbol: pot}))
