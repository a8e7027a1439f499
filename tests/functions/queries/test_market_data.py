"""A cold reader begins a book at its snapshot and a tape a day ago, not at the listing."""

from collections.abc import Iterator
from typing import Any

from queries.market_data import MarketData
from tests.zerodesk.matching.builders import a_buy, a_sell
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.matching import listing
from zerodesk_aws.books import Books
from zerodesk_aws.journal import Journal

SYMBOL = MARKET.symbol
HOUR_MS = 3_600_000


class Counting(Journal):
    """Keeps the sequences of the records that it reads."""

    def __init__(self) -> None:
        super().__init__("journal")
        self.sequences: list[int] = []

    def read(self, *args: Any, **options: Any) -> Iterator[Any]:
        for record in super().read(*args, **options):
            self.sequences.append(record.sequence)
            yield record


def test_a_cold_tape_reads_the_last_day_alone() -> None:
    books = Books("journal")
    books.commit(SYMBOL, [listing(MARKET, at_ms=START_MS)])
    for hour in range(0, 60, 10):
        at_ms = START_MS + hour * HOUR_MS
        books.commit(
            SYMBOL,
            [
                a_sell(f"s{hour}", 1, 100 + hour, accepted_at_ms=at_ms),
                a_buy(f"b{hour}", 1, 100 + hour, accepted_at_ms=at_ms),
            ],
        )
    now_ms = START_MS + 51 * HOUR_MS
    books.journal = counting = Counting()
    day = MarketData(books, clock=lambda: now_ms).tape(SYMBOL).day(now_ms)
    assert counting.sequences == [5, 6, 7]
    assert day is not None
    assert (day.trades, day.open_ticks, day.high_ticks) == (3, 130, 150)


def test_a_warm_tape_reads_what_came_since() -> None:
    books = Books("journal")
    books.commit(SYMBOL, [listing(MARKET, at_ms=START_MS), a_sell("s1", 2), a_buy("b1", 1)])
    books.journal = counting = Counting()
    data = MarketData(books, clock=lambda: START_MS)
    data.tape(SYMBOL)
    books.commit(SYMBOL, [a_buy("b2", 1)])
    counting.sequences.clear()
    day = data.tape(SYMBOL).day(START_MS)
    assert counting.sequences == [2]
    assert day is not None
    assert day.trades == 2
