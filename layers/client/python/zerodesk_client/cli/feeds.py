"""Where the venue reads index prices outside: ``feed``."""

from typing import Annotated

import typer

from zerodesk_client.api import Feed
from zerodesk_client.cli.limits import ReasonOption
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import at, table

feed_app = typer.Typer(
    no_args_is_help=True, help="Have index prices read outside, each minute (operator)."
)

SymbolArgument = Annotated[str, typer.Argument(metavar="SYMBOL", help="The market.")]
UrlArgument = Annotated[
    str, typer.Argument(metavar="URL", help="https:// and what answers with JSON.")
]
PriceOption = Annotated[
    str, typer.Option(metavar="POINTER", help="Where the price is in it, such as /data/amount.")
]
ObservedOption = Annotated[
    str | None,
    typer.Option(
        metavar="POINTER",
        help="Where it says of when that is: ISO 8601 in UTC, or milliseconds since 1970.",
    ),
]


@feed_app.command("set")
def set_feed(
    context: typer.Context,
    symbol: SymbolArgument,
    url: UrlArgument,
    *,
    price: PriceOption,
    observed_at: ObservedOption = None,
    reason: ReasonOption,
) -> None:
    """Have the index price of a market read each minute; its breaker begins closed."""
    session = Session.of(context)
    feed = session.operator().set_feed(symbol.upper(), url, price, reason, observed_at=observed_at)
    _show(session, (feed,))


@feed_app.command("list")
def list_feeds(context: typer.Context) -> None:
    """List the feeds: CLOSED is read, OPEN is left alone for a while, HALF_OPEN is tried once."""
    session = Session.of(context)
    _show(session, session.operator().feeds())


@feed_app.command("remove")
def remove_feed(context: typer.Context, symbol: SymbolArgument, *, reason: ReasonOption) -> None:
    """Read the index price of a market outside no more."""
    session = Session.of(context)
    _show(session, session.operator().remove_feed(symbol.upper(), reason))


def _show(session: Session, found: tuple[Feed, ...]) -> None:
    rows = [
        (
            one.symbol,
            one.source,
            one.state,
            str(one.failures),
            "" if one.open_until is None else at(one.open_until),
            one.failure or "",
            one.by,
            one.reason,
        )
        for one in found
    ]
    headings = ("market", "read at", "breaker", "failures", "until (UTC)", "latest", "by", "why")
    session.show({"feeds": found}, lambda: table("Feeds of index prices", headings, rows))
