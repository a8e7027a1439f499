"""Trading: ``order``, ``amend``, ``cancel``, ``orders``, ``fills``."""

from dataclasses import replace
from decimal import Decimal
from enum import Enum
from typing import Annotated, TypedDict

import typer

from zerodesk.orders import OrderStatus, OrderType, Side, TimeInForce, Trigger, order_id_for
from zerodesk_client.api import Client, FollowingOrder, NewOrder
from zerodesk_client.cli.arguments import (
    IdOption,
    LimitOption,
    SymbolArgument,
    amount_of,
    given,
    time_of,
)
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.order_options import (
    AmountOption,
    DisplayOption,
    MinOption,
    OrStopOption,
    PostOnlyOption,
    PriceOption,
    QuantityArgument,
    ReduceOnlyOption,
    SelfTradeOption,
    SideArgument,
    SlideOption,
    StopLimitOption,
    StopOption,
    TakeProfitOption,
    ThenPriceOption,
    ThenQuantityOption,
    ThenStopOption,
    TimeInForceOption,
    TrailBpsOption,
    TrailOption,
    UntilOption,
)
from zerodesk_client.cli.order_views import base_of, order_card, orders_table
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, at, number, price, side, table

ORDER_ID_CHARACTERS = 27


class Listed(str, Enum):  # noqa: UP042 - the parser shows a str enum's values
    """Which orders to list."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def order(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    *,
    wanted_side: SideArgument,
    quantity: QuantityArgument,
    symbol: SymbolArgument,
    is_amount: AmountOption = False,
    limit_price: PriceOption = None,
    time_in_force: TimeInForceOption = None,
    post_only: PostOnlyOption = False,
    slides: SlideOption = False,
    reduce_only: ReduceOnlyOption = False,
    self_trade: SelfTradeOption = None,
    least: MinOption = None,
    shown: DisplayOption = None,
    stop: StopOption = None,
    take_profit: TakeProfitOption = None,
    trail: TrailOption = None,
    trail_bps: TrailBpsOption = None,
    or_stop: OrStopOption = None,
    stop_limit: StopLimitOption = None,
    then_price: ThenPriceOption = None,
    then_stop: ThenStopOption = None,
    then_quantity: ThenQuantityOption = None,
    until: UntilOption = None,
    client_order_id: IdOption = None,
) -> None:
    """Place an order and show it as the book answered. Exit code 1 if it was refused."""
    session = Session.of(context)
    limit, amount = given(limit_price, "--price"), amount_of(quantity, "QUANTITY")
    new = NewOrder(
        client_order_id=session.id_of(client_order_id),
        symbol=symbol.upper(),
        side=wanted_side,
        quantity=None if is_amount else amount,
        quote_amount=amount if is_amount else None,
        price=limit,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        time_in_force=time_in_force or _usual(at_market=limit is None, until=until),
        post_only=post_only,
        slides=slides or None,
        reduce_only=reduce_only or None,
        self_trade=self_trade,
        min_quantity=given(least, "--min"),
        display_quantity=given(shown, "--display"),
        **_trigger(stop, take_profit),
        trail=given(trail, "--trail"),
        trail_bps=trail_bps,
        expires_at=time_of(until, "--until"),
        stop_price=given(or_stop, "--or-stop"),
        stop_limit_price=given(stop_limit, "--stop-limit"),
        then=_then(
            Side.SELL if wanted_side is Side.BUY else Side.BUY,
            given(then_quantity, "--then-quantity"),
            amount,
            price=given(then_price, "--then-price"),
            stop=given(then_stop, "--then-stop"),
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
    quantity: Decimal | None,
    first_quantity: Decimal,
    *,
    price: Decimal | None,
    stop: Decimal | None,
    reduce_only: bool,
) -> FollowingOrder | None:
    """Return the order that is to follow: a limit, a stop, or a pair of both; of none, none.

    In a perpetual it only closes what the first opened.
    """
    if price is None and stop is None:
        if quantity is not None:
            raise CommandError("--then-quantity goes with --then-price or --then-stop")
        return None
    following = FollowingOrder(
        side=wanted_side,
        quantity=first_quantity if quantity is None else quantity,
        reduce_only=reduce_only or None,
    )
    if price is not None:
        return replace(following, price=price, stop_price=stop)
    return replace(following, type=OrderType.MARKET, trigger=Trigger.STOP, trigger_price=stop)


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
    amend_id: IdOption = None,
) -> None:
    """Amend an order that rests. A smaller quantity keeps its place. Exit code 1 if refused."""
    session = Session.of(context)
    trader = session.trader()
    amended = trader.amend_order(
        order_id_of(trader, name),
        session.id_of(amend_id),
        quantity=given(quantity, "--quantity"),
        price=given(limit_price, "--price"),
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
        all_cancelled = trader.cancel_orders(
            session.id_of(cancel_id), symbol=None if symbol is None else symbol.upper()
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
            f"{number(fill.quantity)} {base_of(fill.symbol)}",
            f"{price(fill.price)} {fill.fee_currency}",
            f"{number(fill.fee)} {fill.fee_currency}",
            fill.liquidity.lower(),
        )
        for fill in page.entries
    ]
    headings = ("time (UTC)", "trade", "side", ">quantity", ">price", ">fee", "as")
    document = {"fills": page.entries, "next_cursor": page.next_cursor}
    session.show(document, lambda: table("Fills", headings, rows))


def order_id_of(trader: Client, name: str) -> str:
    """Return the id of an order that is named by it, or by the client's own id."""
    if len(name) == ORDER_ID_CHARACTERS and name.startswith("o"):
        return name
    return order_id_for(trader.balances().account_id, name)
