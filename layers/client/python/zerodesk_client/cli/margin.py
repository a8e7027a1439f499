"""What an account has against what its derivatives need: ``margin``, and ``liquidation``."""

from typing import Annotated

import typer

from zerodesk_client.api import CurrencyMargin, MarginStatus, OrderMarginPreview
from zerodesk_client.cli.arguments import AccountArgument, PerpetualArgument, amount_of
from zerodesk_client.cli.limits import AnyAccount, ReasonOption, about
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, number, table

liquidation_app = typer.Typer(no_args_is_help=True, help="Stop liquidations (operator).")


@liquidation_app.command("stop")
def stop(context: typer.Context, account: AccountArgument, *, reason: ReasonOption) -> None:
    """Stop an account's liquidation, and spare it from another until that is allowed."""
    _allow(context, account, reason, is_allowed=False)


@liquidation_app.command("allow")
def allow(context: typer.Context, account: AccountArgument, *, reason: ReasonOption) -> None:
    """Let the venue liquidate an account again that it was to spare."""
    _allow(context, account, reason, is_allowed=True)


def _allow(context: typer.Context, account: str, reason: str, *, is_allowed: bool) -> None:
    session = Session.of(context)
    found = session.operator().allow_liquidation(account, reason, is_allowed=is_allowed)
    word = "may be liquidated" if found.is_allowed else "is spared from liquidation"
    session.show(found, lambda: f"{account} {word}: {found.reason}")


def margin(context: typer.Context, account: AnyAccount = None) -> None:
    """Show an account's equity against what its positions need, at the marks."""
    session = Session.of(context)
    client, account_id = about(session, account)
    found = client.margin(account_id)
    headings = ("currency", ">equity", ">initial", ">maintenance", ">ratio", "called")
    rows = [_row(one) for one in found.margins]
    session.show(found, lambda: table(_title(found), headings, rows))


def preview(
    context: typer.Context,
    side: Annotated[str, typer.Argument(metavar="buy|sell")],
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="In base units.")],
    symbol: PerpetualArgument,
    *,
    price: Annotated[str | None, typer.Option(help="At the mark without one.")] = None,
) -> None:
    """Show what an order of a derivative would need as margin, and why; nothing is placed."""
    session = Session.of(context)
    client, account_id = about(session, None)
    found = client.preview_order(
        account_id,
        symbol.upper(),
        side.upper(),
        amount_of(quantity, "QUANTITY"),
        price=None if price is None else amount_of(price, "--price"),
    )
    headings = ("instrument", ">open", ">may be bought", ">sold", ">needs alone")
    rows = [
        (one.symbol, *map(number, (one.quantity, one.buy, one.sell, one.alone)))
        for one in found.needs
    ]
    session.show(found, lambda: table(_told(found), headings, rows))


def _told(found: OrderMarginPreview) -> str:
    told = (
        f"needs {number(found.needed)} {found.currency} more, {number(found.after)} in all, of "
        f"{number(found.equity)}; {number(found.held)} would be held"
    )
    if found.moved:
        told += f", {number(found.moved)} moved into the pot"
    return told if found.covered else f"{told}; refused: {found.reason}"


def _row(one: CurrencyMargin) -> tuple[str, ...]:
    call = one.call
    return (
        one.currency if one.isolated is None else f"{one.isolated}, isolated, in {one.currency}",
        number(one.equity),
        number(one.initial),
        number(one.maintenance),
        "-" if one.ratio is None else number(one.ratio),
        "" if call is None else f"at {number(call.level)} since {at(call.since)}",
    )


def _title(found: MarginStatus) -> str:
    stale = ", ".join(
        f"{one.symbol} since {'ever' if one.since is None else at(one.since)}"
        for one in found.stale
    )
    title = f"Margin of {found.account_id}"
    if found.liquidation is not None:
        title += f", liquidated since {at(found.liquidation.since)}"
    if found.spared is not None:
        title += f", spared by {found.spared.author}: {found.spared.reason}"
    return title if not stale else f"{title}: not known, the marks are stale of {stale}"
