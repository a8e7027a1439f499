"""Orders that are taken in, while their queue is held back."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.cloud import say
from tests.benchmarks.venue import a_limit_order, a_market, a_trader
from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.orders import Side
from zerodesk_client.api import Client

ACCOUNTS_A_SIDE: Final = 2
ORDERS_MAX: Final = 2 * MAX_OPEN_ORDERS
"""Of a symbol: its accounts have them open all at once, and never more than half of their bound."""
FUNDS: Final = 10_000_000
AT_ONCE: Final = 6
"""Requests; each waits two seconds for books that are held back."""
TOGETHER: Final = 3
"""Orders of one request. More would race for their account's stream, and be asked for again."""
PROGRESS: Final = 50
"""Orders from one line of progress to the next."""
TRIES: Final = 30
"""Of a request: the same one again tells more of orders whose functions were still starting."""


@dataclass(frozen=True, slots=True)
class Trading:
    """One symbol and who trades it."""

    symbol: str
    traders: dict[Side, list[Client]]


def opened(operator: Client, number: int) -> Trading:
    """List a market, and open its accounts."""
    symbol = f"DRB{number}-USD"
    operator.list_market(a_market(symbol, price=100))
    base, quote = symbol.split("-")
    traders = {
        side: [
            operator.with_key(a_trader(operator, f"{side.lower()}er-{number}-{one}", {sold: FUNDS}))
            for one in range(ACCOUNTS_A_SIDE)
        ]
        for side, sold in ((Side.SELL, base), (Side.BUY, quote))
    }
    return Trading(symbol, traders)


@dataclass(frozen=True, slots=True)
class Request:
    """Orders of one account that are sent together."""

    trading: Trading
    side: Side
    account: int
    orders: int


def rounds(markets: Sequence[Trading], orders: int) -> Iterator[Request]:
    """Yield what is to be sent: of each market so many orders, sells and buys in turn.

    Examples
    --------
    >>> [(one.side.value, one.account, one.orders) for one in rounds([Trading("A-USD", {})], 8)]
    [('SELL', 0, 3), ('BUY', 0, 3), ('SELL', 1, 1), ('BUY', 1, 1)]
    """
    for number, start in enumerate(range(0, orders // 2, TOGETHER)):
        together = min(TOGETHER, orders // 2 - start)
        for trading, side in itertools.product(markets, (Side.SELL, Side.BUY)):
            yield Request(trading, side, number % ACCOUNTS_A_SIDE, together)


class Intake:
    """Sends orders, each by a name of its own."""

    def __init__(self) -> None:
        self._names = itertools.count(1)

    def take_in(self, markets: Sequence[Trading], orders: int) -> set[str]:
        """Have so many orders of each market taken in, and return their ids."""
        taken: set[str] = set()
        whole = orders * len(markets)
        # One request of an account at a time, for the same reason.
        with _threads(min(AT_ONCE, 2 * ACCOUNTS_A_SIDE * len(markets))) as pool:
            for order_ids in pool.map(self._send, rounds(markets, orders)):
                before = len(taken)
                taken |= order_ids
                if before // PROGRESS != len(taken) // PROGRESS:
                    say(f"  taken in: {len(taken)} of {whole}")
        assert len(taken) == whole, f"{len(taken)} of {whole} orders were taken in"
        return taken

    def _send(self, request: Request) -> set[str]:
        trading = request.trading
        asked = [
            a_limit_order(f"order-{next(self._names)}", trading.symbol, request.side, "1", "100")
            for _ in range(request.orders)
        ]
        trader = trading.traders[request.side][request.account]
        problem = None
        for _ in range(TRIES):
            placed = trader.place_orders(asked, wait_s=0).results
            order_ids = {one.order.order_id for one in placed if one.order is not None}
            if len(order_ids) == len(asked):
                return order_ids
            problem = next(one.problem for one in placed if one.order is None)
        raise AssertionError(f"{trading.symbol}: {problem}")


@contextmanager
def _threads(number: int) -> Iterator[ThreadPoolExecutor]:
    """Run threads; when somebody gives up, nothing more is begun."""
    pool = ThreadPoolExecutor(number)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
