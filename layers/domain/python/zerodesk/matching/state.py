"""All that a book is between two records, and its views."""

from typing import Any, Final, Self

from zerodesk.codec import state_hash
from zerodesk.instruments import Market
from zerodesk.matching.ladder import Ladder
from zerodesk.matching.memory import CommandMemory
from zerodesk.matching.order import BUY, BookOrder

INDEX: Final = "INDEX"
LAST_TRADE: Final = "LAST_TRADE"
REFERENCE: Final = "REFERENCE"


class BookState:
    """The fold of a book's journal.

    ``orders`` holds the orders that rest; ``continuing`` is the taker that the latest record
    left in the middle of its fills, which is in no queue. ``tick_value_minor`` and
    ``lot_value_minor`` repeat the market's, zero before the listing. ``home`` is the region that
    took the book over last, empty while none ever did.
    """

    __slots__ = (
        "asks",
        "bids",
        "continuing",
        "fees_minor",
        "home",
        "index",
        "last",
        "listed_at_ms",
        "lot_value_minor",
        "market",
        "memory",
        "orders",
        "sequence",
        "stamp",
        "state_reason",
        "symbol",
        "tick_value_minor",
        "time_ms",
        "trades",
        "trading_state",
    )

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.sequence = 0
        self.time_ms = 0
        self.market: Market | None = None
        self.listed_at_ms = 0
        self.tick_value_minor = 0
        self.lot_value_minor = 0
        self.trading_state: str | None = None
        self.state_reason = ""
        self.index: dict[str, Any] | None = None
        self.last: dict[str, Any] | None = None
        self.trades = 0
        self.fees_minor = 0
        self.continuing: BookOrder | None = None
        self.home = ""
        self.orders: dict[str, BookOrder] = {}
        self.bids = Ladder()
        self.asks = Ladder()
        self.memory = CommandMemory()
        self.stamp = 0

    def list_market(self, market: Market, time_ms: int) -> None:
        """Take a market as listed."""
        self.market = market
        self.listed_at_ms = time_ms
        self.tick_value_minor = market.tick_value_minor
        self.lot_value_minor = market.lot_value_minor

    def ladder_of(self, order: BookOrder) -> Ladder:
        """Return the side on which an order rests."""
        return self.bids if order.is_buy else self.asks

    def link(self, order: BookOrder) -> None:
        """Let an order rest, last in the queue of its price."""
        self.orders[order.order_id] = order
        (self.bids if order.is_buy else self.asks).append(order)

    def unlink(self, order: BookOrder) -> None:
        """Take a resting order out."""
        del self.orders[order.order_id]
        (self.bids if order.is_buy else self.asks).remove(order)

    def relink(self, order: BookOrder) -> None:
        """Put an order back where it rested; see ``Ladder.restore``."""
        self.orders[order.order_id] = order
        self.ladder_of(order).restore(order)

    def mark(self) -> dict[str, Any] | None:
        """Return the mark price with its source and time, None before the listing.

        The latest index price if there is one, else the last trade, else the listing's
        reference price.
        """
        if self.market is None:
            return None
        if self.index is not None:
            return {
                "price_ticks": self.index["price_ticks"],
                "source": INDEX,
                "at_ms": self.index["observed_at_ms"],
            }
        if self.last is not None:
            return {
                "price_ticks": self.last["price_ticks"],
                "source": LAST_TRADE,
                "at_ms": self.last["executed_at_ms"],
            }
        return {
            "price_ticks": self.market.reference_price_ticks,
            "source": REFERENCE,
            "at_ms": self.listed_at_ms,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON-able values: equal states, equal values."""
        return self._scalars() | {
            "bids": [order.to_dict() for order in self.bids.in_priority()],
            "asks": [order.to_dict() for order in self.asks.in_priority()],
            "known_commands": self.memory.known_at(self.time_ms),
        }

    def digest(self) -> str:
        """Return a hash of all that ``to_dict`` tells, at the cost of what changed since the last.

        A tree of hashes: the orders of each price are one leaf, the ids of each second another.
        """
        return state_hash(
            self._scalars()
            | {
                "bids": self.bids.digests(),
                "asks": self.asks.digests(),
                "known_commands": self.memory.digests_at(self.time_ms),
            }
        )

    def _scalars(self) -> dict[str, Any]:
        """Return what there is one of.

        What came in after version 0.1.0 is left out while it is empty, so that an old journal
        still folds to the hashes that its anchors say.
        """
        later = {"home": self.home} if self.home else {}
        return later | {
            "symbol": self.symbol,
            "sequence": self.sequence,
            "time_ms": self.time_ms,
            "market": None if self.market is None else self.market.to_dict(),
            "listed_at_ms": self.listed_at_ms,
            "state": self.trading_state,
            "state_reason": self.state_reason,
            "index": self.index,
            "last": self.last,
            "trades": self.trades,
            "fees_minor": {} if self.market is None else {self.market.quote: self.fees_minor},
            "continuing": None if self.continuing is None else self.continuing.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the state that ``to_dict`` wrote."""
        state = cls(values["symbol"])
        if values["market"] is not None:
            market = Market.from_dict(values["market"])
            state.list_market(market, values["listed_at_ms"])
            state.fees_minor = values["fees_minor"][market.quote]
        state.sequence, state.time_ms = values["sequence"], values["time_ms"]
        state.trading_state, state.state_reason = values["state"], values["state_reason"]
        state.index, state.last, state.trades = values["index"], values["last"], values["trades"]
        state.home = values.get("home", "")
        if values["continuing"] is not None:
            state.continuing = BookOrder.from_dict(values["continuing"])
        for order in values["bids"] + values["asks"]:
            state.link(BookOrder.from_dict(order))
        state.memory = CommandMemory.of(values["known_commands"])
        return state


def open_order_view(state: BookState, order: BookOrder) -> dict[str, Any]:
    """Return what reconciliation compares an account's hold with."""
    market = state.market
    assert market is not None, "an order is open only in a listed market"
    return {
        "account_id": order.account_id,
        "side": BUY if order.is_buy else "SELL",
        "currency": market.quote if order.is_buy else market.base,
        "held_minor": order.held_minor,
        "remaining_lots": order.remaining_lots,
        "price_ticks": order.price_ticks,
    }
