"""Accounts, keys and money: ``account``, ``key``, ``deposit``, ``balances``, ``house``."""

from typing import Annotated

import typer
from rich.table import Table

from zerodesk_client.api import Balances
from zerodesk_client.cli.arguments import (
    AccountArgument,
    AmountArgument,
    CurrencyArgument,
    IdOption,
    amount_of,
)
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import number, table
from zerodesk_client.local_state import forget_key, remember_key

account_app = typer.Typer(no_args_is_help=True, help="Open and list accounts (operator).")
key_app = typer.Typer(no_args_is_help=True, help="Make and revoke keys of accounts (operator).")


@account_app.command("create")
def create_account(
    context: typer.Context,
    *,
    account: AccountArgument,
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    key: Annotated[bool, typer.Option("--with-key/--no-key", help="Make a key, too.")] = True,
) -> None:
    """Open an account, and keep a key of it in credentials.json."""
    session = Session.of(context)
    operator = session.operator()
    made = operator.create_account(account, name or account)
    api_key = operator.create_key(account) if key else None
    if api_key is not None:
        remember_key(session.keys_folder, account, api_key.api_key)
    document = {"account_id": made.account_id, "name": made.name, "key": api_key}
    kept = "" if api_key is None else f"; its key {api_key.key_id} is in credentials.json"
    session.show(document, lambda: f"account {made.account_id} is open{kept}")


@account_app.command("list")
def list_accounts(context: typer.Context) -> None:
    """List every account."""
    session = Session.of(context)
    accounts = session.operator().accounts()
    rows = [(entry.account_id, entry.name) for entry in accounts]
    session.show({"accounts": accounts}, lambda: table("Accounts", ("account", "name"), rows))


@key_app.command("create")
def create_key(
    context: typer.Context,
    account: AccountArgument,
    role: Annotated[str, typer.Option(help="trader or operator.")] = "trader",
) -> None:
    """Make a key of an account; a trader's is kept in credentials.json for --account."""
    session = Session.of(context)
    made = session.operator().create_key(account, role=role)
    if role == "trader":
        remember_key(session.keys_folder, account, made.api_key)
    session.show(
        {"account_id": account, "role": role, "key": made},
        lambda: f"key {made.key_id} of {account}, shown this once: {made.api_key}",
    )


@key_app.command("revoke")
def revoke_key(
    context: typer.Context,
    account: AccountArgument,
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID")],
) -> None:
    """End a key: requests with it are refused from now on."""
    session = Session.of(context)
    session.operator().revoke_key(account, key_id)
    forget_key(session.keys_folder, key_id)
    document = {"account_id": account, "key_id": key_id, "revoked": True}
    session.show(document, lambda: f"key {key_id} of {account} is revoked")


def deposit(
    context: typer.Context,
    account: AccountArgument,
    currency: CurrencyArgument,
    amount: AmountArgument,
    deposit_id: IdOption = None,
) -> None:
    """Credit an account by a journaled deposit (operator)."""
    session = Session.of(context)
    units = amount_of(amount, "AMOUNT")
    receipt = session.operator().deposit(
        account, session.id_of(deposit_id), currency.upper(), units
    )
    session.show(
        receipt,
        lambda: (
            f"{number(units)} {currency.upper()} credited to {account}, "
            f"deposit {receipt.deposit_id}"
        ),
    )


def balances(context: typer.Context) -> None:
    """Show what the account has, in each currency's units."""
    session = Session.of(context)
    found = session.trader().balances()
    session.show(found, lambda: balances_table(found))


def balances_table(found: Balances) -> Table:
    """Return balances as a table; each amount is in the unit of its row's currency."""
    return table(
        f"Balances of {found.account_id}, in each currency's units",
        ("currency", ">available", ">held for orders and withdrawals", ">isolated", ">total"),
        [
            (
                row.currency,
                *map(number, (row.available, row.held, row.isolated, row.total)),
            )
            for row in found.balances
        ],
    )


def house(context: typer.Context) -> None:
    """Show the fees that the house has, in each currency's units (operator)."""
    session = Session.of(context)
    found = session.operator().house()
    rows = [
        (
            row.currency,
            number(row.balance),
            ", ".join(f"{one.symbol} up to {one.book_sequence}" for one in row.swept) or "-",
        )
        for row in found
    ]
    headings = ("currency", ">balance", "swept from, up to record")
    title = "The house, in each currency's units"
    session.show({"balances": found}, lambda: table(title, headings, rows))
