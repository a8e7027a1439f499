"""Trading: ``batch`` and ``replace``, whose orders are files."""

import json
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from zerodesk.orders import OrderStatus
from zerodesk_client.api import PlacedOrder, PlacedOrders
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.order_views import orders_table
from zerodesk_client.cli.orders import order_id_of
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, number, status, table

T = TypeVar("T")


def batch(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="A JSON list of orders as POST /v1/orders takes them.",
        ),
    ],
) -> None:
    """Place several orders in one request. Exit code 1 if one of them was refused."""
    session = Session.of(context)
    placed = session.trader().place_orders(_read(file, list, "a JSON list of orders"))
    session.show(placed, lambda: _results(placed))
    if any(_is_refused(one) for one in placed.results):
        raise typer.Exit(ExitCode.DIFFERENT)


def replace(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="ORDER", help="Its order_id or client_order_id.")],
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="A JSON order as POST /v1/orders takes it.",
        ),
    ],
    *,
    allow_failure: Annotated[
        bool,
        typer.Option(
            "--allow-failure", help="Place it even if ORDER ended otherwise, as by a fill."
        ),
    ] = False,
) -> None:
    """Cancel an order and place another in its market. Exit code 1 if that one was refused."""
    session = Session.of(context)
    trader = session.trader()
    replaced = trader.replace_order(
        order_id_of(trader, name),
        _read(file, dict, "a JSON order"),
        allow_failure=allow_failure,
    )
    shown = (replaced.cancelled, replaced.order)
    session.show(replaced, lambda: orders_table("Replaced", shown))
    if replaced.order.status is OrderStatus.REJECTED:
        raise typer.Exit(ExitCode.DIFFERENT)


def _read(file: Path, kind: type[T], what: str) -> T:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{file}: {what}: {error}") from error
    if not isinstance(found, kind):
        raise CommandError(f"{file}: {what}, was a {type(found).__name__}")
    return found


def _is_refused(one: PlacedOrder) -> bool:
    return one.order is None or one.order.status is OrderStatus.REJECTED


def _results(placed: PlacedOrders) -> Table:
    rows = [(str(place), *_result(one)) for place, one in enumerate(placed.results, start=1)]
    return table("Placed", (">", "order", "status", ">filled", "because"), rows)


def _result(one: PlacedOrder) -> tuple[Cell, Cell, Cell, Cell]:
    if one.order is None:
        assert one.problem is not None, "what is no order is a problem"
        return "-", f"refused, {one.status}", "-", f"{one.problem.code}: {one.problem.detail}"
    why = "" if one.order.rejection is None else one.order.rejection.code
    filled = number(one.order.filled_quantity)
    return one.order.client_order_id, status(one.order.status), filled, why
