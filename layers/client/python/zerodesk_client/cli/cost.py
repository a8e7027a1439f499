"""What a venue on AWS costs: ``cost``."""

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from zerodesk_client.cli.session import Session
from zerodesk_client.cli.tables import table
from zerodesk_client.cost import Bill, Profile, bill, ceilings
from zerodesk_client.cost.recorded import BATCHES, prices

LINES = ("api", "functions", "workflows", "writes", "reads", "queue", "events", "calls", "logs")


def cost(
    context: typer.Context,
    orders_per_second: Annotated[
        float, typer.Option(min=0.001, max=1_000_000, help="A steady rate, day and night.")
    ] = 1.0,
    profile: Annotated[Profile, typer.Option(help="Where the journal lives.")] = Profile.SINGLE,
) -> None:
    """Say what orders cost on AWS, and how many a second an account and a symbol can take."""
    bills = [bill(profile, batch=batch) for batch in BATCHES]
    account, symbol = ceilings(profile)
    told: dict[str, Any] = {
        "profile": profile.value,
        "orders_per_second": orders_per_second,
        "prices": {name: prices()[name] for name in ("region", "as_of", "how", "sources")},
        "bills": [
            asdict(one)
            | {
                "per_million": one.per_million,
                "per_month": one.per_month(orders_per_second),
            }
            for one in bills
        ],
        "ceilings": {"account": asdict(account), "symbol": asdict(symbol)},
    }
    Session.of(context).show(told, lambda: _told(bills, orders_per_second, profile))


def _told(bills: list[Bill], orders_per_second: float, profile: Profile) -> Group:
    headings = ["", *(f">batch {one.batch}" for one in bills)]
    rows = [[line, *(f"{getattr(one, line):.2f}" for one in bills)] for line in LINES]
    rows += [
        ["total", *(f"{one.per_million:.2f}" for one in bills)],
        ["write units an order", *(f"{one.write_units_per_order:.1f}" for one in bills)],
        [
            f"USD a month at {orders_per_second:g}/s",
            *(f"{one.per_month(orders_per_second):,.2f}" for one in bills),
        ],
    ]
    account, symbol = ceilings(profile)
    told = prices()
    notes = [
        f"an account, one region: {account.orders_per_second:,.0f} orders/s ({account.binds})",
        f"a symbol: {symbol.orders_per_second:,.0f} orders/s ({symbol.binds})",
        f"prices of {told['region']} as of {told['as_of']}; {told['how']}",
    ]
    title = f"USD a million orders, profile {profile}"
    return Group(table(title, headings, rows), *(Text(note) for note in notes))
