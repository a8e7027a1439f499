"""All that a book is between two records, and its views."""

from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Any, Final, Self

from zerodesk.bands import Band, Reference, around
from zerodesk.codec import state_hash
from zerodesk.instruments import Market, Product, TradingState, product_of
from zerodesk.marks import median_ticks
from zerodesk.matching.armed import ArmedOrder, FollowingOrder
from zerodesk.matching.indication import Indication, indicate
from zerodesk.matching.ladder import Ladder
from zerodesk.matching.memory import CommandMemory
from zerodesk.matching.order import BUY, BookOrder
from zerodesk.matching.situations import (
    LAST_TRADE_FIELDS,
    Auction,
    Cancelling,
    Funded,
    Funding,
    LastTrade,
    Outside,
    Settling,
    Uncrossing,
    last_trade,
    told,
)
from zerodesk.matching.waiting import Waiting
from zerodesk.positions import OpenLots

INDEX: Final = "INDEX"
MEDIAN: Final = "MEDIAN"
LAST_TRADE: Final = "LAST_TRADE"
REFERENCE: Final = "REFERENCE"
OPEN: Final = TradingState.OPEN.value

NEVER_MS: Final = 2**63
"""Behind any time."""

EXPIRIES_KEPT: Final = 64
"""Entries of orders that are gone for which it is never worth to look through all."""


class BookState(Waiting):
    """The fold of a book's journal: the queues of the orders that rest, and all around them.

    ``continuing`` is the taker that the latest record left in the middle of its fills, which is
    in no queue; ``uncrossing`` is the auction whose end it left in the middle, ``cancelling`` the
    cancel of many. ``is_plain`` says that an order has only to be matched: the market is open.
    ``last`` is the last trade, see ``fills``. ``tick_value_minor`` and
    ``delivered_minor`` repeat the market's, zero before the listing. ``home`` is the region that
    took the book over last, empty while none ever did. ``reference`` is what the market's band is
    around, None where it has no band; ``halts`` counts how often a price was outside.
    ``clearing`` is the command that has every order cancelled, until that is done.
    ``stale_at_ms`` is the last time at which the index price is fresh enough for the market, or
    the last before an option expires; ``settling`` is the end of one while positions are paid.
    ``is_option`` says that who buys pays who sells, and that nothing is delivered for it.
    ``funding`` is the funding that the latest record left unfinished, ``fundings`` the latest ones,
    ``basis`` the latest samples of (how far the book was from the index in ticks, at ms).
    ``positions`` is what each account has open, None where lots are delivered; ``reducing`` names
    the reduce-only orders of each account that rest, and maybe some that are gone.
    """

    __slots__ = (
        "auction",
        "basis",
        "cancelling",
        "clearing",
        "delivered_minor",
        "expiries",
        "fees_minor",
        "funding",
        "fundings",
        "halts",
        "home",
        "index",
        "is_option",
        "is_plain",
        "last",
        "listed_at_ms",
        "market",
        "memory",
        "positions",
        "reducing",
        "reference",
        "sequence",
        "settling",
        "stale_at_ms",
        "stamp",
        "state_by",
        "state_reason",
        "state_since_ms",
        "symbol",
        "tick_value_minor",
        "time_ms",
        "trades",
        "trading_state",
        "uncrossing",
    )

    def __init__(self, symbol: str) -> None:
        super().__init__()
        self.symbol = symbol
        self.is_option = product_of(symbol) is Product.OPTION
        self.sequence = 0
        self.time_ms = 0
        self.market: Market | None = None
        self.listed_at_ms = 0
        self.tick_value_minor = 0
        self.delivered_minor = 0
        self.positions: dict[str, OpenLots] | None = None
        self.reducing: dict[str, set[str]] = {}
        self.funding: Funding | None = None
        self.fundings: tuple[Funded, ...] = ()
        self.basis: tuple[tuple[int, int], ...] = ()
        self.trading_state: str | None = None
        self.state_reason = self.state_by = ""
        self.state_since_ms = 0
        self.is_plain = False
        self.auction: Auction | None = None
        self.uncrossing: Uncrossing | None = None
        self.clearing = ""
        self.cancelling: Cancelling | None = None
        self.settling: Settling | None = None
        self.index: dict[str, Any] | None = None
        self.stale_at_ms = NEVER_MS
        self.last: LastTrade | None = None
        self.trades = 0
        self.fees_minor = 0
        self.expiries: list[tuple[int, str]] = []
        self.home = ""
        self.reference: Reference | None = None
        self.halts = 0
        self.memory = CommandMemory()
        self.stamp = 0

    def keep_expiry(self, order: BookOrder) -> None:
        """Remember when an order that rests or waits from now on is to end, if it ever is.

        The heap is only a way to find them, and may name orders that are gone.
        """
        if order.expires_at_ms:
            if len(self.expiries) > 2 * len(self.orders) + EXPIRIES_KEPT:
                self.expiries = [one for one in self.expiries if self._is_expiry(one)]
                heapify(self.expiries)
            heappush(self.expiries, (order.expires_at_ms, order.order_id))

    def keep_position(self, account_id: str, position: OpenLots) -> None:
        """Keep what an account has open, if anything is."""
        assert self.positions is not None, "what is delivered has no position here"
        if position.quantity_lots:
            self.positions[account_id] = position
        else:
            self.positions.pop(account_id, None)

    def keep_positions(self, positions: dict[str, OpenLots]) -> None:
        """Keep what some accounts have open."""
        for account_id, position in positions.items():
            self.keep_position(account_id, position)

    def keep_reducing(self, order: BookOrder) -> None:
        """Remember an order that rests from now on and never opens anything, if it is one."""
        if order.reduce_only and not order.is_armed:
            self.reducing.setdefault(order.account_id, set()).add(order.order_id)

    def reducing_of(self, account_id: str) -> list[BookOrder]:
        """Return the reduce-only orders of an account that rest, and forget those that do not.

        One that was triggered in a decision that was taken back waits for its trigger again.
        """
        named = self.reducing.get(account_id)
        if named is None:
            return []
        orders = self.orders
        named -= {one for one in named if one not in orders or orders[one].is_armed}
        if not named:
            del self.reducing[account_id]
        return [self.orders[order_id] for order_id in sorted(named)]

    def next_expiry_ms(self) -> int | None:
        """Return when the next order is to end, None if none is."""
        while self.expiries and not self._is_expiry(self.expiries[0]):
            heappop(self.expiries)
        return self.expiries[0][0] if self.expiries else None

    def due_order(self) -> BookOrder | None:
        """Return the next order whose time has come by record time: the earliest, then by id."""
        expires_at_ms = self.next_expiry_ms()
        if expires_at_ms is None or expires_at_ms > self.time_ms:
            return None
        return self.orders[self.expiries[0][1]]

    def _is_expiry(self, expiry: tuple[int, str]) -> bool:
        order = self.orders.get(expiry[1])
        return order is not None and order.expires_at_ms == expiry[0]

    def list_market(self, market: Market, time_ms: int) -> None:
        """Take a market as listed."""
        self.market = market
        self.listed_at_ms = time_ms
        self.tick_value_minor = market.tick_value_minor
        self.delivered_minor = market.delivered_minor
        self.positions = None if self.delivered_minor else {}
        if market.band is not None:
            self.reference = Reference(market.reference_price_ticks)
        self._bound_mark()

    def take_index(self, index: dict[str, Any] | None) -> None:
        """Take an index price, its source and when it was observed as the latest."""
        self.index = index
        self._bound_mark()

    def marked_at_ms(self) -> int:
        """Return when the index price was observed, when the market was listed before any."""
        return self.listed_at_ms if self.index is None else self.index["observed_at_ms"]

    def is_stale(self) -> bool:
        """Whether the index price is older by record time than the market bears."""
        return self.time_ms > self.stale_at_ms

    def _bound_mark(self) -> None:
        """Keep the last time at which the market trades as it is: an option does until expiry."""
        market = self.market
        bound_ms = None if market is None else market.stale_after_ms
        self.stale_at_ms = NEVER_MS if bound_ms is None else self.marked_at_ms() + bound_ms
        if market is not None and market.option is not None:
            self.stale_at_ms = market.option.expiry_ms - 1

    def enter(
        self,
        trading_state: str | None,
        reason: str,
        auction: Auction | None,
        by: str = "",
        since_ms: int = 0,
    ) -> None:
        """Accept other orders than before, for a reason, by somebody's word, since a time."""
        self.trading_state, self.state_reason, self.auction = trading_state, reason, auction
        self.state_by, self.state_since_ms = by, since_ms
        self.is_plain = trading_state == OPEN

    def change_market(self, market: Market) -> None:
        """Take other terms of the market; a band that is new counts from what trades were last."""
        before, self.market = self.market, market
        self._bound_mark()
        if market.band is None:
            self.reference = None
        elif self.reference is None or before is None or before.band is None:
            self.reference = Reference(self.reference_ticks())
        elif market.band.window_ms != before.band.window_ms:
            # The tenths of another window are others.
            self.reference = Reference(self.reference.at(self.time_ms, before.band.window_ms).ticks)

    def settle_by(self, settling: Settling | None) -> None:
        """Have all positions paid at the end of an option, if an order or one of them is left."""
        self.settling = settling if self.positions or self.clearing else None

    def clear_by(self, command_id: str) -> None:
        """Have a command cancel every order there is, if there is any left."""
        self.clearing = command_id if self.orders else ""
        self.settle_by(self.settling)

    def outside(self, price_ticks: int) -> Outside | None:
        """Return the band that a price is outside of, None where it is within or there is none."""
        band = self.band_ticks()
        if band is None or band[1] <= price_ticks <= band[2]:
            return None
        return Outside(price_ticks, *band)

    def band_ticks(self) -> tuple[int, int, int] | None:
        """Return (reference, lowest, highest) price at which the market trades on, if any."""
        if self.reference is None:
            return None
        band = self._band()
        reference_ticks = self.reference.at(self.time_ms, band.window_ms).ticks
        return reference_ticks, *around(reference_ticks, band.bps)

    def _band(self) -> Band:
        market = self.market
        assert market is not None, "only a listed market has a reference"
        assert market.band is not None, "only a band has a reference"
        return market.band

    def refer_to(self, price_ticks: int, time_ms: int, *, is_auctioned: bool = False) -> None:
        """Take in a trade: an auction's price counts at once, any other once it is old enough."""
        if self.reference is None:
            return
        band = self._band()
        if is_auctioned:
            self.reference = Reference(price_ticks)
        else:
            self.reference = self.reference.saw(price_ticks, time_ms, band.window_ms)

    def reference_ticks(self) -> int:
        """Return the price that decides an auction where its orders do not.

        It is the last trade's, or the mark while nothing has traded.
        """
        mark = self.mark()
        assert mark is not None, "orders gather only in a listed market"
        mark_ticks: int = mark["price_ticks"]
        return mark_ticks if self.last is None else self.last[0]

    def indication(self) -> Indication | None:
        """Return at which price how much would trade if an auction ended now; None: nothing."""
        bid, ask = self.bids.best(), self.asks.best()
        if bid is None or ask is None or bid.price_ticks < ask.price_ticks:
            return None
        bids, asks = self.bids.within(-ask.price_ticks), self.asks.within(bid.price_ticks)
        return indicate(bids, asks, self.reference_ticks())

    def uncrosses(self, left_lots: int, price_ticks: int) -> bool:
        """Whether more trades at the price of an auction: of what is left, somebody still wants it.

        Lots that were to trade may be taken off a reduce-only order by the trades before.
        """
        bid, ask = self.bids.best(), self.asks.best()
        if not left_lots or bid is None or ask is None:
            return False
        return ask.price_ticks <= price_ticks <= bid.price_ticks

    def auction_view(self) -> dict[str, Any] | None:
        """Return the auction that is held and what it would come to now, None when none is."""
        if self.auction is None:
            return None
        price_ticks, lots, surplus_lots = self.indication() or (None, 0, 0)
        return told(self.auction) | {
            "indicative_price_ticks": price_ticks,
            "indicative_lots": lots,
            "surplus_lots": surplus_lots,
        }

    def is_unfinished(self) -> bool:
        """Whether the next record first goes on with what the latest one left unfinished.

        Prices whose triggers have still to be looked at wait while the market is stopped.
        """
        return (
            self.continuing is not None
            or self.uncrossing is not None
            or self.cancelling is not None
            or self.funding is not None
            or bool(self.clearing)
            or self.settling is not None
            or (self.prices_ticks is not None and self.is_plain)
        )

    def forget_prices(self) -> None:
        """Forget the prices that were traded once no order is to come in for them any more."""
        self.forget_unpaired()
        if self.continuing is None and self.triggered() is None:
            self.prices_ticks = None

    def last_trade(self) -> dict[str, Any] | None:
        """Return the last trade by the names of its fields."""
        if self.last is None:
            return None
        trade = dict(zip(LAST_TRADE_FIELDS, self.last, strict=True))
        return {"trade_id": f"{self.symbol}-{self.trades}", **trade}

    def mark(self) -> dict[str, Any] | None:
        """Return the mark price with its source and time, None before the listing.

        The latest index price if there is one, else the last trade, else the listing's
        reference price. Of a perpetual the median stands in for the index price where all of it is
        fresh, as of the index price's time.
        """
        if self.market is None:
            return None
        if self.index is not None:
            median = self._median_ticks()
            return {
                "price_ticks": self.index["price_ticks"] if median is None else median,
                "source": INDEX if median is None else MEDIAN,
                "at_ms": self.index["observed_at_ms"],
            }
        if self.last is not None:
            return {
                "price_ticks": self.last[0],
                "source": LAST_TRADE,
                "at_ms": self.last[3],
            }
        return {
            "price_ticks": self.market.reference_price_ticks,
            "source": REFERENCE,
            "at_ms": self.listed_at_ms,
        }

    def _median_ticks(self) -> int | None:
        if self.index is None or not self.is_perpetual:
            return None
        index = self.index["price_ticks"], self.index["observed_at_ms"]
        last = None if self.last is None else (self.last[0], self.last[3])
        return median_ticks(self.time_ms, index, last, self.basis)

    @property
    def is_perpetual(self) -> bool:
        """Whether what is open here is funded, and marked by its own book too."""
        return self.positions is not None and not self.is_option

    @property
    def funded_at_ms(self) -> int:
        """The latest time for which the market was funded, or passed over."""
        return self.fundings[-1][0] if self.fundings else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON-able values: equal states, equal values."""
        return self.apart() | {
            "bids": [order.to_dict() for order in self.bids.in_priority()],
            "asks": [order.to_dict() for order in self.asks.in_priority()],
            "known_commands": self.memory.known_at(self.time_ms),
        }

    def apart(self) -> dict[str, Any]:
        """Return ``to_dict`` without the orders that rest and the commands that are known."""
        armed = {
            name: [order.to_dict() for order in ladder.in_priority()]
            for name, ladder in self._armed_ladders().items()
        }
        return self._scalars() | armed | self._in_no_ladder()

    def digest(self) -> str:
        """Return a hash of all that ``to_dict`` tells, at the cost of what changed since the last.

        A tree of hashes: the orders of each price are one leaf, the ids of each second another.
        """
        armed = {name: ladder.digests() for name, ladder in self._armed_ladders().items()}
        return state_hash(
            self._scalars()
            | armed
            | self._in_no_ladder()
            | {
                "bids": self.bids.digests(),
                "asks": self.asks.digests(),
                "known_commands": self.memory.digests_at(self.time_ms),
            }
        )

    def _armed_ladders(self) -> dict[str, Ladder]:
        ladders = {"rising": self.rising, "falling": self.falling} if self.armed else {}
        return {name: ladder for name, ladder in ladders.items() if ladder.best() is not None}

    def _in_no_ladder(self) -> dict[str, Any]:
        """Return those that wait in no ladder, as far as there are any."""
        waiting = {"trailing": self.trailing, "following": self.following}
        return {
            name: [order.to_dict() for _, order in sorted(orders.items())]
            for name, orders in waiting.items()
            if orders
        }

    def _scalars(self) -> dict[str, Any]:
        """Return what there is one of.

        What came in after version 0.1.0 is left out while it is empty, so that an old journal
        still folds to the hashes that its anchors say.
        """
        later: dict[str, Any] = {
            "home": self.home,
            "prices_ticks": self.prices_ticks and [*self.prices_ticks],
            "auction": self.auction and told(self.auction),
            "uncrossing": self.uncrossing and told(self.uncrossing),
            "cancelling": self.cancelling and self.cancelling._asdict(),
            "clearing": self.clearing,
            "settling": self.settling and self.settling._asdict(),
            "state_by": self.state_by,
            "state_since_ms": self.state_since_ms,
            "reference": self.reference and self.reference.to_list(),
            "halts": self.halts,
            "positions": {key: list(one) for key, one in sorted((self.positions or {}).items())},
            "funding": self.funding and self.funding._asdict(),
            "fundings": [list(one) for one in self.fundings],
            "basis": [list(one) for one in self.basis],
        }
        return {name: value for name, value in later.items() if value} | {
            "symbol": self.symbol,
            "sequence": self.sequence,
            "time_ms": self.time_ms,
            "market": None if self.market is None else self.market.to_dict(),
            "listed_at_ms": self.listed_at_ms,
            "state": self.trading_state,
            "state_reason": self.state_reason,
            "index": self.index,
            "last": self.last_trade(),
            "trades": self.trades,
            "fees_minor": {} if self.market is None else {self.market.quote: self.fees_minor},
            "continuing": None if self.continuing is None else self.continuing.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the state that ``to_dict`` wrote."""
        state = cls.of_apart(values)
        for order in values["bids"] + values["asks"]:
            state.rest(BookOrder.from_dict(order))
        state.memory = CommandMemory.of(values["known_commands"])
        state.keep_waiting(values)
        return state

    @classmethod
    def of_apart(cls, values: dict[str, Any]) -> Self:
        """Return the state that ``apart`` wrote, in which nobody rests or waits yet."""
        state = cls(values["symbol"])
        if values["market"] is not None:
            market = Market.from_dict(values["market"])
            state.list_market(market, values["listed_at_ms"])
            state.fees_minor = values["fees_minor"][market.quote]
        rows = values.get("positions", {})
        state.keep_positions({account_id: OpenLots(*row) for account_id, row in rows.items()})
        funding = values.get("funding")
        state.funding = funding and Funding(**funding)
        state.fundings = tuple(_funded(row) for row in values.get("fundings", ()))
        state.basis = tuple((ticks, at_ms) for ticks, at_ms in values.get("basis", ()))
        state.sequence, state.time_ms = values["sequence"], values["time_ms"]
        auction, uncrossing = values.get("auction"), values.get("uncrossing")
        state.enter(
            values["state"],
            values["state_reason"],
            auction and Auction(**auction),
            values.get("state_by", ""),
            values.get("state_since_ms", 0),
        )
        state.reference = Reference.of(values.get("reference"))
        state.halts = values.get("halts", 0)
        state.uncrossing = uncrossing and Uncrossing(**uncrossing)
        state.clearing = values.get("clearing", "")
        cancelling = values.get("cancelling")
        state.cancelling = cancelling and Cancelling(**cancelling)
        settling = values.get("settling")
        state.settling = settling and Settling(**settling)
        state.take_index(values["index"])
        state.trades = values["trades"]
        if values["last"] is not None:
            state.last = last_trade(values["last"])
        state.home = values.get("home", "")
        if values["continuing"] is not None:
            state.continuing = BookOrder.from_dict(values["continuing"])
        if (prices_ticks := values.get("prices_ticks")) is not None:
            state.saw_prices(*prices_ticks)
        return state

    def keep_waiting(self, values: dict[str, Any]) -> None:
        """Have those wait that ``apart`` tells of, and whatever else of the orders is waited for.

        An order without special terms waits for nothing, and most are.
        """
        waiting = (values.get(name, []) for name in ("rising", "falling", "trailing"))
        for order in chain.from_iterable(waiting):
            self.arm(ArmedOrder.from_dict(order))
        for one in values.get("following", []):
            following = FollowingOrder.from_dict(one)
            self.arm(following)
            self.keep_reached(following)
        for one in self.orders.values():
            if type(one) is not BookOrder:
                self.keep_expiry(one)
                self.keep_reducing(one)
                self.keep_paired(one)


def _funded(row: list[Any]) -> Funded:
    funding_at_ms, rate_millionths, mark_ticks, index_ticks = row
    return funding_at_ms, rate_millionths, mark_ticks, index_ticks


def open_order_view(state: BookState, order: BookOrder) -> dict[str, Any]:
    """Return what reconciliation compares an account's hold with."""
    market = state.market
    assert market is not None, "an order is open only in a listed market"
    return {
        "account_id": order.account_id,
        "side": BUY if order.is_buy else "SELL",
        "currency": market.held_currency(is_buy=order.is_buy),
        "held_minor": order.held_minor,
        "remaining_lots": order.total_lots,
        "price_ticks": order.price_ticks,
    }
