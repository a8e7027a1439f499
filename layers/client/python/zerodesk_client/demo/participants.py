"""Simulated participants: makers who quote around the index, takers, and one who dithers.

Each is driven by its own thread through ``act``, draws from its own seeded sequence, and gives
each order an id of its own, so any request of theirs may be repeated.
"""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Protocol

from zerodesk.money import BASIS_POINTS
from zerodesk.orders import OrderType, Side, TimeInForce
from zerodesk_client.api import ApiProblem, Client, Market, NewOrder, Order
from zerodesk_client.demo.index import Index
from zerodesk_client.demo.tally import Tally, to_step

BUY_OR_SELL: Final = (Side.BUY, Side.SELL)
LEVELS: Final = 4
HALF_SPREAD_BPS: Final = Decimal("0.8")
LEVEL_BPS: Final = Decimal("0.7")
STALE_BPS: Final = Decimal("1.5")
"""A quote this far from where it should be is replaced."""
MAKER_NOTIONAL: Final = 9_000
TAKER_NOTIONAL: Final = 6_000
"""Typical worth of an order, in USD."""
SLIPPAGE_BPS: Final = 8
MARKET_ORDERS: Final = 0.4
DITHERING_ORDERS: Final = 5
DITHERING_BPS: Final = 12.0


class Participant(Protocol):
    """Somebody who trades."""

    def act(self) -> None:
        """Do one thing: look, cancel, place."""


class Desk:
    """What every participant has: an account, a sequence of chances, ids for its orders."""

    def __init__(
        self,
        client: Client,
        name: str,
        run_id: str,
        seed: str,
        index: Index,
        tally: Tally,
    ) -> None:
        self.client = client
        self.chance = random.Random(f"{seed}/{name}")  # noqa: S311 - the same for the same seed
        self.index = index
        self.tally = tally
        self._prefix = f"{run_id}-{name}"
        self._placed = 0

    def place(
        self,
        market: Market,
        side: Side,
        notional: float,
        price: Decimal | None,
        *,
        time_in_force: TimeInForce = TimeInForce.GTC,
        post_only: bool = False,
    ) -> Order:
        """Place an order worth about ``notional`` quote units; without a price, at the market."""
        self._placed += 1
        size = Decimal(round(notional * self.chance.lognormvariate(0, 0.7), 2))
        quantity = to_step(size / self.index.price(market.symbol), market.lot_size)
        return self.tally.place(
            self.client,
            NewOrder(
                client_order_id=f"{self._prefix}-{self._placed}",
                symbol=market.symbol,
                side=side,
                quantity=min(quantity, market.max_quantity),
                price=price,
                type=OrderType.MARKET if price is None else OrderType.LIMIT,
                time_in_force=time_in_force,
                post_only=post_only,
            ),
        )

    def cancel(self, order: Order) -> None:
        """Cancel an order; that it has just been filled is nothing unusual."""
        try:
            self.client.cancel_order(order.order_id)
        except ApiProblem as problem:
            if problem.code != "ORDER_NOT_OPEN":
                raise
        else:
            self.tally.cancelled()

    def price_off(self, market: Market, offset_bps: Decimal) -> Decimal:
        """Return the index moved by an offset, on the tick."""
        index_price = self.index.price(market.symbol)
        return to_step(index_price * (1 + offset_bps / BASIS_POINTS), market.tick_size)


class MarketMaker:
    """Quotes some levels on both sides of one market, and moves them with the index."""

    def __init__(self, desk: Desk, market: Market) -> None:
        self._desk = desk
        self._market = market
        self._quotes: dict[tuple[Side, int], Order] = {}

    def act(self) -> None:
        """Replace the quotes that were filled or that the index has left.

        All stale ones are cancelled first: a new bid must not meet an old ask of one's own.
        """
        page = self._desk.client.orders(status="open", symbol=self._market.symbol)
        resting = {order.order_id for order in page.entries}
        places = [(side, level) for level in range(LEVELS) for side in BUY_OR_SELL]
        missing = [place for place in places if not self._keeps(*place, resting)]
        for side, level in missing:
            self._quotes[side, level] = self._desk.place(
                self._market,
                side,
                MAKER_NOTIONAL * (1 + level),
                self._price(side, level),
                post_only=True,
            )

    def _keeps(self, side: Side, level: int, resting: set[str]) -> bool:
        """Whether a quote still stands where it should; a stale one is cancelled."""
        quote = self._quotes.get((side, level))
        if quote is None or quote.order_id not in resting:
            return False
        assert quote.price is not None, "quotes are limit orders"
        price = self._price(side, level)
        if abs(quote.price - price) * BASIS_POINTS <= STALE_BPS * price:
            return True
        self._desk.cancel(quote)
        return False

    def _price(self, side: Side, level: int) -> Decimal:
        sign = -1 if side is Side.BUY else 1
        return self._desk.price_off(self._market, sign * (HALF_SPREAD_BPS + level * LEVEL_BPS))


class Taker:
    """Takes what is there, on either side of any market, at a limit or at the market."""

    def __init__(self, desk: Desk, markets: Sequence[Market]) -> None:
        self._desk = desk
        self._markets = markets

    def act(self) -> None:
        """Take once."""
        chance = self._desk.chance
        market, side = chance.choice(self._markets), chance.choice(BUY_OR_SELL)
        sign = 1 if side is Side.BUY else -1
        at_market = chance.random() < MARKET_ORDERS
        price = None if at_market else self._desk.price_off(market, Decimal(sign * SLIPPAGE_BPS))
        self._desk.place(market, side, TAKER_NOTIONAL, price, time_in_force=TimeInForce.IOC)


class Ditherer:
    """Places orders near the index and takes many of them back."""

    def __init__(self, desk: Desk, markets: Sequence[Market]) -> None:
        self._desk = desk
        self._markets = markets
        self._orders: list[Order] = []

    def act(self) -> None:
        """Place one order, or cancel the oldest."""
        chance = self._desk.chance
        if len(self._orders) >= DITHERING_ORDERS:
            self._desk.cancel(self._orders.pop(0))
            return
        market, side = chance.choice(self._markets), chance.choice(BUY_OR_SELL)
        offset_bps = Decimal(round(chance.uniform(-DITHERING_BPS, DITHERING_BPS / 4), 2))
        sign = 1 if side is Side.BUY else -1
        price = self._desk.price_off(market, sign * offset_bps)
        order = self._desk.place(market, side, TAKER_NOTIONAL, price)
        if order.is_open:
            self._orders.append(order)


def roster(participants: int, symbols: Sequence[str]) -> Mapping[str, str]:
    """Return who takes part, account id to part: a maker per market, a ditherer, takers.

    Examples
    --------
    >>> roster(4, ["BTC-USD", "ETH-USD"])["demo-maker-btc"]
    'BTC-USD'
    """
    makers = {f"demo-maker-{symbol.split('-')[0].lower()}": symbol for symbol in symbols}
    takers = max(1, participants - len(makers) - 1)
    return (
        makers
        | {"demo-ditherer": "ditherer"}
        | {f"demo-taker-{number}": "taker" for number in range(1, takers + 1)}
    )


def participant_of(part: str, desk: Desk, markets: Mapping[str, Market]) -> Participant:
    """Return the participant for a part of the roster."""
    if part in markets:
        return MarketMaker(desk, markets[part])
    everywhere = tuple(markets.values())
    return Taker(desk, everywhere) if part == "taker" else Ditherer(desk, everywhere)
