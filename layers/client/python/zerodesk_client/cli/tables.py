"""Tables for people: numbers to the right, units in the headings."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from zerodesk.orders import OrderStatus, Side

Cell = str | Text

SPACE: Final = 1
"""A title stands one from the edge."""

STATUS_STYLES = {
    OrderStatus.FILLED: "green",
    OrderStatus.ARMED: "cyan",
    OrderStatus.OPEN: "cyan",
    OrderStatus.PARTIALLY_FILLED: "cyan",
    OrderStatus.REJECTED: "red",
}


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
    """Return a table. A heading that begins with ``>`` is of numbers and stands to the right."""
    made = _titled(title, box.SIMPLE_HEAD)
    for heading in headings:
        numbers = heading.startswith(">")
        made.add_column(
            heading.removeprefix(">"), justify="right" if numbers else "left", overflow="fold"
        )
    for row in rows:
        made.add_row(*row)
    return made


def card(title: str, facts: Iterable[Sequence[Cell]]) -> Table:
    """Return facts as pairs of a name and a value."""
    made = _titled(title, None)
    made.show_header = False
    made.add_column(style="dim")
    made.add_column(overflow="fold")
    for name, value in facts:
        made.add_row(name, value)
    return made


def _titled(title: str, frame: box.Box | None) -> Table:
    """Return a table that is no narrower than its title, which would be broken otherwise."""
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=frame,
        min_width=cell_len(title) + SPACE,
    )


def number(value: Decimal | None) -> str:
    """Return a number for people: grouped digits, no superfluous zeros; a dash for none."""
    if value is None:
        return "-"
    return f"{value.normalize():,f}" if value else "0"


def price(value: Decimal | None) -> str:
    """Return a price with all the decimals that it came with."""
    return "-" if value is None else f"{value:,f}"


def price_in(value: Decimal | None, currency: str) -> str:
    """Return a price with its currency; a dash for none."""
    return "-" if value is None else f"{price(value)} {currency}"


def prices(values: Sequence[Decimal]) -> list[str]:
    """Return prices of one market, all with as many decimals as the finest of them.

    Examples
    --------
    >>> prices([Decimal("59965.5"), Decimal("60000.10")])
    ['59,965.50', '60,000.10']
    """
    finest = min((value.as_tuple().exponent for value in values), default=0, key=int)
    return [f"{value:,.{max(0, -int(finest))}f}" for value in values]


def milliseconds(value: float | None) -> str:
    """Return a latency."""
    return "-" if value is None else f"{value:,.0f} ms"


def at(time: datetime) -> str:
    """Return a time, UTC."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def of_day(time: datetime) -> str:
    """Return a time of day, UTC."""
    return time.astimezone(UTC).strftime("%H:%M:%S.%f")[:-3]


def side(value: Side) -> Text:
    """Return a side in its colour."""
    return Text(value.value, style="green" if value is Side.BUY else "red")


def status(value: OrderStatus) -> Text:
    """Return a status in its colour."""
    return Text(value.value, style=STATUS_STYLES.get(value, ""))


def verdict(*, good: bool) -> Text:
    """Return whether something is as it must be."""
    return Text("equal", style="green") if good else Text("DIFFERS", style="bold red")
