"""Orders for people: one as a card, several as a table."""

from collections.abc import Iterator

from rich.table import Table

from zerodesk.orders import SelfTrade
from zerodesk_client.api import Order, Rejection
from zerodesk_client.cli.tables import Cell, at, card, number, price, side, status, table


def order_card(placed: Order, refused: Rejection | None = None) -> Table:
    """Return one order, a line per fact, and why it was refused, or what was asked of it."""
    base, quote = base_of(placed.symbol), placed.fee_currency
    limit = "at the market" if placed.price is None else f"{price(placed.price)} {quote}"
    amount = placed.quote_amount
    facts: list[tuple[Cell, Cell]] = [
        ("status", status(placed.status)),
        ("order", placed.order_id),
        ("client order id", placed.client_order_id),
        ("side", side(placed.side)),
        *([] if amount is None else [("amount", f"{number(amount)} {quote}")]),
        ("quantity", f"{number(placed.quantity)} {base}"),
        ("limit", limit),
        *_or_stops_at(placed),
        *_waits_for(placed),
        *([] if placed.then is None else [("then", placed.then)]),
        *([] if placed.after is None else [("after", placed.after)]),
        *([] if placed.expires_at is None else [("until (UTC)", at(placed.expires_at))]),
        ("time in force", ", ".join((placed.time_in_force, *_terms(placed)))),
        ("filled", f"{number(placed.filled_quantity)} {base}"),
        ("average price", _average(placed)),
        ("fee", f"{number(placed.fee)} {placed.fee_currency}"),
    ]
    refused = refused or placed.rejection
    if refused is not None:
        facts.append(("refused", f"{refused.code}: {refused.detail}"))
        numbers = {"have": refused.have, "need": refused.need, "limit": refused.limit}
        facts += [(name, text) for name, text in numbers.items() if text is not None]
    return card(f"Order on {placed.symbol}", facts)


def _waits_for(placed: Order) -> list[tuple[Cell, Cell]]:
    if placed.trigger is None:
        return []
    kind = placed.trigger.replace("_", " ").lower()
    waits = f"{price(placed.trigger_price)} {placed.fee_currency}"
    if placed.trail is not None:
        waits += f", trailing by {price(placed.trail)}"
    if placed.trail_bps is not None:
        waits += f", trailing by {placed.trail_bps} bps"
    return [(kind, waits)]


def _or_stops_at(placed: Order) -> list[tuple[Cell, Cell]]:
    if placed.stop_price is None:
        return []
    quote = placed.fee_currency
    stop, limit = placed.stop_price, placed.stop_limit_price
    then = "at the market" if limit is None else f"limit {price(limit)} {quote}"
    return [("or stop", f"{price(stop)} {quote}, {then}")]


def orders_table(title: str, listed: tuple[Order, ...]) -> Table:
    """Return orders, one per row."""
    rows: list[tuple[Cell, ...]] = [
        (
            at(entry.accepted_at),
            entry.order_id,
            entry.client_order_id,
            entry.symbol,
            side(entry.side),
            f"{number(entry.quantity)} {base_of(entry.symbol)}",
            "market" if entry.price is None else f"{price(entry.price)} {entry.fee_currency}",
            f"{number(entry.filled_quantity)} {base_of(entry.symbol)}",
            status(entry.status),
        )
        for entry in listed
    ]
    headings = (
        *("accepted (UTC)", "order", "client order id", "market", "side"),
        *(">quantity", ">limit", ">filled", "status"),
    )
    return table(title, headings, rows)


def _terms(placed: Order) -> Iterator[str]:
    """Yield the terms that most orders have not."""
    if placed.post_only:
        yield "post-only" + (" or slides" if placed.slides else "")
    if placed.reduce_only:
        yield "reduce-only"
    if placed.min_quantity is not None:
        yield f"at least {number(placed.min_quantity)}"
    if placed.display_quantity is not None:
        yield f"shows {number(placed.display_quantity)}"
    if placed.self_trade is not SelfTrade.NONE:
        yield f"self-trade: {placed.self_trade}"


def _average(placed: Order) -> str:
    average = placed.average_price
    return "-" if average is None else f"{number(average)} {placed.fee_currency}"


def base_of(symbol: str) -> str:
    """Return the currency in which a market counts quantities."""
    return symbol.split("-", maxsplit=1)[0]
