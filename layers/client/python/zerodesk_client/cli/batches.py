"""Trading: ``batch``."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from zerodesk.orders import OrderStatus
from zerodesk_client.api import PlacedOrder, PlacedOrders
from zerodesk_client.cli.exits import CommandError, ExitCode
from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import Cell, number, status, table


def batch(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="A JSON list of orders as POST /v1/orders takes them."
        ),
    ],
) -> None:
    """Place several orders in one request. Exit code 1 if one of them was refused."""
    session = Session.of(context)
    placed = session.trader().place_orders(_orders_in(file))
    session.show(placed, lambda: _results(placed))
    if any(_is_refused(one) for one in placed.results):
        raise typer.Exit(ExitCode.DIFFERENT)


def _orders_in(file: Path) -> list[Any]:
    try:
        orders = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CommandError(f"{file}: {error}") from error
    if not isinstance(orders, list):
        raise CommandError(f"{file}: a JSON list of orders, was a {type(orders).__name__}")
    return orders


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
