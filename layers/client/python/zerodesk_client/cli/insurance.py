"""The fund that pays what liquidated accounts owe: ``insurance``."""

import typer

from zerodesk_client.cli.accounts import balances_table
from zerodesk_client.cli.arguments import (
    AmountArgument,
    CurrencyArgument,
    IdOption,
    amount_of,
)
from zerodesk_client.cli.limits import ReasonOption
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import number

insurance_app = typer.Typer(
    no_args_is_help=True, help="See and fill the insurance fund (operator)."
)


@insurance_app.command("show")
def show(context: typer.Context) -> None:
    """Show what the fund has. What it paid, and why: zerodesk statement insurance-fund."""
    session = Session.of(context)
    found = session.operator().insurance()
    session.show(found, lambda: balances_table(found))


@insurance_app.command("deposit")
def deposit(
    context: typer.Context,
    currency: CurrencyArgument,
    amount: AmountArgument,
    *,
    reason: ReasonOption,
    deposit_id: IdOption = None,
) -> None:
    """Credit the fund by a journaled deposit of the house."""
    session = Session.of(context)
    units, named = amount_of(amount, "AMOUNT"), session.id_of(deposit_id)
    receipt = session.operator().fund_insurance(named, currency.upper(), units, reason)
    session.show(
        receipt,
        lambda: (
            f"{number(units)} {currency.upper()} for the insurance fund, "
            f"deposit {receipt.deposit_id}: {reason}"
        ),
    )
