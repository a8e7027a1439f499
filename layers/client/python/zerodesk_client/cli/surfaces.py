"""Surfaces of the venue: ``market publish``, ``market surface``, and ``quote`` off them."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.table import Table

from zerodesk.options import NoOptionError, OptionTerms
from zerodesk_client.api import Client, OptionPrice, PublishedSurface
from zerodesk_client.cli.arguments import SymbolArgument, amount_of, given, time_of
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.market_terms import market_app
from zerodesk_client.cli.option_report import UNITS
from zerodesk_client.cli.order_options import SideArgument
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, card, number

MAX_SURFACE_BYTES: Final = 1_000_000
HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 86_400


@market_app.command("publish")
def publish(
    context: typer.Context,
    symbol: SymbolArgument,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="A surface as `zerodesk surface --save` keeps one.",
        ),
    ],
    *,
    spot: Annotated[
        str | None, typer.Option(help="The market's price then; by default its mark now.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(help="When the quotes were, ISO 8601; by default now. Goes with --spot."),
    ] = None,
    valid: Annotated[
        int,
        typer.Option(
            min=1, max=DAY_SECONDS, help="Seconds from then; nothing is quoted off it later."
        ),
    ] = HOUR_SECONDS,
) -> None:
    """Publish the surface of a market's options, by which they are marked and quoted (operator)."""
    session = Session.of(context)
    operator, surface = session.operator(), _read(file)
    if as_of is not None and spot is None:
        raise CommandError("--as-of goes with --spot, the market's price at that time")
    published = operator.publish_surface(
        symbol.upper(),
        surface,
        as_of=time_of(as_of, "--as-of") or datetime.now(UTC),
        spot=given(spot, "--spot") or _mark(operator, symbol.upper()),
        valid_seconds=valid,
    )
    session.show(published, lambda: _card(published))


@market_app.command("surface")
def surface(
    context: typer.Context,
    symbol: SymbolArgument,
    save: Annotated[
        Path | None, typer.Option("--save", help="Keep it as JSON, for `zerodesk price`.")
    ] = None,
) -> None:
    """Show the surface of a market's options as it was published last."""
    session = Session.of(context)
    published = session.anybody().surface(symbol.upper())
    if save is not None:
        _keep(published, save)
    session.show(published, lambda: _card(published))


def quote(
    context: typer.Context,
    wanted_side: SideArgument,
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="Of the underlying.")],
    symbol: Annotated[
        str, typer.Argument(metavar="OPTION", help="Such as BTC-25DEC26-100000-C, listed or not.")
    ],
    *,
    limit: Annotated[
        str | None, typer.Option("--price", help="The limit; without it, an order at the market.")
    ] = None,
    settled_in: Annotated[
        str, typer.Option("--quote", help="The currency in which it is settled.")
    ] = "USD",
) -> None:
    """Show what an option is worth and what an order of it could cost, off its market's surface.

    In the steps and at the fees of its underlying's market. Exit code 1 if pricing refuses it.
    """
    session = Session.of(context)
    try:
        option = OptionTerms.of(symbol.upper())
    except NoOptionError as error:
        raise CommandError(f"{symbol} is no option: {error}") from error
    found = session.anybody().quote_option(
        f"{symbol.upper().partition('-')[0]}-{settled_in.upper()}",
        option.option_type,
        option.strike,
        datetime.fromtimestamp(option.expiry_ms // 1_000, UTC),
        wanted_side.value,
        amount_of(quantity, "QUANTITY"),
        price=given(limit, "--price"),
    )
    priced, refused = found.quote, found.rejection or {}
    if priced is None:
        session.show(found, lambda: f"refused, {refused.get('code')}: {refused.get('detail')}")
        raise typer.Exit(ExitCode.DIFFERENT)
    session.show(found, lambda: _quoted(symbol.upper(), priced, settled_in.upper()))


def _mark(client: Client, symbol: str) -> Decimal:
    mark = client.market(symbol).mark_price
    if mark is None:
        raise CommandError(f"{symbol} has no mark: give --spot")
    return mark


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MAX_SURFACE_BYTES:
            raise CommandError(f"{file} is larger than a surface")
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{file} is no surface: {error}") from error
    if not isinstance(found, dict):
        raise CommandError(f"{file} is no surface: a JSON object, was a {type(found).__name__}")
    return found


def _keep(published: PublishedSurface, path: Path) -> None:
    try:
        path.write_text(json.dumps(published.surface, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"--save {path}: {error}") from error


def _card(published: PublishedSurface) -> Table:
    facts = (
        ("version", str(published.version)),
        ("as of (UTC)", at(published.as_of)),
        ("valid until (UTC)", at(published.valid_until)),
        ("spot", number(published.spot)),
    )
    return card(f"Surface of {published.symbol}", facts)


def _quoted(symbol: str, found: OptionPrice, currency: str) -> Table:
    facts = [
        ("fair value", f"{number(found.fair_value)} {currency}"),
        ("mark", f"{number(found.mark_price)} {currency}"),
        ("collar", f"{number(found.collar_low)} to {number(found.collar_high)} {currency}"),
        ("at worst", f"{number(found.worst_price)} {currency}"),
        ("buying needs", f"{number(found.need)} {currency}, a fee in it"),
        ("estimated fee", f"{number(found.estimated_fee)} {currency}"),
        ("forward", f"{number(found.forward)} {currency}"),
        ("volatility", number(found.volatility)),
    ]
    facts += [
        (one.name, f"{number(getattr(found.greeks, one.name))} {UNITS[one.name]}")
        for one in fields(found.greeks)
    ]
    return card(symbol, facts)
