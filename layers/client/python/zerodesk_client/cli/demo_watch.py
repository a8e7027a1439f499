"""What a running demo shows: ladders, trades and rates on a terminal, a line a second elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table

from zerodesk_client.api import Level
from zerodesk_client.cli.markets import ladder
from zerodesk_client.cli.tables import Cell, milliseconds, number, of_day, price, side, table
from zerodesk_client.demo.session import Picture
from zerodesk_client.demo.tally import Totals

FRAME_EVERY_S: Final = 0.5
LINE_EVERY_S: Final = 1.0
"""Each picture costs the venue four requests, which the participants then wait for."""

Show = Callable[[Picture], None]


@contextmanager
def watching(console: Console) -> Iterator[tuple[Show, float]]:
    """Yield what shows a picture on ``console``, and how often to call it, seconds."""
    if not console.is_terminal:
        yield lambda picture: _print(console, picture), LINE_EVERY_S
        return
    with Live(console=console, auto_refresh=False) as live:
        yield lambda picture: live.update(frame(picture), refresh=True), FRAME_EVERY_S


def _print(console: Console, picture: Picture) -> None:
    console.print(line(picture), markup=False, soft_wrap=True)


def line(picture: Picture) -> str:
    """Return a picture as one line."""
    books = "  ".join(
        f"{depth.symbol} {_best(depth.bids)}/{_best(depth.asks)}" for depth in picture.depths
    )
    last = ""
    if picture.trades:
        symbol, trade = picture.trades[0]
        last = f"  last {symbol} {number(trade.quantity)} at {price(trade.price)}"
    return f"{_rates(picture.totals)}  {books}{last}"


def frame(picture: Picture) -> RenderableType:
    """Return a picture as tables side by side."""
    books: list[RenderableType] = [ladder(depth) for depth in picture.depths]
    return Group(Columns([*books, _trades(picture)]), _rates(picture.totals))


def _trades(picture: Picture) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            of_day(trade.executed_at),
            symbol,
            side(trade.taker_side),
            price(trade.price),
            number(trade.quantity),
        )
        for symbol, trade in picture.trades
    ]
    headings = ("time (UTC)", "market", "taker", ">price (USD)", ">quantity")
    return table("Last trades", headings, rows)


def _rates(totals: Totals) -> str:
    recent = totals.recent
    return (
        f"{totals.seconds:5.1f} s  {totals.orders:,} orders  {totals.orders_per_s:.1f}/s  "
        f"POST to final answer p50 {milliseconds(recent.p50_ms)} p95 {milliseconds(recent.p95_ms)} "
        f"p99 {milliseconds(recent.p99_ms)}"
    )


def _best(levels: tuple[Level, ...]) -> str:
    return price(levels[0].price) if levels else "-"
