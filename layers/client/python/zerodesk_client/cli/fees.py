"""What an account is charged: ``fees``, and ``fee`` to set tiers."""

import re
from decimal import Decimal
from typing import Annotated, Final

import typer
from rich.console import Group
from rich.table import Table

from zerodesk_client.api import AccountFees, FeeTier
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.limits import AnyAccount, ReasonOption, about
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import number, table

fee_app = typer.Typer(no_args_is_help=True, help="See and set fee tiers (operator).")

TIER: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?):(-?[0-9]+)/([0-9]+)", re.ASCII)
TIER_RULE: Final = "FROM:MAKER/TAKER, such as 1000000:-1/4: from that turnover on, in basis points"


def fees(context: typer.Context, account: AnyAccount = None) -> None:
    """Show what an account is charged in each market, its turnover and its next tier."""
    session = Session.of(context)
    client, account_id = about(session, account)
    found = client.fees(account_id)
    session.show(found, lambda: _fees_table(found))


@fee_app.command("list")
def list_fees(context: typer.Context) -> None:
    """List the fee tiers of currencies and of markets."""
    session = Session.of(context)
    found = session.operator().fee_schedules()
    rows = [
        (one.scope, "  ".join(told(tier) for tier in one.tiers), one.author, one.reason)
        for one in found
    ]
    headings = ("of", "turnover: maker / taker, bps", "set by", "why")
    session.show({"schedules": found}, lambda: table("Fee tiers", headings, rows))


@fee_app.command("set")
def set_fees(
    context: typer.Context,
    scope: Annotated[
        str, typer.Argument(metavar="CURRENCY|SYMBOL", help="Such as USD, or BTC-USD alone.")
    ],
    tiers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TIER",
            help=f"{TIER_RULE}. The first is from 0; a negative maker's rate is a rebate. Without "
            "tiers those of before are over.",
        ),
    ] = None,
    *,
    reason: ReasonOption,
) -> None:
    """Set the fee tiers of a quote currency or of a market, in place of those that it had."""
    session = Session.of(context)
    asked = [tier_of(text) for text in tiers or []]
    session.operator().set_fees(scope.upper(), asked, reason)
    shown = "  ".join(told(tier) for tier in asked) or "no tiers"
    session.show({"scope": scope.upper(), "tiers": asked}, lambda: f"{scope.upper()}: {shown}")


def tier_of(text: str) -> FeeTier:
    """Return the tier that a text asks for.

    Examples
    --------
    >>> tier_of("1000000:-1/4").maker_bps
    -1
    """
    read = TIER.fullmatch(text)
    if read is None:
        raise CommandError(f"{text!r} is no tier", TIER_RULE)
    from_turnover, maker_bps, taker_bps = read.groups()
    return FeeTier(Decimal(from_turnover), int(maker_bps), int(taker_bps))


def told(tier: FeeTier) -> str:
    """Return a tier on one line."""
    return f"{number(tier.from_turnover)}: {tier.maker_bps} / {tier.taker_bps}"


def _fees_table(found: AccountFees) -> Group:
    return Group(_turnover_table(found), _markets_table(found))


def _turnover_table(found: AccountFees) -> Table:
    rows = [(one.currency, number(one.turnover)) for one in found.turnovers]
    title = f"Turnover of {found.account_id} in 30 days, UTC, today included"
    return table(title, ("currency", ">turnover"), rows)


def _markets_table(found: AccountFees) -> Table:
    rows = [
        (
            one.symbol,
            str(one.maker_bps),
            str(one.taker_bps),
            one.set_by if one.tier is None else f"{one.set_by}, tier {one.tier}",
            "-" if one.next_tier is None else told(one.next_tier),
        )
        for one in found.markets
    ]
    headings = ("market", ">maker, bps", ">taker, bps", "by", "next tier, turnover: maker / taker")
    return table("Fees of the next order; a negative one is a rebate", headings, rows)
