"""Clients that place orders one after the other, as fast as they are answered."""

import http.client
import itertools
import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests.benchmarks.path.plan import KINDS
from tests.benchmarks.path.yardsticks import symbol_of
from tests.benchmarks.venue import a_market, a_trader
from zerodesk.orders import Side
from zerodesk_client.api import Client
from zerodesk_client.latency import Percentiles, percentiles

FUNDS: Final = 1_000_000
TIMEOUT_SECONDS: Final = 90
"""Longer than a function may take to start."""
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
    repeated: int = 0
    """How often an order was asked for again, which was not answered in time."""
    calls: Counter[str] = field(default_factory=Counter)
    """What was asked of AWS meanwhile, and after it until all was quiet: service, operation, whose
    function asked."""
    cpu_ms: Counter[str] = field(default_factory=Counter)
    """What the processes of the local cloud took in the same time."""

    def add(self, turn: "Measured") -> None:
        """Count one turn more."""
        self.latencies_s += turn.latencies_s
        self.seconds += turn.seconds
        self.repeated += turn.repeated
        self.calls += turn.calls
        self.cpu_ms += turn.cpu_ms

    @property
    def orders_per_second(self) -> float:
        """How many orders were answered a second."""
        return len(self.latencies_s) / self.seconds

    @property
    def percentiles(self) -> Percentiles:
        """How long answers took."""
        return percentiles(self.latencies_s)

    def calls_per_order(self) -> dict[str, float]:
        """Return how often an order asked for what, by service and operation."""
        found: Counter[str] = Counter()
        for line, count in self.calls.items():
            found[line.rpartition(" ")[0]] += count
        return {name: count / len(self.latencies_s) for name, count in found.items()}

    def cpu_ms_per_order(self) -> dict[str, float]:
        """Return what an order took of whom."""
        return {name: count / len(self.latencies_s) for name, count in self.cpu_ms.items()}


def turn(path: Path, clients: int, orders: int) -> Measured:
    """Let clients place so many orders each, all at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(lambda client: _client(path, client, orders), range(clients)))
    seconds = time.perf_counter() - began
    latencies_s, repeated = zip(*itertools.chain(*done), strict=True)
    return Measured(list(latencies_s), seconds, sum(repeated))


def _client(path: Path, client: int, orders: int) -> list[tuple[float, int]]:
    """Place orders; return how long each took, and how often it was asked for again."""
    asking = _Asking(path)
    done = []
    for number in itertools.islice(path.numbers(client), orders):
        at = time.perf_counter()
        repeated = asking.place(client, number)
        done.append((time.perf_counter() - at, repeated))
    asking.connection.close()
    return done


class _Asking:
    """One client's connection to a path."""

    def __init__(self, path: Path) -> None:
        self.path, self._parts = path, urlsplit(path.url)
        assert self._parts.hostname
        self.connection = http.client.HTTPConnection(
            self._parts.hostname, self._parts.port, timeout=TIMEOUT_SECONDS
        )

    def place(self, client: int, number: int) -> int:
        """Place an order until it is answered; return how often it was asked for again."""
        body = json.dumps(self.path.body(client, number))
        headers = {
            "Authorization": f"Bearer {self.path.keys(client, number)}",
            "Content-Type": "application/json",
        }
        said: str | None = "was not asked"
        for again in range(TRIES):
            said = self._ask(body, headers)
            if said is None:
                return again
            time.sleep(PAUSE_SECONDS)
        raise AssertionError(f"{self.path.name}: {said}")

    def _ask(self, body: str, headers: dict[str, str]) -> str | None:
        """Ask once; return None for an answer, or else what came instead."""
        try:
            self.connection.request("POST", self._parts.path, body, headers)
            answer = self.connection.getresponse()
            told = answer.read()
        except (OSError, http.client.HTTPException) as fault:
            self.connection.close()
            return repr(fault)
        return None if answer.status == ANSWERED else f"{answer.status} {told!r}"


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
        operator.list_market(a_market(symbols[-1], price=100))
        keys.append(
            {
                Side.SELL: a_trader(operator, f"bench-{run}-{client}-seller", {base: FUNDS}),
                Side.BUY: a_trader(operator, f"bench-{run}-{client}-buyer", {"USD": FUNDS}),
            }
        )

    def key(client: int, number: int) -> str:
        return keys[client][Side.BUY if number % 2 else Side.SELL]

    return Path("real", f"{api_url}/v1/orders", key, lambda one, n: order(symbols[one], n))


def yardstick(name: str, url: str, beyond: Callable[[str, int], str]) -> Path:
    """Return a path of the yardsticks: its body says what becomes of the order, and what is asked
    beyond the plan."""

    def body(client: int, number: int) -> Body:
        kind = KINDS[number % 2]
        more = beyond(kind, number // 2)
        return order(symbol_of(client), number) | {"kind": kind, "more": more}

    return Path(name, url, lambda client, number: f"client-{client}-{number % 2}", body)
