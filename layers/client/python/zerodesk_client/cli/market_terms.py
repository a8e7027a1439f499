"""Markets and their terms: ``market list``, ``change``, ``delist``, ``settle`` and ``index``."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

import typer

from zerodesk.instruments import Product, product_of
from zerodesk.money import NumberError, parse_decimal
from zerodesk_client.api import MarginTier, NewMarket, PriceBand
from zerodesk_client.cli.arguments import SymbolArgument, amount_of, time_of
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.session import Session

market_app = typer.Typer(
    no_args_is_help=True, help="List, change and delist markets, their index prices and surfaces."
)

COUNTS: Final = ("maker_bps", "taker_bps", "collar_bps")
TIERS: Final = "margin"
AMOUNTS: Final = ("min_notional", "max_quantity")
BOUNDS: Final = ("stale_after_seconds", "free_volume_bps")
"""What a market has or has not."""
TIER_RULE: Final = (
    "FROM:INITIAL/MAINTENANCE,..., such as 0:1000/500,120000:2000/1000: what of a position's worth "
    "is above that takes so many basis points to open, and to keep"
)
NEW: Final = ("tick_size", "lot_size", *AMOUNTS, *COUNTS, "reference_price")
BAND: Final = ("bps", "window_seconds", "auction_seconds")

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the journal.")]


@market_app.command("list")
def list_(
    context: typer.Context,
    symbol: SymbolArgument,
    settings: Annotated[
        list[str],
        typer.Argument(
            metavar="TERM=VALUE",
            help=f"{', '.join(NEW)}, all of them; {', '.join(BOUNDS)} and "
            "band=BPS/WINDOW_SECONDS/AUCTION_SECONDS where wanted; of a perpetual also "
            f"{TIERS}={TIER_RULE}.",
        ),
    ],
    *,
    quote: Annotated[
        str | None,
        typer.Option(help="Of a perpetual or an option: the currency in which it is settled."),
    ] = None,
) -> None:
    """List a market: spot (BTC-USD), a perpetual (BTC-PERP) or an option (BTC-25DEC26-100000-C)."""
    session = Session.of(context)
    listing = listing_of(symbol.upper(), quote, settings)
    market = session.operator().list_market(listing)
    session.show(market, lambda: f"{market.symbol} is {market.state}")


def listing_of(symbol: str, quote: str | None, settings: list[str]) -> NewMarket:
    """Return the market that ``term=value`` texts describe.

    Examples
    --------
    >>> terms = ["tick_size=1", "lot_size=0.1", "min_notional=1", "max_quantity=100",
    ...     "maker_bps=2", "taker_bps=5", "collar_bps=5000", "reference_price=10"]
    >>> listed = listing_of("BTC-25DEC26-100000-C", "USD", terms)
    >>> listed.base, listed.quote, listed.lot_size, listed.taker_bps
    ('BTC', 'USD', Decimal('0.1'), 5)
    >>> listed = listing_of("BTC-PERP", "USD", [*terms, "margin=0:5000/2500,120000:6000/3000"])
    >>> listed.margin[1].from_notional, listed.margin[1].maintenance_bps
    (Decimal('120000'), 3000)
    """
    base, _, ending = symbol.partition("-")
    if quote is None and product_of(symbol) is not Product.SPOT:
        raise CommandError(f"{symbol} needs --quote, the currency in which it is settled")
    terms: dict[str, Any] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if equals and name == TIERS:
            terms[name] = tuple(_tier(text, one) for one in value.split(","))
        elif equals and name == "band":
            terms[name] = PriceBand(**_band(text, value))
        elif equals and name in (*COUNTS, *BOUNDS):
            terms[name] = _whole(text, value)
        elif equals and name in NEW:
            terms[name] = _decimal(text, value)
        else:
            raise _no_term(text, *NEW, *BOUNDS, "band", TIERS)
    if missing := [name for name in NEW if name not in terms]:
        raise CommandError(f"a new market needs {', '.join(missing)}, too")
    return NewMarket(symbol=symbol, base=base, quote=(quote or ending).upper(), **terms)


@market_app.command("change")
def change(
    context: typer.Context,
    symbol: SymbolArgument,
    settings: Annotated[
        list[str],
        typer.Argument(
            metavar="TERM=VALUE",
            help=f"{', '.join(COUNTS + AMOUNTS)}; band=BPS/WINDOW_SECONDS/AUCTION_SECONDS or "
            "band=none; stale_after_seconds=SECONDS or none; free_volume_bps=BPS or none. What is "
            "left out stays.",
        ),
    ],
    *,
    reason: ReasonOption,
) -> None:
    """Give a market other terms; what rests in it keeps the fees that it came with."""
    session = Session.of(context)
    asked = terms_of(settings)
    market = session.operator().change_market(symbol.upper(), asked, reason)
    session.show(market, lambda: f"{market.symbol}: {', '.join(settings)}")


@market_app.command("delist")
def delist(context: typer.Context, symbol: SymbolArgument, *, reason: ReasonOption) -> None:
    """Have a market trade no more, for good: its orders are cancelled, positions stay."""
    session = Session.of(context)
    market = session.operator().delist_market(symbol.upper(), reason)
    session.show(market, lambda: f"{market.symbol} is {market.state}")


@market_app.command("settle")
def settle(
    context: typer.Context,
    symbol: SymbolArgument,
    price: Annotated[str, typer.Option(help="Of the underlying, in units of the quote.")],
    *,
    reason: ReasonOption,
) -> None:
    """End an option that has expired, where the index had a gap and says no price."""
    session = Session.of(context)
    operator = session.operator()
    market = operator.settle_option(symbol.upper(), _decimal("--price", price), reason)
    session.show(market, lambda: f"{market.symbol} is {market.state}: {market.state_reason}")


@market_app.command("index")
def index(
    context: typer.Context,
    symbol: SymbolArgument,
    price: Annotated[str, typer.Argument(metavar="PRICE", help="In units of the quote.")],
    *,
    source: Annotated[str, typer.Option(help="Who says so.")] = "operator",
    at: Annotated[
        str | None, typer.Option("--at", help="Of when it is, ISO 8601; by default of now.")
    ] = None,
) -> None:
    """Report an index price: the book takes the latest as its market's mark."""
    session = Session.of(context)
    told, observed_at = amount_of(price, "PRICE"), time_of(at, "--at") or datetime.now(UTC)
    session.operator().send_index_price(symbol.upper(), source, told, observed_at)
    document = {"symbol": symbol.upper(), "source": source, "price": told, "at": observed_at}
    session.show(document, lambda: f"{symbol.upper()}: {told:f} by {source} is on its way")


def terms_of(settings: list[str]) -> dict[str, Any]:
    """Return what ``term=value`` texts ask for, as the API takes it.

    Examples
    --------
    >>> terms_of(["taker_bps=7", "max_quantity=2.5", "band=200/60/300"])["band"]
    {'bps': 200, 'window_seconds': 60, 'auction_seconds': 300}
    >>> terms_of(["band=none"])
    {'band': None}
    >>> terms_of(["stale_after_seconds=60"])
    {'stale_after_seconds': 60}
    >>> terms_of(["free_volume_bps=none"])
    {'free_volume_bps': None}
    """
    asked: dict[str, Any] = {}
    for text in settings:
        name, equals, value = text.partition("=")
        if equals and name in COUNTS:
            asked[name] = _whole(text, value)
        elif equals and name in AMOUNTS and value:
            asked[name] = value
        elif equals and name == "band":
            asked[name] = None if value == "none" else _band(text, value)
        elif equals and name in BOUNDS:
            asked[name] = None if value == "none" else _whole(text, value)
        else:
            raise _no_term(text, *COUNTS, *AMOUNTS, *BOUNDS, "band")
    return asked


def _no_term(text: str, *names: str) -> CommandError:
    return CommandError(f"{text!r} is no term to set", f"TERM=VALUE, of {', '.join(names)}")


def _band(text: str, value: str) -> dict[str, int]:
    parts = value.split("/")
    if len(parts) != len(BAND):
        raise CommandError(f"{text!r}: band=BPS/WINDOW_SECONDS/AUCTION_SECONDS or band=none")
    return {name: _whole(text, part) for name, part in zip(BAND, parts, strict=True)}


def _tier(text: str, value: str) -> MarginTier:
    """Return the tier that ``FROM:INITIAL/MAINTENANCE`` says."""
    begin, colon, rates = value.partition(":")
    initial, slash, maintenance = rates.partition("/")
    if not colon or not slash:
        raise CommandError(f"{text!r}: {TIERS}={TIER_RULE}")
    return MarginTier(_decimal(text, begin), _whole(text, initial), _whole(text, maintenance))


def _decimal(text: str, value: str) -> Decimal:
    try:
        return parse_decimal(value)
    except NumberError as error:
        raise CommandError(f"{text!r}: {error.rule}") from error


def _whole(text: str, value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise CommandError(f"{text!r}: {value!r} is no whole number")
    return int(value)
