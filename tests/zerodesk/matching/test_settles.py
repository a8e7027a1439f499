"""Accounts settle whatever a book says: no unit is created, no hold is left behind.

Random streams, with each order's hold made in its account first, as risk does. The accounts'
own rules (no overdraft, no empty hold, no posting without its hold) stand guard throughout.
"""

from collections import defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.streams import ACCOUNTS, MARKET, OPTION, PERPETUAL, Run, streams
from zerodesk.accounts import AccountState, deposit, hold, hold_group, open_account, without_answers
from zerodesk.commands import Command
from zerodesk.dues import settle
from zerodesk.settlement import dues_by_account
from zerodesk.turnover import TickValue

FUNDS_MINOR = {"USD": 10**12, "BTC": 10**12}


def funded(account_id: str) -> AccountState:
    state = open_account(AccountState(), account_id).state
    for currency, minor in FUNDS_MINOR.items():
        state = deposit(state, f"d-{currency}", currency, minor).state
    return without_answers(state, [f"d-{currency}" for currency in FUNDS_MINOR])


def with_hold(state: AccountState, command: Any) -> AccountState:
    """Hold what a command says in what its order pays with; for an amend, its order is held."""
    amends = command["kind"] == "amend"
    placed: Any = state.holds[command["order_id"]].command if amends else command
    [market] = [m for m in (MARKET, PERPETUAL, OPTION) if m.symbol == placed["symbol"]]
    currency = market.held_currency(is_buy=placed["side"] == "BUY")
    if may_follow(command):
        then_currency = market.held_currency(is_buy=command["then"]["side"] == "BUY")
        return hold_group(state, command, currency, then_currency).state
    return hold(state, command, currency).state


def may_follow(command: Any) -> bool:
    """Whether a command has an order follow that risk would hold for."""
    then = command.get("then")
    is_own = then is not None and then["account_id"] == command["account_id"]
    return is_own and bool(then["held_minor"] >= 0)


def holds_something(state: AccountState, command: Command) -> bool:
    """Whether risk lets a command hold money: any order, and an amend of an order that holds."""
    if command["kind"] == "amend":
        return bool(command["held_minor"]) and command["order_id"] in state.holds
    # What follows is held with the order that leads, and is never sent before.
    return command["kind"] == "place" and "after" not in command


@settings(max_examples=250)
@given(streams(), st.integers(1, 4), st.sampled_from((1, 2, 1_000)))
def test_every_hold_ends_as_what_its_order_needs_and_money_is_conserved(
    commands: list[Command], batch: int, max_fills: int
) -> None:
    accounts = {account_id: funded(account_id) for account_id in ACCOUNTS}
    run, seen, settled = Run.of(commands), set[str](), 0
    for start in range(0, len(commands), batch):
        for command in commands[start : start + batch]:
            if command["command_id"] in seen or command["kind"] not in {"place", "amend"}:
                continue
            account_id = command["account_id"]
            if holds_something(accounts[account_id], command):
                seen.add(command["command_id"])
                accounts[account_id] = with_hold(accounts[account_id], command)
        run.take(commands[start : start + batch], [batch], max_fills)
        rows = list(enumerate(run.records, start=1))[settled:]
        settled = len(run.records)
        for account_id, dues in dues_by_account(
            run.book.symbol, rows, TickValue.of(MARKET)
        ).items():
            change = settle(accounts[account_id], run.book.symbol, settled, dues)
            assert change is not None
            accounts[account_id] = change.state
    held = {
        order_id: (account_id, order.held_minor)
        for account_id, state in accounts.items()
        for order_id, order in state.holds.items()
    }
    open_orders = {
        order_id: (order["account_id"], order["held_minor"])
        for order_id, order in run.book.open_orders().items()
    }
    assert held == open_orders
    totals: dict[str, int] = defaultdict(int)
    for state in accounts.values():
        for currency in FUNDS_MINOR:
            totals[currency] += state.available_minor(currency) + state.held_minor(currency)
    totals["USD"] += run.fees + run.open
    assert totals == {currency: minor * len(ACCOUNTS) for currency, minor in FUNDS_MINOR.items()}
    # The accounts and the book come to the same positions, each by its own.
    assert open_in(accounts) == run.book.state().get("positions", {})


def open_in(accounts: dict[str, AccountState]) -> dict[str, list[int]]:
    """Return [lots, cost] of each account with a position in a derivative."""
    return {
        key: [one.quantity_lots, one.cost_tick_lots]
        for key, state in accounts.items()
        for symbol, one in state.positions.items()
        if one.quantity_lots and symbol != MARKET.symbol
    }
