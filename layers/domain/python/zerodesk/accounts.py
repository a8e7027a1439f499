"""An account: what it has, what is held for its orders, and what an order and a deposit change.

Every change is a pure function from a state to a ``Change``: the cause, the balanced entries and
the whole state after. One change is one record of the account's journal. The other ways in which
it changes are beside this module: ``dues``, ``liquidating``, ``withdrawals``, ``transfers`` ...
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, cast

from zerodesk.derived import NONE_WORKING, Derived, Working
from zerodesk.instruments import Product, product_of
from zerodesk.ledger import (
    AVAILABLE,
    EXTERNAL,
    HELD,
    Entry,
    LedgerError,
    assert_balanced,
    isolated_account,
)
from zerodesk.positions import Position
from zerodesk.rejections import Rejection
from zerodesk.terms import TERMS, AccountTerms
from zerodesk.turnover import Days

if TYPE_CHECKING:
    from zerodesk.commands import HoldingCommand, PlaceCommand
    from zerodesk.liquidations import Liquidation
    from zerodesk.margin_calls import MarginCall
    from zerodesk.pots import Pot

MAX_ANSWERED: Final = 200
"""How many answers an account may keep that its gate items do not show yet."""

NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})

LIQUIDATE: Final = "liquidate"
"""The cause of each record by which an account is liquidated; its ``step`` says which."""


class AnswersWaitError(LedgerError):
    """An account has as many answers as it may keep: nothing changes until some are shown."""


class Hold(NamedTuple):
    """What is set aside for one order, or for one amend, with the command as it was submitted.

    The command travels from here to the book, so a repeat is never priced anew. ``filled_lots`` of
    it are settled.
    """

    currency: str
    held_minor: int
    command: "HoldingCommand"
    filled_lots: int = 0
    amended_lots: int | None = None

    @property
    def least_minor(self) -> int:
        """The least that is held: something, unless the order follows one that is to bring it."""
        return 0 if "after" in self.command else 1

    @property
    def whole_lots(self) -> int | None:
        """An order's quantity, as it was last amended; None of an amend that leaves it."""
        if self.amended_lots is not None:
            return self.amended_lots
        return self.command.get("quantity_lots")

    @property
    def open_lots(self) -> int:
        """What may still be filled of an order."""
        whole_lots = self.amended_lots
        if whole_lots is None:
            whole_lots = self.command.get("quantity_lots", 0)
        return whole_lots - self.filled_lots

    def to_dict(self) -> dict[str, Any]:
        """Return the hold as JSON-able values; without what only a fill or an amend gives it."""
        values: dict[str, Any] = {
            "currency": self.currency,
            "held_minor": self.held_minor,
            "command": self.command,
        }
        if self.filled_lots:
            values["filled_lots"] = self.filled_lots
        if self.amended_lots:
            values["amended_lots"] = self.amended_lots
        return values


class Reservation(NamedTuple):
    """What is set aside for one withdrawal, until it is posted or void."""

    currency: str
    held_minor: int
    reserved_at_ms: int

    @property
    def least_minor(self) -> int:
        """The least that is reserved: something."""
        return 1


class AccountState:
    """All that an account is. Amounts in minor units, by currency.

    ``watermarks`` says up to which record of each book the account has been settled.
    ``answered`` keeps refusals, deposits and the like by id until their gate items show them, so
    that a repeat can never be decided a second time. ``withdrawals`` has those that are reserved,
    ``positions`` what the fills add up to, by symbol, ``turnover`` what it traded by the day, by
    quote currency. ``rate`` is (minute, orders admitted in it); ``terms`` are the operator's:
    standing, group, limits. ``calls`` are the margin calls that stand, by currency;
    ``isolated`` has the pots of the perpetuals that the account holds apart, by symbol, and
    ``liquidation`` is the one of all the rest that is under way. ``derived`` follows from the rest,
    and is no part of what the account is.

    By hand, as ``Change`` is: no other class took as long to come in.
    """

    __slots__ = (
        "answered",
        "available",
        "calls",
        "derived",
        "holds",
        "isolated",
        "liquidation",
        "opened",
        "positions",
        "rate",
        "terms",
        "turnover",
        "watermarks",
        "withdrawals",
    )

    def __init__(  # noqa: PLR0913 - all that an account is, each by its name
        self,
        *,
        opened: bool = False,
        available: dict[str, int] | None = None,
        holds: dict[str, Hold] | None = None,
        watermarks: dict[str, int] | None = None,
        answered: dict[str, dict[str, Any]] | None = None,
        withdrawals: dict[str, Reservation] | None = None,
        positions: dict[str, Position] | None = None,
        turnover: dict[str, Days] | None = None,
        rate: tuple[int, int] = (0, 0),
        terms: AccountTerms = TERMS,
        calls: "dict[str, MarginCall] | None" = None,
        liquidation: "Liquidation | None" = None,
        isolated: "dict[str, Pot] | None" = None,
        derived: Derived | None = None,
    ) -> None:
        self.opened: Final = opened
        self.available: Final = {} if available is None else available
        self.holds: Final = {} if holds is None else holds
        self.watermarks: Final = {} if watermarks is None else watermarks
        self.answered: Final = {} if answered is None else answered
        self.withdrawals: Final = {} if withdrawals is None else withdrawals
        self.positions: Final = {} if positions is None else positions
        self.turnover: Final = {} if turnover is None else turnover
        self.rate: Final = rate
        self.terms: Final = terms
        self.calls: Final = {} if calls is None else calls
        self.liquidation: Final = liquidation
        self.isolated: Final = {} if isolated is None else isolated
        self.derived: Final = Derived() if derived is None else derived

    def __eq__(self, other: object) -> bool:
        """Whether two accounts are the same; what is derived of them is no part of that."""
        if not isinstance(other, AccountState):
            return NotImplemented
        return self._values() | {"derived": None} == other._values() | {"derived": None}

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"AccountState({self.to_dict()})"

    def replace(self, **changes: Any) -> Self:
        """Return the account with some of its values changed, and the rest as it is."""
        return type(self)(**(self._values() | changes))

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    def available_minor(self, currency: str) -> int:
        """Return what is free of a currency."""
        return self.available.get(currency, 0)

    def held_minor(self, currency: str) -> int:
        """Return what is held of a currency, for all orders and withdrawals."""
        return sum(held.held_minor for held in self._held() if held.currency == currency)

    def isolated_minor(self, currency: str) -> int:
        """Return what is in pots of a currency, less what isolated positions owe."""
        return sum(pot.minor for pot in self.isolated.values() if pot.currency == currency)

    def total_minor(self, currency: str) -> int:
        """Return all that the account has of a currency."""
        apart_minor = self.held_minor(currency) + self.isolated_minor(currency)
        return self.available_minor(currency) + apart_minor

    def liquidations(self) -> "dict[str | None, Liquidation]":
        """Return what is liquidated now: isolated positions by symbol, the rest by None."""
        found: dict[str | None, Liquidation] = {
            symbol: pot.liquidation
            for symbol, pot in self.isolated.items()
            if pot.liquidation is not None
        }
        return found if self.liquidation is None else {None: self.liquidation, **found}

    def derivatives(self) -> frozenset[str]:
        """Return the derivatives in which the account has open orders or a position."""
        return self.derived.derivatives(self.holds, self.positions)

    def working(self, symbol: str) -> Working:
        """Return what the account's open orders in an instrument may still fill."""
        return self.derived.working(self.holds).get(symbol, NONE_WORKING)

    def currencies(self) -> list[str]:
        """Return the currencies that the account has or holds, sorted."""
        held = {one.currency for one in (*self._held(), *self.isolated.values())}
        return sorted(set(self.available) | held)

    def _held(self) -> Iterator[Hold | Reservation]:
        yield from self.holds.values()
        yield from self.withdrawals.values()

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON-able values, for a record; without what it rarely has."""
        values = {
            "opened": self.opened,
            "available": self.available,
            "holds": {order_id: hold.to_dict() for order_id, hold in self.holds.items()},
            "watermarks": self.watermarks,
            "answered": self.answered,
        }
        if self.withdrawals:
            values["withdrawals"] = {key: one._asdict() for key, one in self.withdrawals.items()}
        if self.positions:
            values["positions"] = {symbol: one.to_row() for symbol, one in self.positions.items()}
        if self.turnover:
            values["turnover"] = self.turnover
        if self.rate[1]:
            values["rate"] = list(self.rate)
        if self.terms != TERMS:
            values["terms"] = self.terms.to_dict()
        if self.calls:
            values["calls"] = {currency: one.to_row() for currency, one in self.calls.items()}
        if self.liquidation is not None:
            values["liquidation"] = self.liquidation.to_dict()
        pots = {symbol: pot.to_dict() for symbol, pot in self.isolated.items()}
        return values | {"isolated": pots} if pots else values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the state that ``to_dict`` wrote."""
        holds = {order_id: Hold(**hold) for order_id, hold in values["holds"].items()}
        reserved = values.get("withdrawals", {}).items()
        positions = values.get("positions", {}).items()
        terms = values.get("terms")
        read = {
            "holds": holds,
            "withdrawals": {key: Reservation(**one) for key, one in reserved},
            "positions": {symbol: Position.from_row(row) for symbol, row in positions},
            "rate": tuple(values.get("rate", (0, 0))),
            "terms": TERMS if terms is None else AccountTerms.from_dict(terms),
        }
        return cls(**(values | read | _of_margin(values)))


def _of_margin(values: dict[str, Any]) -> dict[str, Any]:
    """Return of a state what its margin brought about: calls, liquidations, pots."""
    if values.keys().isdisjoint(("calls", "liquidation", "isolated")):
        return {}
    # Here: hardly an account has any, and a function starts without what they are made of.
    from zerodesk.liquidations import Liquidation
    from zerodesk.margin_calls import MarginCall
    from zerodesk.pots import Pot

    liquidation = values.get("liquidation")
    calls, isolated = values.get("calls", {}).items(), values.get("isolated", {}).items()
    return {
        "calls": {currency: MarginCall.from_row(row) for currency, row in calls},
        "liquidation": None if liquidation is None else Liquidation.from_dict(liquidation),
        "isolated": {symbol: Pot.from_dict(pot) for symbol, pot in isolated},
    }


class Change:
    """One record of an account's journal: why, the entries, and the state after.

    By hand: as a dataclass it would be written and compiled in each cold start.
    """

    __slots__ = ("cause", "entries", "state")

    def __init__(
        self, cause: dict[str, Any], entries: tuple[Entry, ...], state: AccountState
    ) -> None:
        """Refuse a change that creates or loses money, or overdraws the account."""
        self.cause: Final = cause
        self.entries: Final = entries
        self.state: Final = state
        assert_balanced(self.entries)
        overdrawn = _overdrawn(self.state)
        if overdrawn.keys() & _taken(self.entries) and not may_overdraw(self.cause):
            raise LedgerError(f"overdrawn by {self.cause}: {overdrawn}")
        held: dict[str, Hold | Reservation] = {**self.state.holds, **self.state.withdrawals}
        empty = [key for key, one in held.items() if one.held_minor < one.least_minor]
        if empty:
            raise LedgerError(f"empty holds after {self.cause}: {empty}")
        if len(self.state.answered) > MAX_ANSWERED:
            raise AnswersWaitError(f"{MAX_ANSWERED} answers wait for their items to show them")

    def to_body(self) -> dict[str, Any]:
        """Return the record's body."""
        return {
            "cause": self.cause,
            "entries": [list(entry) for entry in self.entries],
            "state": self.state.to_dict(),
        }


def may_overdraw(cause: dict[str, Any]) -> bool:
    """Whether a record may take more than is free: only what a derivative lost may.

    Such a loss is owed, whatever is there, and so is the fee of an order that liquidates, or that
    only reduces, and the premium for which the venue buys a written option back; nothing else is
    taken from what is not.
    """
    if cause["kind"] == LIQUIDATE or cause.get("reduces"):
        return True
    return cause["kind"] == "settle" and product_of(cause["book"]) is not Product.SPOT


def _overdrawn(state: AccountState) -> dict[tuple[str, str], int]:
    """Return what is less than nothing, by ledger account and currency."""
    found = {(AVAILABLE, c): minor for c, minor in state.available.items() if minor < 0}
    for symbol, pot in state.isolated.items():
        if pot.minor < 0:
            found[isolated_account(symbol), pot.currency] = pot.minor
    return found


def _taken(entries: Iterable[Entry]) -> set[tuple[str, str]]:
    """Return of what entries take: ledger account and currency."""
    return {(account, currency) for account, currency, minor in entries if minor < 0}


def credited(available: dict[str, int], currency: str, amount_minor: int) -> dict[str, int]:
    """Return what is free after an amount came, or went if it is negative."""
    return available | {currency: available.get(currency, 0) + amount_minor}


def purse(state: AccountState, symbol: str) -> str:
    """Return the ledger account that pays and is paid in a market: its pot, or what is free."""
    return isolated_account(symbol) if symbol in state.isolated else AVAILABLE


def paid_in(state: AccountState, symbol: str, currency: str, minor: int) -> dict[str, Any]:
    """Return what of an account is another once its purse of a market was paid an amount."""
    pot = state.isolated.get(symbol)
    if pot is None:
        return {"available": credited(state.available, currency, minor)}
    return {"isolated": state.isolated | {symbol: pot.plus(minor)}}


def fill_pot(
    state: AccountState, symbol: str, minor: int
) -> tuple[tuple[Entry, ...], AccountState]:
    """Return the entries that fill the pot of a market out of what is free, and the state after.

    A negative amount goes the other way.
    """
    if not minor:
        return (), state
    pot = state.isolated[symbol]
    entries = (
        (AVAILABLE, pot.currency, -minor),
        (isolated_account(symbol), pot.currency, minor),
    )
    available = credited(state.available, pot.currency, -minor)
    after = state.replace(available=available, isolated=state.isolated | {symbol: pot.plus(minor)})
    return entries, after


def open_account(state: AccountState, account_id: str) -> Change:
    """Return the account, opened."""
    return Change({"kind": "open", "account_id": account_id}, (), state.replace(opened=True))


def deposit(
    state: AccountState,
    deposit_id: str,
    currency: str,
    amount_minor: int,
    said: Mapping[str, str] = NOTHING_SAID,
) -> Change:
    """Return the account with a deposit from outside credited; ``said`` is by whom and why.

    Examples
    --------
    >>> funded = deposit(AccountState(opened=True), "d-1", "USD", 250).state
    >>> funded.available_minor("USD")
    250
    """
    if amount_minor <= 0:
        raise LedgerError(f"deposit {deposit_id} of {amount_minor} {currency}")
    return Change(
        {"kind": "deposit", "deposit_id": deposit_id, **said},
        ((AVAILABLE, currency, amount_minor), (EXTERNAL, currency, -amount_minor)),
        state.replace(
            available=credited(state.available, currency, amount_minor),
            answered=state.answered | {deposit_id: {"deposit": amount_minor, "in": currency}},
        ),
    )


def hold(state: AccountState, command: "HoldingCommand", currency: str) -> Change:
    """Return the account with what a command needs at worst set aside."""
    cause: dict[str, Any] = {"kind": "hold", "order_id": command["command_id"]}
    order: HoldingCommand = command
    if command["kind"] == "amend":
        cause["amends"] = command["order_id"]
        held = state.holds.get(command["order_id"])
        order = command if held is None else held.command
    if order.get("reduce_only") and product_of(command["symbol"]) is Product.PERPETUAL:
        cause["reduces"] = True
    return Change(cause, *set_aside(state, command, currency))


def set_aside(
    state: AccountState, command: "HoldingCommand", currency: str
) -> tuple[tuple[Entry, ...], AccountState]:
    """Return the entries by which what a command needs is held, and the state after."""
    order_id, need_minor = command["command_id"], command["held_minor"]
    if order_id in state.holds or need_minor <= 0:
        raise LedgerError(f"hold of {need_minor} for {order_id}, held: {order_id in state.holds}")
    added = Hold(currency, need_minor, command)
    holds = state.holds | {order_id: added}
    state.derived.hold(state.holds, added, holds)
    symbol = command["symbol"]
    entries = (purse(state, symbol), currency, -need_minor), (HELD, currency, need_minor)
    return entries, state.replace(holds=holds, **paid_in(state, symbol, currency, -need_minor))


def hold_group(
    state: AccountState, command: "PlaceCommand", currency: str, then_currency: str
) -> Change:
    """Return the account with what an order needs set aside, and for the one that follows it.

    Of that one it is what the first will not bring, which may be nothing: the hold is there for the
    book to add to, and is one of the account's open orders.
    """
    first, then = hold(state, command, currency), cast("PlaceCommand", command["then"])
    order_id, minor = then["command_id"], then["held_minor"]
    if order_id in first.state.holds or minor < 0:
        raise LedgerError(f"hold of {minor} for {order_id}, which follows {command['command_id']}")
    entries: tuple[Entry, ...] = ()
    if minor:
        paid_by = purse(state, then["symbol"])
        entries = (paid_by, then_currency, -minor), (HELD, then_currency, minor)
    return Change(
        first.cause | {"then": order_id},
        first.entries + entries,
        first.state.replace(
            holds=first.state.holds | {order_id: Hold(then_currency, minor, then)},
            **paid_in(first.state, then["symbol"], then_currency, -minor),
        ),
    )


def reject(state: AccountState, order_id: str, rejection: Rejection) -> Change:
    """Return the account with a refusal on record; nothing moves."""
    return Change(
        {"kind": "reject", "order_id": order_id, "rejection": rejection.to_dict()},
        (),
        state.replace(answered=state.answered | {order_id: rejection.to_dict()}),
    )


def set_terms(state: AccountState, terms: AccountTerms, *, author: str, reason: str) -> Change:
    """Return the account with other terms, as an operator decided; nothing moves."""
    cause = {"kind": "terms", "author": author, "reason": reason, "terms": terms.to_dict()}
    return Change(cause, (), state.replace(terms=terms))


def with_calls(
    state: AccountState, calls: "dict[str, MarginCall]", evidence: dict[str, Any]
) -> Change:
    """Return the account with the margin calls that stand from now on; nothing moves."""
    return Change({"kind": "margin_call"} | evidence, (), state.replace(calls=calls))


def without_answers(state: AccountState, ids: Iterable[str]) -> AccountState:
    """Return the state without answers that the gate items show by now."""
    shown = set(ids)
    kept = {key: answer for key, answer in state.answered.items() if key not in shown}
    return state.replace(answered=kept)
