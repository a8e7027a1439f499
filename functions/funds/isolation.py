"""Isolated positions: whether an account holds a perpetual apart, and what it has set aside for it.

Each change is one record of the account's journal, decided on the account as it stands; a refusal
is none, and may be asked again. A move has the number after the latest: a repeat is known by it.
"""

from zerodesk.accounts import AccountState, Change
from zerodesk.instruments import Market, Product
from zerodesk.isolated import (
    MAX_ISOLATED,
    cross,
    is_in_use,
    is_repeat,
    isolate,
    move_margin,
    refusal_of_move,
)
from zerodesk.money import format_minor
from zerodesk.pots import Pot
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.margin_status import IsolatedMargin, MoveMargin, SetIsolated
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import amount_minor_of
from zerodesk_aws.gates import seen
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.views.isolated import isolated_view


class IsolationDesk:
    """Isolates positions, and moves their margin."""

    def __init__(self, accounts: AccountJournal, markets: Markets) -> None:
        self._accounts, self._markets = accounts, markets

    def set(self, account_id: str, symbol: str, asked: SetIsolated) -> IsolatedMargin:
        """Hold the position in a market apart, or with all others; nothing changes where it is so.

        Raises
        ------
        ProblemError
            INTAKE_UNKNOWN_SYMBOL, INTAKE_BAD_VALUE: no perpetual. MARGIN_MODE_IN_USE: the account
            has a position or an order there, or owes in it. REGISTER_FULL: it has too many pots.
        """
        market = self._perpetual(symbol)

        def decide(account: Account) -> Change | None:
            state = account.state
            if (symbol in state.isolated) is asked.is_isolated:
                return None
            _check_use(state, symbol)
            if asked.is_isolated:
                return isolate(state, symbol, market.quote, account.sequence + 1)
            return cross(state, symbol)

        account = self._accounts.commit(account_id, decide)
        count("MarginModesSet")
        logger.info("margin mode set", symbol=symbol, is_isolated=asked.is_isolated)
        return isolated_view(account, symbol, market.quote)

    def move(self, account_id: str, symbol: str, asked: MoveMargin) -> tuple[IsolatedMargin, bool]:
        """Move margin into a pot or out of it, once; return it, and whether the move is new.

        Raises
        ------
        ProblemError
            NOT_FOUND: the position is not isolated. INTAKE_IDEMPOTENCY_CONFLICT: another move had
            the number. INTAKE_BAD_VALUE: there are moves to come before it. RISK_*, LEDGER_*: more
            than is free, or than the margin leaves.
        """
        market = self._perpetual(symbol)
        amount_minor = _amount_minor(asked, market)
        is_new = False

        def decide(account: Account) -> Change | None:
            nonlocal is_new
            is_new = False
            state = account.state
            pot = state.isolated.get(symbol)
            if pot is None:
                raise ended(ProblemCode.NOT_FOUND, f"The position in {symbol} is not isolated.")
            if is_repeat(pot, asked.number, amount_minor):
                return None
            _check_number(pot, asked)
            marks = seen(self._markets, state, max(now_ms(), account.recorded_at_ms))
            rejection = refusal_of_move(state, symbol, amount_minor, marks)
            if rejection is not None:
                code = ProblemCode(rejection.code.value)
                raise refused(code, "amount", format(asked.amount, "f"), rejection.detail)
            is_new = True
            return move_margin(state, symbol, asked.number, amount_minor, marks)

        account = self._accounts.commit(account_id, decide)
        count("MarginMoved")
        moved = format_minor(amount_minor, market.quote)
        logger.info("margin moved", symbol=symbol, number=asked.number, amount=moved)
        return isolated_view(account, symbol, market.quote), is_new

    def _perpetual(self, symbol: str) -> Market:
        """Return a market whose positions can be isolated, or refuse."""
        listed = self._markets.get(symbol)
        if listed is None:
            raise refused(ProblemCode.INTAKE_UNKNOWN_SYMBOL, "symbol", symbol, "a listed market")
        if listed.market.product is not Product.PERPETUAL:
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", symbol, "a perpetual")
        return listed.market


def _check_use(state: AccountState, symbol: str) -> None:
    if is_in_use(state, symbol):
        raise ended(
            ProblemCode.MARGIN_MODE_IN_USE,
            f"The account has a position or an open order in {symbol}, or owes in it.",
        )
    if symbol not in state.isolated and len(state.isolated) >= MAX_ISOLATED:
        detail = f"An account has {MAX_ISOLATED} isolated positions at most."
        raise ended(ProblemCode.REGISTER_FULL, detail)


def _check_number(pot: Pot, asked: MoveMargin) -> None:
    following = pot.moves + 1
    if asked.number != following:
        code = ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT
        if asked.number > following:
            code = ProblemCode.INTAKE_BAD_VALUE
        raise refused(code, "number", asked.number, f"{following}, the one after the latest move")


def _amount_minor(asked: MoveMargin, market: Market) -> int:
    sign = -1 if asked.amount < 0 else 1
    return sign * amount_minor_of(abs(asked.amount), market.quote)
