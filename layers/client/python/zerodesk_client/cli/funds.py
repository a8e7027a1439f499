"""An account's money other than by trading: ``withdraw``, ``withdrawal``, ``transfer``."""

from typing import Annotated

import typer

from zerodesk_client.api import Withdrawal, every
from zerodesk_client.cli.arguments import (
    AccountArgument,
    AmountArgument,
    CurrencyArgument,
    IdOption,
    amount_of,
)
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, number, table

WithdrawalArgument = Annotated[str, typer.Argument(metavar="WITHDRAWAL_ID")]

withdrawal_app = typer.Typer(
    no_args_is_help=True, help="See reserved withdrawals, post or void them (operator)."
)


def withdraw(
    context: typer.Context,
    currency: CurrencyArgument,
    amount: AmountArgument,
    withdrawal_id: IdOption = None,
) -> None:
    """Reserve a withdrawal of the account; an operator then posts or voids it."""
    session = Session.of(context)
    units = amount_of(amount, "AMOUNT")
    found = session.trader().withdraw(session.id_of(withdrawal_id), currency.upper(), units)
    session.show(found, lambda: _told(found))


def transfer(
    context: typer.Context,
    to_account: Annotated[str, typer.Argument(metavar="TO_ACCOUNT", help="Who receives it.")],
    currency: CurrencyArgument,
    amount: AmountArgument,
    transfer_id: IdOption = None,
) -> None:
    """Send an amount to another account."""
    session = Session.of(context)
    units = amount_of(amount, "AMOUNT")
    found = session.trader().transfer(
        session.id_of(transfer_id), to_account, currency.upper(), units
    )
    session.show(
        found,
        lambda: (
            f"transfer {found.transfer_id}, {number(found.amount)} {found.currency} from "
            f"{found.from_account_id} to {found.to_account_id}: {found.status}"
        ),
    )


@withdrawal_app.command("list")
def list_withdrawals(
    context: typer.Context,
    account: Annotated[
        str | None, typer.Argument(metavar="ACCOUNT", help="Of this one alone; else of all.")
    ] = None,
) -> None:
    """List what is reserved and nobody has posted or voided."""
    session = Session.of(context)
    client = session.operator()
    if account is None:
        found = tuple(every(client.all_reserved_withdrawals))
    else:
        found = client.reserved_withdrawals(account)
    rows = [
        (one.account_id, one.withdrawal_id, one.currency, number(one.amount), at(one.asked_at))
        for one in found
    ]
    headings = ("account", "withdrawal", "currency", ">amount, its units", "asked, UTC")
    title = f"Reserved withdrawals of {account or 'all accounts'}"
    session.show({"withdrawals": found}, lambda: table(title, headings, rows))


@withdrawal_app.command("post")
def post_withdrawal(
    context: typer.Context, account: AccountArgument, withdrawal_id: WithdrawalArgument
) -> None:
    """Say that a reserved withdrawal has left."""
    session = Session.of(context)
    found = session.operator().post_withdrawal(account, withdrawal_id)
    session.show(found, lambda: _told(found))


@withdrawal_app.command("void")
def void_withdrawal(
    context: typer.Context, account: AccountArgument, withdrawal_id: WithdrawalArgument
) -> None:
    """Set the money of a reserved withdrawal free again."""
    session = Session.of(context)
    found = session.operator().void_withdrawal(account, withdrawal_id)
    session.show(found, lambda: _told(found))


def _told(found: Withdrawal) -> str:
    amount = f"{number(found.amount)} {found.currency} of {found.account_id}"
    return f"withdrawal {found.withdrawal_id}, {amount}: {found.status}"
