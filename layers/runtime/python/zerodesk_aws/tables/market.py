"""The market table: each book as its last record leaves it, surfaces, and the marks of options."""

import json
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from zerodesk_aws.tables.bind import bound, move_forward

if TYPE_CHECKING:
    from zerodesk.pricing.option_risk import OptionRisk
    from zerodesk_aws.tables.listed import Listed
    from zerodesk_aws.tables.stored_surface import StoredSurface


class MarketItem(Model):
    """One market: its listing, state and prices as of a record of its book."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "market"

    symbol = UnicodeAttribute(hash_key=True)
    book_sequence = NumberAttribute()
    view = JSONAttribute()


class Markets:
    """The markets of one table."""

    def __init__(self, table_name: str) -> None:
        self._items = bound(MarketItem, table_name)

    def get(self, symbol: str, *, consistent: bool = False) -> "Listed | None":
        """Return a market, or None when no book has shown it yet."""
        # Here and below: books show themselves here, and load nothing that reads or prices.
        from zerodesk_aws.tables.listed import listed_of

        try:
            item = self._items.get(symbol, consistent_read=consistent)
        except DoesNotExist:
            return None
        return listed_of(item.view, int(item.book_sequence))

    def all(self) -> "list[Listed]":
        """Return every market, by symbol."""
        from zerodesk_aws.tables.listed import listed_of

        shown = (listed_of(item.view, int(item.book_sequence)) for item in self._items.scan())
        return sorted((one for one in shown if one), key=lambda one: one.market.symbol)

    def project(self, symbol: str, view: dict[str, Any], book_sequence: int) -> bool:
        """Show a book as of a record; False when that or a later one is shown already."""
        shown = {"view": {"S": json.dumps(view)}, "book_sequence": {"N": str(book_sequence)}}
        return move_forward(self._items, {"symbol": {"S": symbol}}, shown, by="book_sequence")

    def keep_surface(self, symbol: str, surface: "StoredSurface") -> bool:
        """Store a market's surface; False when one of that time or later is there already."""
        view = {"market": None, "surface": surface._asdict()}
        return self.project(_surface_key(symbol), view, surface.as_of_ms)

    def surface(self, symbol: str, *, consistent: bool = False) -> "StoredSurface | None":
        """Return a market's surface, or None."""
        from zerodesk_aws.tables.stored_surface import StoredSurface

        try:
            item = self._items.get(_surface_key(symbol), consistent_read=consistent)
        except DoesNotExist:
            return None
        return StoredSurface(**item.view["surface"])

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
        try:
            item = self._items.get(_volume_key(symbol))
        except DoesNotExist:
            return 0
        return int(item.view["day_volume_lots"])

    def option(self, symbol: str) -> "OptionRisk | None":
        """Return an option as it was marked last, or None."""
        from zerodesk.pricing.option_risk import OptionRisk

        try:
            item = self._items.get(_option_key(symbol))
        except DoesNotExist:
            return None
        return OptionRisk.from_dict(item.view["option"])


def _option_key(symbol: str) -> str:
    """Return a key that no symbol can be."""
    return f"option#{symbol}"


def _surface_key(symbol: str) -> str:
    """Return a key that no symbol can be."""
    return f"surface#{symbol}"


def _volume_key(symbol: str) -> str:
    """Return a key that no symbol can be."""
    return f"volume#{symbol}"
