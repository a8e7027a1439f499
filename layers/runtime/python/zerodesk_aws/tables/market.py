"""The market table: each book as its last record leaves it, surfaces, and the marks of options."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.models import Model

from zerodesk.instruments import Market, TradingState
from zerodesk_aws.tables.bind import bound, condition_failed, update

if TYPE_CHECKING:
    from zerodesk.pricing.option_risk import OptionRisk


class MarketItem(Model):
    """One market: its listing, state and prices as of a record of its book."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "market"

    symbol = UnicodeAttribute(hash_key=True)
    book_sequence = NumberAttribute()
    view = JSONAttribute()


class Listed(NamedTuple):
    """A listed market as of a record of its book. Prices in ticks."""

    market: Market
    state: TradingState
    mark_price_ticks: int
    marked_at_ms: int
    last_price_ticks: int | None
    book_sequence: int
    auction: dict[str, Any] | None = None
    next_expiry_ms: int | None = None
    state_reason: str = ""
    state_by: str = ""
    state_since_ms: int = 0
    stale_at_ms: int | None = None
    fundings: tuple[tuple[int, int | None, int | None, int | None], ...] = ()
    """The latest (funding time, rate in millionths, mark, index in ticks) of a perpetual."""

    @property
    def funded_at_ms(self) -> int:
        """The latest time for which the market was funded, or passed over."""
        return self.fundings[-1][0] if self.fundings else 0


class StoredSurface(NamedTuple):
    """A market's surface: its document, the time and spot of its quotes, until when it is valid."""

    document: dict[str, Any]
    as_of_ms: int
    spot: str
    valid_until_ms: int

    @property
    def price(self) -> Decimal:
        """The spot as a number."""
        return Decimal(self.spot)


class Markets:
    """The markets of one table."""

    def __init__(self, table_name: str) -> None:
        self._items = bound(MarketItem, table_name)

    def get(self, symbol: str, *, consistent: bool = False) -> Listed | None:
        """Return a market, or None when no book has shown it yet."""
        try:
            item = self._items.get(symbol, consistent_read=consistent)
        except DoesNotExist:
            return None
        return _listed(item) if item.view["market"] else None

    def all(self) -> list[Listed]:
        """Return every market, by symbol."""
        listed = [_listed(item) for item in self._items.scan() if item.view["market"]]
        return sorted(listed, key=lambda one: one.market.symbol)

    def project(self, symbol: str, view: dict[str, Any], book_sequence: int) -> bool:
        """Show a book as of a record; False when that or a later one is shown already."""
        absent = MarketItem.book_sequence.does_not_exist()
        try:
            update(
                self._items,
                symbol,
                actions=[
                    MarketItem.view.set(view),
                    MarketItem.book_sequence.set(book_sequence),
                ],
                condition=absent | (MarketItem.book_sequence < book_sequence),
            )
        except UpdateError as error:
            if condition_failed(error):
                return False
            raise
        return True

    def keep_surface(self, symbol: str, surface: StoredSurface) -> bool:
        """Store a market's surface; False when one of that time or later is there already."""
        view = {"market": None, "surface": surface._asdict()}
        return self.project(_surface_key(symbol), view, surface.as_of_ms)

    def surface(self, symbol: str, *, consistent: bool = False) -> StoredSurface | None:
        """Return a market's surface, or None."""
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
        # Books show themselves here, and load nothing that prices.
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


def _funding(row: list[Any]) -> tuple[int, int | None, int | None, int | None]:
    at_ms, *priced = (None if number is None else int(number) for number in row)
    assert at_ms is not None, "a funding is of a time"
    rate_millionths, mark_ticks, index_ticks = priced
    return at_ms, rate_millionths, mark_ticks, index_ticks


def _listed(item: MarketItem) -> Listed:
    view = item.view
    return Listed(
        market=Market.from_dict(view["market"]),
        state=TradingState(view["state"]),
        mark_price_ticks=view["mark"]["price_ticks"],
        marked_at_ms=view["mark"]["at_ms"],
        last_price_ticks=view["last"] and view["last"]["price_ticks"],
        book_sequence=int(item.book_sequence),
        auction=view.get("auction"),
        next_expiry_ms=view.get("next_expiry_ms"),
        state_reason=view.get("state_reason", ""),
        state_by=view.get("state_by", ""),
        state_since_ms=view.get("state_since_ms", 0),
        stale_at_ms=view.get("stale_at_ms"),
        fundings=tuple(_funding(row) for row in view.get("fundings", ())),
    )
