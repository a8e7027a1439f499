"""Clients that place orders one after the other, as fast as they are answered."""

import http.client
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlsplit

from zerodesk.orders import Side
from zerodesk_client.api import Client, NewMarket
from zerodesk_client.latency import Percentiles, percentiles

FUNDS: Final = Decimal(1_000_000)
TIMEOUT_SECONDS: Final = 30
ANSWERED: Final = 201
TRIES: Final = 60
"""Of an order that was not answered in time, as when functions still start: it takes that long."""
PAUSE_SECONDS: Final = 0.5

Body = dict[str, Any]


@dataclass
class Path:
    """One path to be measured: where it is, who asks there, and for what."""

    name: str
    url: str
    keys: Callable[[int, int], str]
    """The key of a client for its order of that number."""
    body: Callable[[int, int], Body]
    """The order of that number of a client."""
    began: dict[int, Iterator[int]] = field(default_factory=dict)

    def numbers(self, client: int) -> Iterator[int]:
        """Return the numbers of a client's orders: they go on from run to run."""
        return self.began.setdefault(client, itertools.count())


@dataclass
class Measured:
    """What a path did with so many clients."""

    latencies_s: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, latencies_s: list[float], seconds: float) -> None:
        """Count one turn more."""
        self.latencies_s += latencies_s
        self.seconds += seconds

    @property
    def orders_per_second(self) -> float:
        """How many orders were answered a second."""
        return len(self.latencies_s) / self.seconds

    @property
    def percentiles(self) -> Percentiles:
        """How long answers took."""
        return percentiles(self.latencies_s)


def turn(path: Path, clients: int, orders: int) -> tuple[list[float], float]:
    """Let clients place so many orders each, all at once; return latencies and the time taken."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(lambda client: _client(path, client, orders), range(clients)))
    return list(itertools.chain(*done)), time.perf_counter() - began


def _client(path: Path, client: int, orders: int) -> list[float]:
    parts = urlsplit(path.url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
    latencies_s = []
    for number in itertools.islice(path.numbers(client), orders):
        body = json.dumps(path.body(client, number))
        headers = {
            "Authorization": f"Bearer {path.keys(client, number)}",
            "Content-Type": "application/json",
        }
        at = time.perf_counter()
        faults: list[str] = []
        while True:
            connection.request("POST", parts.path, body, headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status == ANSWERED:
                break
            faults.append(f"{path.name}: {answer.status} {told!r}")
            assert len(faults) < TRIES, faults[-1]
            time.sleep(PAUSE_SECONDS)
        latencies_s.append(time.perf_counter() - at)
    connection.close()
    return latencies_s


def order(symbol: str, number: int) -> Body:
    """Return an order: even ones rest, and each odd one takes the one before."""
    return {
        "client_order_id": f"o-{number}",
        "symbol": symbol,
        "side": Side.BUY if number % 2 else Side.SELL,
        "type": "LIMIT",
        "quantity": "1",
        "price": "100",
    }


def real(api_url: str, operator: Client, clients: int) -> Path:
    """Open a market and two accounts for each client of the product."""
    run = uuid.uuid4().hex[:6].upper()
    keys: list[dict[Side, str]] = []
    symbols = []
    for client in range(clients):
        base = f"P{run}{client}"
        symbols.append(f"{base}-USD")
        operator.list_market(_market(symbols[-1], base))
        keys.append(
            {
                Side.SELL: _trader(operator, f"bench-{run}-{client}-seller", base),
                Side.BUY: _trader(operator, f"bench-{run}-{client}-buyer", "USD"),
            }
        )

    def key(client: int, number: int) -> str:
        return keys[client][Side.BUY if number % 2 else Side.SELL]

    return Path("real", f"{api_url}/v1/orders", key, lambda one, n: order(symbols[one], n))


def yardstick(name: str, url: str) -> Path:
    """Return a path of the yardsticks: its body says what becomes of the order."""

    def body(client: int, number: int) -> Body:
        kind = "takes" if number % 2 else "rests"
        return order(f"MARKET{client}-USD", number) | {"kind": kind}

    return Path(name, url, lambda client, number: f"client-{client}-{number % 2}", body)


def _market(symbol: str, base: str) -> NewMarket:
    return NewMarket(
        symbol=symbol,
        base=base,
        quote="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        min_notional=Decimal(1),
        max_quantity=Decimal(1_000),
        maker_bps=2,
        taker_bps=5,
        collar_bps=500,
        reference_price=Decimal(100),
    )


def _trader(operator: Client, account_id: str, currency: str) -> str:
    operator.create_account(account_id, "benchmark")
    operator.deposit(account_id, "funds", currency, FUNDS)
    return operator.create_key(account_id).api_key
