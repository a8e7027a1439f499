"""Trading: ``order``, ``cancel``, ``orders``, ``fills``."""

import uuid
from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Annotated, TypedDict

import typer
from rich.table import Table

from zerodesk.orders import (
    OrderStatus,
    OrderType,
    SelfTrade,
    Side,
    TimeInForce,
    Trigger,
    order_id_for,
)
from zerodesk_client.api import Client, FollowingOrder, NewOrder, Order, Rejection
from zerodesk_client.cli.arguments import LimitOption, SymbolArgument, amount_of, time_of
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, at, card, number, price, side, status, table

ORDER_ID_CHARACTERS = 27


class Listed(str, Enum):  # noqa: UP042 - the parser shows a str enum's values
    """Which orders to list."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def order(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    *,
    wanted_side: Annotated[
        Side, typer.Argument(metavar="buy|sell", case_sensitive=False, show_choices=False)
    ],
    quantity: Annotated[
        str,
        typer.Argument(metavar="QUANTITY", help="In the base currency, unless it is an --amount."),
    ],
    symbol: SymbolArgument,
    is_amount: Annotated[
        bool,
        typer.Option(
            "--amount",
            help="QUANTITY is an amount in the quote currency, to spend or to sell for at the "
            "market: whole lots while it covers them, never beyond it, fee not in it.",
        ),
    ] = False,
    limit_price: Annotated[
        str | None,
        typer.Option("--price", help="Limit, in the quote currency; without it, at the market."),
    ] = None,
    time_in_force: Annotated[
        TimeInForce | None,
        typer.Option(
            "--tif",
            case_sensitive=False,
            help="GTC rests, DAY to the end of the day in UTC; IOC does not, FOK is all or "
            "nothing. A limit is GTC by default, a market order IOC.",
        ),
    ] = None,
    post_only: Annotated[bool, typer.Option(help="Refuse it if it would trade at once.")] = False,
    slides: Annotated[
        bool, typer.Option("--slide", help="With --post-only: rest a tick short instead.")
    ] = False,
    reduce_only: Annotated[
        bool, typer.Option("--reduce-only", help="Close what is open, and open nothing.")
    ] = False,
    self_trade: Annotated[
        SelfTrade | None,
        typer.Option(
            case_sensitive=False,
            help="Instead of trading with the account's own orders: expire the taker, the maker or "
            "both, or take the smaller quantity off both.",
        ),
    ] = None,
    least: Annotated[
        str | None, typer.Option("--min", help="IOC: trade at least so much, or nothing.")
    ] = None,
    shown: Annotated[
        str | None, typer.Option("--display", help="Show no more than so much of what rests.")
    ] = None,
    stop: Annotated[
        str | None,
        typer.Option(help="Wait for the market to go through this price, then come in."),
    ] = None,
    take_profit: Annotated[
        str | None,
        typer.Option(help="Wait for the market to come back to this price, then come in."),
    ] = None,
    trail: Annotated[
        str | None, typer.Option(help="With --stop: the trigger follows at this distance.")
    ] = None,
    trail_bps: Annotated[
        int | None, typer.Option(help="The same, in basis points of the last trade.")
    ] = None,
    or_stop: Annotated[
        str | None,
        typer.Option(
            "--or-stop",
            help="With --price: one cancels the other. Until its first trade the limit waits for "
            "the market to go through this price as well, and then comes in at the market.",
        ),
    ] = None,
    stop_limit: Annotated[
        str | None, typer.Option("--stop-limit", help="With --or-stop: no further, and rest there.")
    ] = None,
    then_price: Annotated[
        str | None,
        typer.Option(
            "--then-price",
            help="One triggers the other: once all of it is filled, the same quantity the other "
            "way at this limit. Whatever else ends one of the two ends the other.",
        ),
    ] = None,
    then_stop: Annotated[
        str | None,
        typer.Option(
            "--then-stop",
            help="The same with a stop at this price, at the market; with --then-price whichever "
            "of the two comes first.",
        ),
    ] = None,
    then_quantity: Annotated[
        str | None, typer.Option("--then-quantity", help="How much of it, if not the same.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="GTD: rest until this time, UTC if it says no more.")
    ] = None,
    client_order_id: Annotated[
        str | None, typer.Option("--id", help="Makes repeating it harmless; new by default.")
    ] = None,
) -> None:
    """Place an order and show it as the book answered. Exit code 1 if it was refused."""
    session = Session.of(context)
    at_market = limit_price is None
    new = NewOrder(
        client_order_id=client_order_id or f"cli-{uuid.uuid4().hex[:16]}",
        symbol=symbol.upper(),
        side=wanted_side,
        quantity=None if is_amount else amount_of(quantity, "QUANTITY"),
        quote_amount=amount_of(quantity, "QUANTITY") if is_amount else None,
        price=None if limit_price is None else amount_of(limit_price, "--price"),
        type=OrderType.MARKET if at_market else OrderType.LIMIT,
        time_in_force=time_in_force or _usual(at_market=at_market, until=until),
        post_only=post_only,
        slides=slides or None,
        reduce_only=reduce_only or None,
        self_trade=self_trade,
        min_quantity=None if least is None else amount_of(least, "--min"),
        display_quantity=None if shown is None else amount_of(shown, "--display"),
        **_trigger(stop, take_profit),
        trail=None if trail is None else amount_of(trail, "--trail"),
        trail_bps=trail_bps,
        expires_at=time_of(until, "--until"),
        stop_price=None if or_stop is None else amount_of(or_stop, "--or-stop"),
        stop_limit_price=None if stop_limit is None else amount_of(stop_limit, "--stop-limit"),
        then=_then(
            Side.SELL if wanted_side is Side.BUY else Side.BUY,
            amount_of(then_quantity or quantity, "--then-quantity"),
            price=None if then_price is None else amount_of(then_price, "--then-price"),
            stop=None if then_stop is None else amount_of(then_stop, "--then-stop"),
            reduce_only=symbol.upper().endswith("-PERP"),
        ),
    )
    placed = session.trader().place_order(new)
    session.show(placed, lambda: order_card(placed))
    if placed.status is OrderStatus.REJECTED:
        raise typer.Exit(ExitCode.DIFFERENT)


def _usual(*, at_market: bool, until: str | None) -> TimeInForce:
    if until is not None:
        return TimeInForce.GTD
    return TimeInForce.IOC if at_market else TimeInForce.GTC


def _then(
    wanted_side: Side,
    quantity: Decimal,
    *,
    price: Decimal | None,
    stop: Decimal | None,
    reduce_only: bool,
) -> FollowingOrder | None:
    """Return the order that is to follow: a limit, a stop, or a pair of both; of none, none.

    In a perpetual it only closes what the first opened.
    """
    if price is None and stop is None:
        return None
    closes = reduce_only or None
    if price is not None:
        return FollowingOrder(wanted_side, quantity, price, stop_price=stop, reduce_only=closes)
    return FollowingOrder(
        wanted_side,
        quantity,
        type=OrderType.MARKET,
        trigger=Trigger.STOP,
        trigger_price=stop,
        reduce_only=closes,
    )


class Triggered(TypedDict, total=False):
    """What an order waits for."""

    trigger: Trigger
    trigger_price: Decimal


def _trigger(stop: str | None, take_profit: str | None) -> Triggered:
    if stop is not None and take_profit is not None:
        raise CommandError("an order waits for --stop or for --take-profit, not for both")
    if stop is not None:
        return {"trigger": Trigger.STOP, "trigger_price": amount_of(stop, "--stop")}
    if take_profit is not None:
        trigger_price = amount_of(take_profit, "--take-profit")
        return {"trigger": Trigger.TAKE_PROFIT, "trigger_price": trigger_price}
    return {}


def amend(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ORDER", help="Its order_id or client_order_id.")],
    *,
    quantity: Annotated[
        str | None, typer.Option(help="The whole order's, what is filled included.")
    ] = None,
    limit_price: Annotated[
        str | None, typer.Option("--price", help="The limit, in the quote currency.")
    ] = None,
    amend_id: Annotated[
        str | None, typer.Option("--id", help="Makes repeating it harmless; new by default.")
    ] = None,
) -> None:
    """Amend an order that rests. A smaller quantity keeps its place. Exit code 1 if refused."""
    session = Session.of(context)
    trader = session.trader()
    amended = trader.amend_order(
        order_id_of(trader, name),
        amend_id or f"cli-{uuid.uuid4().hex[:16]}",
        quantity=None if quantity is None else amount_of(quantity, "--quantity"),
        price=None if limit_price is None else amount_of(limit_price, "--price"),
    )
    session.show(amended, lambda: order_card(amended.order, amended.rejection))
    if amended.rejection is not None:
        raise typer.Exit(ExitCode.DIFFERENT)


def cancel(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="ORDER", help="Its order_id or client_order_id; or --all."),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that the account has open.")] = False,
    symbol: Annotated[str | None, typer.Option(help="With --all: of this market only.")] = None,
    cancel_id: Annotated[
        str | None,
        typer.Option("--id", help="With --all: makes repeating it harmless; new by default."),
    ] = None,
) -> None:
    """Cancel an order, or all of them, and show what left the book."""
    session = Session.of(context)
    trader = session.trader()
    if every:
        if name is not None:
            raise CommandError("an ORDER is cancelled, or --all of them, not both")
        cancelled_id = cancel_id or f"cli-{uuid.uuid4().hex[:16]}"
        all_cancelled = trader.cancel_orders(
            cancelled_id, symbol=None if symbol is None else symbol.upper()
        )
        session.show(all_cancelled, lambda: orders_table("Cancelled", all_cancelled.orders))
        return
    if name is None or symbol is not None or cancel_id is not None:
        raise CommandError("name an ORDER, or --all; --symbol and --id go with --all")
    cancelled = trader.cancel_order(order_id_of(trader, name))
    session.show(cancelled, lambda: order_card(cancelled))


def orders(
    context: typer.Context,
    which: Annotated[Listed, typer.Option("--status", help="Which orders.")] = Listed.OPEN,
    symbol: Annotated[str | None, typer.Option(help="Of this market only.")] = None,
    limit: LimitOption = 20,
) -> None:
    """List the account's orders, newest first."""
    session = Session.of(context)
    wanted = symbol.upper() if symbol else None
    page = session.trader().orders(status=which.value, symbol=wanted, limit=limit)
    document = {"orders": page.entries, "next_cursor": page.next_cursor}
    session.show(document, lambda: orders_table(f"Orders, {which.value}", page.entries))


def fills(
    context: typer.Context,
    symbol: Annotated[str | None, typer.Option(help="Of this market only.")] = None,
    limit: LimitOption = 20,
) -> None:
    """List the account's fills, newest first."""
    session = Session.of(context)
    page = session.trader().fills(symbol=symbol.upper() if symbol else None, limit=limit)
    rows: list[tuple[Cell, ...]] = [
        (
            at(fill.executed_at),
            fill.trade_id,
            side(fill.side),
            f"{number(fill.quantity)} {_base(fill.symbol)}",
            f"{price(fill.price)} {fill.fee_currency}",
            f"{number(fill.fee)} {fill.fee_currency}",
            fill.liquidity.lower(),
        )
        for fill in page.entries
    ]
    headings = ("time (UTC)", "trade", "side", ">quantity", ">price", ">fee", "as")
    document = {"fills": page.entries, "next_cursor": page.next_cursor}
    session.show(document, lambda: table("Fills", headings, rows))


def order_card(placed: Order, refused: Rejection | None = None) -> Table:
    """Return one order, a line per fact, and why it was refused, or what was asked of it."""
    base, quote = _base(placed.symbol), placed.fee_currency
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
        ("average price", f"{_average(placed.average_price)} {quote}"),
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
            f"{number(entry.quantity)} {_base(entry.symbol)}",
            "market" if entry.price is None else f"{price(entry.price)} {entry.fee_currency}",
            f"{number(entry.filled_quantity)} {_base(entry.symbol)}",
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


def order_id_of(trader: Client, name: str) -> str:
    """Return the id of an order that is named by it, or by the client's own id."""
    if len(name) == ORDER_ID_CHARACTERS and name.startswith("o"):
        return name
    return order_id_for(trader.balances().account_id, name)


def _average(average: Decimal | None) -> str:
    return "-" if average is None else number(average)


def _base(symbol: str) -> str:
    return symbol.split("-", maxsplit=1)[0]
