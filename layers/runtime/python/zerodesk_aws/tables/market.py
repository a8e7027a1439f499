"""The market table: each book as its last record leaves it, surfaces, and the marks of options."""

import json
from typing import TYPE_CHECKING, Any, cast

from zerodesk_aws.tables.items import Item, got, move_forward

if TYPE_CHECKING:
    from zerodesk.pricing.option_risk import OptionRisk
    from zerodesk_aws.tables.listed import Listed
    from zerodesk_aws.tables.stored_surface import StoredSurface


class Markets:
    """The markets of one table."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def get(self, symbol: str, *, consistent: bool = False) -> "Listed | None":
        """Return a market, or None when no book has shown it yet."""
        # Here and below: books show themselves here, and load nothing that reads or prices.
        from zerodesk_aws.tables.listed import listed_in

        return listed_in(self._got(symbol, consistent=consistent))

    def all(self) -> "list[Listed]":
        """Return every market, by symbol."""
        from zerodesk_aws.tables.bind import bound
        from zerodesk_aws.tables.listed import listed_of
        from zerodesk_aws.tables.market_model import MarketItem

        items = bound(MarketItem, self._table_name).scan()
        shown = (listed_of(item.view, int(item.book_sequence)) for item in items)
        return sorted((one for one in shown if one), key=lambda one: one.market.symbol)

    def project(self, symbol: str, view: dict[str, Any], book_sequence: int) -> bool:
        """Show a book as of a record; False when that or a later one is shown already."""
        shown = {"view": {"S": json.dumps(view)}, "book_sequence": {"N": str(book_sequence)}}
        return move_forward(self._table_name, _key(symbol), shown, by="book_sequence")

    def keep_surface(self, symbol: str, surface: "StoredSurface") -> bool:
        """Store a market's surface; False when one of that time or later is there already."""
        view = {"market": None, "surface": surface._asdict()}
        return self.project(_surface_key(symbol), view, surface.as_of_ms)

    def surface(self, symbol: str, *, consistent: bool = False) -> "StoredSurface | None":
        """Return a market's surface, or None."""
        from zerodesk_aws.tables.stored_surface import StoredSurface

        view = self._view(_surface_key(symbol), consistent=consistent)
        return None if view is None else StoredSurface(**view["surface"])

    def keep_option(self, symbol: str, risk: "OptionRisk", at_ms: int) -> bool:
        """Store an option's mark as of a time; False when a later one is there already."""
        view = {"market": None, "option": risk.to_dict()}
        return self.project(_option_key(symbol), view, at_ms)

    def keep_volume(self, symbol: str, lots: int, at_ms: int) -> bool:
        """Store what a market traded in the day before a time, unless a later one is there."""
        view = {"market": None, "day_volume_lots": lots}
        return self.project(_volume_key(symbol), view, at_ms)

    def day_volume_lots(self, symbol: str) -> int:
        """Return what a market traded in a day, as it was counted last; nothing before that."""
        view = self._view(_volume_key(symbol))
        return 0 if view is None else int(view["day_volume_lots"])

    def option(self, symbol: str) -> "OptionRisk | None":
        """Return an option as it was marked last, or None."""
        from zerodesk.pricing.option_risk import OptionRisk

        view = self._view(_option_key(symbol))
        return None if view is None else OptionRisk.from_dict(view["option"])

    def _view(self, name: str, *, consistent: bool = False) -> dict[str, Any] | None:
        """Return what stands beside the markets under a name, or None."""
        item = self._got(name, consistent=consistent)
        return None if item is None else cast("dict[str, Any]", json.loads(item["view"]["S"]))

    def _got(self, name: str, *, consistent: bool) -> Item | None:
        return got(self._table_name, _key(name), consistent=consistent)


def _key(name: str) -> Item:
    return {"symbol": {"S": name}}


def _option_key(symbol: str) -> str:
    """Return a key that no symbol can be."""
    return f"option#{symbol}"


def _surface_key(symbol: str) -> str:
    """Return a key that no symbol can be."""
    return f"surface#{symbol}"


def _volume_key(symbol: str) -> str:
    """Return a key that no symbol can be."""
    return f"volume#{symbol}"
