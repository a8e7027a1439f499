"""What an account has open and may do: ``positions``, ``limits``, and ``limit`` to set them."""

from typing import Annotated, Any, Final

import typer
from rich.table import Table

from zerodesk_client.api import AccountLimits, EffectiveLimit
from zerodesk_client.cli.arguments import AccountArgument, amount_of
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, number, price, table

limit_app = typer.Typer(no_args_is_help=True, help="See and set limits (operator).")

GROUP: Final = "group:"
VENUE: Final = "venue"
COUNTS: Final = (
    "open_orders",
    "orders_per_minute",
    "mark_age_ms",
    "order_volume_bps",
    "leverage",
)
BY_KEY: Final = ("free_notional", "order_notional", "position", "underlying", "daily_loss")

AnyAccount = Annotated[
    str | None,
    typer.Argument(metavar="ACCOUNT", help="Of this one (operator); else the key's own."),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the journal.")]


def positions(context: typer.Context, account: AnyAccount = None) -> None:
    """Show what an account has open in each market, and what it made."""
    session = Session.of(context)
    client, account_id = about(session, account)
    found = client.positions(account_id)
    rows = [
        (
            one.symbol,
            number(one.quantity),
            price(one.average_price),
            price(one.mark_price),
            number(one.unrealised),
            number(one.realised),
            number(one.fees),
            number(one.funding),
            number(one.realised_today),
            one.currency,
        )
        for one in found.positions
    ]
    headings = (
        "market",
        ">quantity, base units",
        ">average price",
        ">mark",
        ">unrealised",
        ">realised",
        ">fees",
        ">funding",
        ">realised today",
        "currency",
    )
    title = f"Positions of {found.account_id}, amounts in the currency's units"
    session.show(found, lambda: table(title, headings, rows))


def limits(context: typer.Context, account: AnyAccount = None) -> None:
    """Show what limits an account, who set it, and how much of it is used."""
    session = Session.of(context)
    client, account_id = about(session, account)
    found = client.limits(account_id)
    session.show(found, lambda: _limits_table(found))


@limit_app.command("list")
def list_limits(context: typer.Context) -> None:
    """List the limits of the venue and of its groups."""
    session = Session.of(context)
    found = session.operator().scope_limits()
    rows = [(one.scope, _told(one.limits), one.author, one.reason) for one in found]
    session.show(
        {"scopes": found},
        lambda: table("Limits", ("scope", "limits", "set by", "why"), rows),
    )


@limit_app.command("set")
def set_limits(
    context: typer.Context,
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="venue, group:NAME or an account.")],
    settings: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LIMIT=VALUE",
            help=f"{', '.join(COUNTS)}; or with a key, such as position.BTC-USD=10: "
            f"{', '.join(BY_KEY)}. What is left out is not limited any more.",
        ),
    ] = None,
    *,
    reason: ReasonOption,
    group: Annotated[
        str | None, typer.Option("--group", help="The account's group; without it, none.")
    ] = None,
) -> None:
    """Set the limits of a scope, in place of those that it had."""
    session = Session.of(context)
    operator, asked = session.operator(), limits_of(settings or [])
    if scope == VENUE:
        operator.set_venue_limits(asked, reason)
    elif scope.startswith(GROUP):
        operator.set_group_limits(scope.removeprefix(GROUP), asked, reason)
    else:
        found = operator.set_account_limits(scope, asked, reason, group=group)
        session.show(found, lambda: _limits_table(found))
        return
    session.show({"scope": scope, "limits": asked}, lambda: f"{scope}: {_told(asked) or 'none'}")


@limit_app.command("standing")
def set_standing(
    context: typer.Context,
    account: AccountArgument,
    status: Annotated[str, typer.Option("--status", help="ACTIVE or SUSPENDED.")] = "ACTIVE",
    level: Annotated[
        int, typer.Option("--level", min=0, max=3, help="1 spot, 2 perpetuals, 3 options.")
    ] = 1,
    *,
    reason: ReasonOption,
) -> None:
    """Suspend an account or let it trade, and say how far it is verified."""
    session = Session.of(context)
    found = session.operator().set_standing(account, status.upper(), level, reason)
    session.show(
        found,
        lambda: f"{account} is {found.status}, verification level {found.verification_level}",
    )


def limits_of(settings: list[str]) -> dict[str, Any]:
    """Return what ``limit=value`` texts ask for, as the API takes it.

    Examples
    --------
    >>> limits_of(["open_orders=5", "position.BTC-USD=0.5"])
    {'open_orders': 5, 'position': {'BTC-USD': '0.5'}}
    """
    asked: dict[str, Any] = {}
    for text in settings:
        what, equals, value = text.partition("=")
        name, point, key = what.partition(".")
        if equals and name in COUNTS and not point:
            if not value.isascii() or not value.isdigit():
                raise CommandError(f"{text!r}: {name} is a whole number, not negative")
            asked[name] = int(value)
        elif equals and name in BY_KEY and key:
            if value != "0":
                amount_of(value, what)
            asked.setdefault(name, {})[key.upper()] = value
        else:
            raise CommandError(f"{text!r} is no limit", "such as open_orders=5, position.BTC-USD=1")
    return asked


def about(session: Session, account: str | None) -> tuple[Any, str]:
    """Return the client and the account to ask about: any for an operator, or the key's own."""
    if account is not None:
        return session.operator(), account
    trader = session.trader()
    return trader, trader.balances().account_id


def _limits_table(found: AccountLimits) -> Table:
    rows = [
        (
            one.limit if one.key is None else f"{one.limit}.{one.key}",
            _amount(one, one.value),
            "-" if one.used is None else _amount(one, one.used),
            one.set_by,
        )
        for one in found.limits
    ]
    group = "" if found.group is None else f", group {found.group}"
    stop = found.loss_stop
    stopped = "" if stop is None else f", may only close until {at(stop.until)}: {stop.reason}"
    title = (
        f"Limits of {found.account_id}: {found.status}, verification level "
        f"{found.verification_level}{group}{stopped}"
    )
    return table(title, ("limit", ">at most", ">used", "set by"), rows)


def _amount(one: EffectiveLimit, value: Any) -> str:
    return number(value) if one.unit is None else f"{number(value)} {one.unit}"


def _told(asked: dict[str, Any]) -> str:
    """Return limits on one line; what is not limited is left out."""
    told = []
    for name, value in asked.items():
        if isinstance(value, dict):
            told += [f"{name}.{key}={amount}" for key, amount in value.items()]
        elif value is not None:
            told.append(f"{name}={value}")
    return " ".join(told)
