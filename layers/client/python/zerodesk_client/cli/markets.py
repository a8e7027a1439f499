"""Markets: ``markets``, ``book``, ``trades``, ``ticker``, ``funding``, ``halt`` and so on."""

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import accumulate
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from zerodesk.instruments import Product, product_of
from zerodesk_client.api import Depth, Level, Market
from zerodesk_client.cli.arguments import LimitOption, PerpetualArgument, SymbolArgument
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, at, card, number, price, price_in, prices, side, table


class Kind(str, Enum):  # noqa: UP042 - the parser shows a str enum's values
    """What is traded."""

    SPOT = "spot"
    PERPETUAL = "perpetual"
    OPTION = "option"


ReasonOption = Annotated[str, typer.Option(help="Why; it is journaled with the change.")]


def markets(
    context: typer.Context,
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="Of this kind only.", case_sensitive=False)
    ] = None,
) -> None:
    """List the markets: state and why, mark and last price, steps, fees, collar and band."""
    session = Session.of(context)
    found = session.anybody().markets()
    listed = [one for one in found if kind is None or one.product == kind.value.upper()]
    rows = [
        (
            entry.symbol,
            f"{entry.state}{_indication(entry)}{_why(entry)}",
            price_in(entry.mark_price, entry.quote),
            price_in(entry.last_price, entry.quote),
            f"{entry.tick_size:f} {entry.quote}",
            f"{entry.lot_size:f} {entry.base}",
            f"{entry.maker_bps} / {entry.taker_bps} bps",
            f"{entry.collar_bps} bps",
            _band(entry),
        )
        for entry in listed
    ]
    headings = (
        *("market", "state", ">mark", ">last", ">tick", ">lot"),
        *(">maker / taker fee", ">collar", ">band"),
    )
    session.show({"markets": listed}, lambda: table("Markets", headings, rows))


def book(
    context: typer.Context,
    symbol: SymbolArgument,
    levels: Annotated[int, typer.Option(min=1, max=100, help="Prices per side.")] = 10,
) -> None:
    """Show the best levels of a book: asks above, bids below."""
    session = Session.of(context)
    depth = session.anybody().depth(symbol.upper(), levels=levels)
    session.show(depth, lambda: ladder(depth))


def trades(context: typer.Context, symbol: SymbolArgument, limit: LimitOption = 20) -> None:
    """List a market's trades, newest first."""
    session = Session.of(context)
    base, quote = currencies(symbol.upper())
    page = session.anybody().trades(symbol.upper(), limit=limit)
    texts = prices([trade.price for trade in page.entries])
    rows: list[tuple[Cell, ...]] = [
        (
            at(trade.executed_at),
            trade.trade_id,
            side(trade.taker_side),
            text,
            number(trade.quantity),
        )
        for trade, text in zip(page.entries, texts, strict=True)
    ]
    headings = ("time (UTC)", "trade", "taker", _priced(quote), f">quantity ({base})")
    document = {"trades": page.entries, "next_cursor": page.next_cursor}
    session.show(document, lambda: table(f"Trades of {symbol.upper()}", headings, rows))


def ticker(context: typer.Context, symbol: SymbolArgument) -> None:
    """Show a market's last 24 hours: prices, volume, trades; and its best prices now."""
    session = Session.of(context)
    found = session.anybody().ticker(symbol.upper())
    base, quote = currencies(found.symbol)
    facts = (
        ("last", price(found.last_price)),
        ("mark", price(found.mark_price)),
        ("best bid", price(found.best_bid)),
        ("best ask", price(found.best_ask)),
        ("24 h ago", price(found.open_24h)),
        ("highest", price(found.high_24h)),
        ("lowest", price(found.low_24h)),
        ("volume", f"{number(found.volume_24h)} {base}"),
        ("worth", f"{number(found.quote_volume_24h)} {quote}"),
        ("trades", f"{found.trades_24h:,}"),
    )
    session.show(found, lambda: card(f"{found.symbol} in 24 hours", facts))


def funding(context: typer.Context, symbol: PerpetualArgument) -> None:
    """List the latest funding rates of a perpetual, and when it is funded next."""
    session = Session.of(context)
    found = session.anybody().fundings(symbol.upper())
    rows: list[tuple[Cell, ...]] = [
        (
            at(one.funding_at),
            "none: no fresh index price" if one.rate is None else f"{one.rate * 100:f} %",
            "" if one.mark_price is None else price(one.mark_price),
            "" if one.index_price is None else price(one.index_price),
        )
        for one in found.fundings
    ]
    headings = ("time (UTC)", ">rate", ">mark", ">index")
    title = f"Fundings of {found.symbol}, the next one at {at(found.next_funding_at)}"
    session.show(found, lambda: table(title, headings, rows))


def halt(context: typer.Context, symbol: SymbolArgument, reason: ReasonOption) -> None:
    """Stop a market: orders are refused, cancels taken (operator)."""
    _set_trading_state(context, symbol, "HALTED", reason)


def resume(context: typer.Context, symbol: SymbolArgument, reason: ReasonOption) -> None:
    """Open a stopped market again (operator)."""
    _set_trading_state(context, symbol, "OPEN", reason)


def auction(
    context: typer.Context,
    symbol: SymbolArgument,
    reason: ReasonOption,
    kind: Annotated[str, typer.Option(help="OPENING, CLOSING or HALT.")] = "OPENING",
    seconds: Annotated[
        int | None, typer.Option(min=1, help="How long; until it is ended where absent.")
    ] = None,
    *,
    end: Annotated[bool, typer.Option("--end", help="End the one that is held.")] = False,
) -> None:
    """Have a market hold an auction, or end the one that it holds (operator)."""
    session = Session.of(context)
    operator = session.operator()
    if end:
        market = operator.end_auction(symbol.upper(), reason)
    else:
        market = operator.begin_auction(symbol.upper(), kind.upper(), seconds, reason)
    session.show(market, lambda: f"{market.symbol} is {market.state}{_indication(market)}")


def _priced(quote: str) -> str:
    """Return the heading of prices."""
    return f">price ({quote})" if quote else ">price"


def _why(market: Market) -> str:
    """Return who had a market be as it is, since when, until when and why, in brackets."""
    if market.state == "OPEN" or market.state_since is None:
        return ""
    until = market.auction and market.auction.ends_at
    times = f"since {at(market.state_since)}" + (f" until {at(until)}" if until else "")
    return f" ({market.state_by or 'somebody'}, {times}: {market.state_reason})"


def _band(market: Market) -> str:
    """Return how far a market's price may move, and within what time."""
    band = market.band
    return "none" if band is None else f"{band.bps} bps in {band.window_seconds} s"


def _indication(market: Market) -> str:
    """Return what an auction would come to, as the end of a sentence."""
    held = market.auction
    if held is None:
        return ""
    if held.indicative_price is None:
        return ", nothing crosses"
    base, quote = market.base, market.quote
    return f", {held.indicative_quantity:f} {base} at {held.indicative_price:f} {quote}"


def takeover(context: typer.Context, symbol: SymbolArgument, reason: ReasonOption) -> None:
    """Make the region of the API the home of a book (operator)."""
    session = Session.of(context)
    epoch = session.operator().take_over(symbol.upper(), reason)
    session.show(
        {"symbol": symbol.upper(), "from_epoch": epoch},
        lambda: f"{symbol.upper()} was told to come here; epoch {epoch} ends by it",
    )


def _set_trading_state(context: typer.Context, symbol: str, state: str, reason: str) -> None:
    session = Session.of(context)
    market = session.operator().set_trading_state(symbol.upper(), state, reason)
    session.show(market, lambda: f"{market.symbol} is {market.state}")


def currencies(symbol: str) -> tuple[str, str]:
    """Return what quantities and prices are in, as far as the symbol says: of spot, both.

    Examples
    --------
    >>> currencies("BTC-USD"), currencies("BTC-25DEC26-100000-C")
    (('BTC', 'USD'), ('BTC', ''))
    """
    base, _, rest = symbol.partition("-")
    return base, rest if product_of(symbol) is Product.SPOT else ""


def ladder(depth: Depth) -> Table:
    """Return a book as a ladder, with the quantity summed up from the best price outwards."""
    base, quote = currencies(depth.symbol)
    texts = prices([level.price for level in (*depth.asks, *depth.bids)])
    asks = list(_rows(depth.asks, texts[: len(depth.asks)], "red"))
    bids = list(_rows(depth.bids, texts[len(depth.asks) :], "green"))
    headings = (_priced(quote), f">quantity ({base})", f">sum ({base})", ">orders")
    made = table(f"{depth.symbol}, book sequence {depth.book_sequence}", headings, asks[::-1])
    made.add_section()
    for row in bids:
        made.add_row(*row)
    return made


def _rows(levels: Sequence[Level], texts: Sequence[str], style: str) -> Iterator[tuple[Cell, ...]]:
    sums = accumulate(level.quantity for level in levels)
    for level, text, total in zip(levels, texts, sums, strict=True):
        yield (
            Text(text, style=style),
            number(level.quantity),
            number(total),
            str(level.orders),
        )
