"""One queue full of orders drained, and what that took."""

import statistics
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra_cdk.local.function_names import FUNCTION_PREFIX
from infra_cdk.local.paths import WRITE_LOG_VARIABLE
from tests.benchmarks.cloud import Cloud, CommandQueue, say
from tests.benchmarks.durable.intake import Intake, Trading
from tests.benchmarks.path.cpu import Cores, Cpu, cores
from tests.benchmarks.path.hops import durations_ms
from tests.benchmarks.units import Units
from tests.benchmarks.written import Write, Writes, units_of
from zerodesk.orders import OrderStatus

PAUSE_SECONDS: Final = 0.02
BOUND_SECONDS: Final = 300.0
MATCHING: Final = f"{FUNCTION_PREFIX}matching"


@dataclass(frozen=True, slots=True)
class Spent:
    """What was spent while books were written: CPU time by process, and by all cores."""

    cpu_ms: Counter[str]
    cores: Cores

    @property
    def elsewhere_ms(self) -> int:
        """What other work on the machine took, this command's own too."""
        return max(0, self.cores.busy_ms - self.cpu_ms.total())


@dataclass(frozen=True, slots=True)
class Drain:
    """Orders that went from a queue into the journals of their books."""

    symbols: int
    batch: int
    orders: int
    commands: int
    """In the queue: an order that was asked for again, as on a machine that is too busy to take it
    in within its time, is there again, and its book answers it by a record of its own."""
    recorded_at_ms: dict[str, list[int]]
    """When each record of each book stood."""
    spent: Spent
    """From the first of them until the last order was answered."""
    cpu_ms: Counter[str]
    """By process, from the opening of the queue until nothing was left to be done."""
    handler_ms: list[float]
    """How long matching ran, each time."""
    processes_started: int
    """Of functions, meanwhile: each takes CPU time that is no order's."""
    taking_in: Units
    """What orders wrote before they were in the queue."""
    behind: Units
    """What they wrote from there on."""

    @property
    def records(self) -> int:
        """How many records the books have more."""
        return sum(map(len, self.recorded_at_ms.values()))

    @property
    def seconds(self) -> float:
        """From the first record of any book to the last."""
        times_ms = [at_ms for book in self.recorded_at_ms.values() for at_ms in book]
        return (max(times_ms) - min(times_ms)) / 1_000

    @property
    def orders_per_second(self) -> float:
        """How many orders came into the journal a second, behind the first record's.

        Examples
        --------
        Four records of ten each, a tenth of a second apart.

        >>> nothing = Spent(Counter(), Cores(0, 0)), Counter(), [0.0], 0, Units(), Units()
        >>> Drain(1, 10, 40, 40, {"book#A-USD": [0, 100, 200, 300]}, *nothing).orders_per_second
        100.0
        """
        return (self.orders - self.batch) / self.seconds

    @property
    def between_records_ms(self) -> float:
        """How long a book took from one of its records to the next, on average.

        Examples
        --------
        >>> nothing = Spent(Counter(), Cores(0, 0)), Counter(), [0.0], 0, Units(), Units()
        >>> books = {"book#A-USD": [0, 100, 200], "book#B-USD": [150, 200]}
        >>> round(Drain(2, 10, 50, 50, books, *nothing).between_records_ms, 1)
        83.3
        """
        took_ms = sum(max(book) - min(book) for book in self.recorded_at_ms.values())
        return took_ms / (self.records - len(self.recorded_at_ms))

    @property
    def matching_ms(self) -> float:
        """How long matching ran for a batch."""
        return statistics.mean(self.handler_ms)

    @property
    def matching_cpu_ms(self) -> float:
        """What its processes computed for a batch."""
        return self.cpu_ms[MATCHING] / len(self.handler_ms)


class Bench:
    """Fills a queue, opens it, and measures until all is done."""

    def __init__(self, cloud: Cloud) -> None:
        self._session, self._cpu = cloud.session, Cpu(cloud.pid)
        self._log = Writes(cloud.log(WRITE_LOG_VARIABLE))
        self._queue, self._intake = CommandQueue(cloud.session), Intake()

    def run(self, markets: Sequence[Trading], batch: int, orders: int) -> Drain:
        """Drain so many orders of each market, in batches of so many at most."""
        self._log.quiet()
        self._queue.hold_back()
        order_ids = self._intake.take_in(markets, orders)
        taking_in = self._log.quiet()
        self._cpu.taken_ms()
        processes, commands = self._cpu.processes, self._queue.waiting()
        opened_at_ms = int(time.time() * 1_000)
        self._queue.open(batch)
        written, early_ms, spent = self._watched(order_ids)
        written += self._log.quiet()
        late_ms = self._cpu.taken_ms()
        drain = Drain(
            symbols=len(markets),
            batch=batch,
            orders=len(order_ids),
            commands=commands,
            recorded_at_ms=recorded(written),
            spent=spent,
            cpu_ms=early_ms + spent.cpu_ms + late_ms,
            handler_ms=durations_ms(self._session, MATCHING, opened_at_ms),
            processes_started=len(self._cpu.processes - processes),
            taking_in=units_of(taking_in),
            behind=units_of(written),
        )
        say(f"  {drain.orders_per_second:.1f} orders/s, {drain.records} records")
        return drain

    def _watched(self, order_ids: set[str]) -> tuple[list[Write], Counter[str], Spent]:
        """Watch what is written until every order is answered; look at the CPU from the first
        record on."""
        deadline = time.monotonic() + BOUND_SECONDS
        unanswered, written = set(order_ids), list[Write]()
        early_ms: Counter[str] | None = None
        before = cores()
        while unanswered:
            assert time.monotonic() < deadline, f"{len(unanswered)} orders are not answered"
            time.sleep(PAUSE_SECONDS)
            new = self._log.taken()
            written += new
            unanswered -= {answered(one.after) for one in new if one.table == "orders"}
            if early_ms is None and any(one.is_record_of_book for one in new):
                early_ms, before = self._cpu.taken_ms(), cores()
        assert early_ms is not None, "who is answered is in a record"
        spent = Spent(self._cpu.taken_ms(), cores().since(before))
        return written, early_ms, spent


def recorded(written: Iterable[Write]) -> dict[str, list[int]]:
    """Return when each record of each book stood."""
    found: dict[str, list[int]] = {}
    for one in written:
        if one.is_record_of_book:
            found.setdefault(one.after["stream"]["S"], []).append(one.at_ms)
    return found


def answered(item: dict[str, Any]) -> str:
    """Return the id of an order that its book has answered, by its item; of others none.

    Examples
    --------
    >>> answered({"order_id": {"S": "o-1"}, "status": {"S": "FILLED"}})
    'o-1'
    >>> answered({"order_id": {"S": "o-1"}, "status": {"S": "HELD"}})
    ''
    """
    is_pending = OrderStatus(item["status"]["S"]).is_pending
    return "" if is_pending else str(item["order_id"]["S"])
