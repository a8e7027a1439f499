"""The index that the simulated market follows: a random walk, reported as an outside source."""

import random
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from zerodesk.money import BASIS_POINTS
from zerodesk_client.api import Client, Market

SOURCE: Final = "prices.demo"
STEP_BPS: Final = 1.2
"""Standard deviation of one step; the collar is some 400 of them away."""
STEP_EVERY_S: Final = 0.5
CENT: Final = Decimal("0.01")


class Index:
    """The prices of now, by symbol, as everybody in the simulation sees them."""

    def __init__(self, prices: Mapping[str, Decimal], seed: str) -> None:
        self._prices = dict(prices)
        self._random = random.Random(seed)  # noqa: S311 - the same walk for the same seed

    @classmethod
    def of(cls, markets: tuple[Market, ...], seed: str) -> "Index":
        """Return an index that goes on from the markets' marks."""
        return cls(
            {market.symbol: market.mark_price or market.reference_price for market in markets}, seed
        )

    def price(self, symbol: str) -> Decimal:
        """Return the index price now."""
        return self._prices[symbol]

    def step(self) -> None:
        """Move every price."""
        for symbol, price in self._prices.items():
            move_bps = Decimal(round(self._random.gauss(0, STEP_BPS) * 100)) / 100
            self._prices[symbol] = (price * (1 + move_bps / BASIS_POINTS)).quantize(CENT)


def report_index(
    operator: Client,
    index: Index,
    symbols: tuple[str, ...],
    stopped: threading.Event,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Move the index and report it to the venue until stopped."""
    while not stopped.wait(STEP_EVERY_S):
        index.step()
        for symbol in symbols:
            operator.send_index_price(symbol, SOURCE, index.price(symbol), now())
