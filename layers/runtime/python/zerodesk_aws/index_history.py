"""The index of a market as its book took it: read from the journal, the same for whoever reads.

A price counts from the record time at which its book took it. Record time never goes back, so once
a record is of a time, no price can come any more that counts before it.
"""

from typing import NamedTuple

from zerodesk_aws.journal import Journal
from zerodesk_aws.streams import book_stream


class IndexHistory(NamedTuple):
    """Index prices of a stretch of time, as (record time in ms, ticks), ascending.

    They are of the records from ``first_sequence`` to ``last_sequence``; ``is_final`` says whether
    the book has come to the end of the stretch.
    """

    observations: tuple[tuple[int, int], ...]
    first_sequence: int
    last_sequence: int
    is_final: bool


def index_history(journal: Journal, symbol: str, from_ms: int, until_ms: int) -> IndexHistory:
    """Return the index prices that a book took at ``from_ms`` or later, before ``until_ms``."""
    stream = book_stream(symbol)
    observations: list[tuple[int, int]] = []
    # A record of a book is recorded at its record time.
    before = last = journal.position_at(stream, from_ms - 1)
    for record in journal.read(stream, before):
        at_ms = record.recorded_at_ms
        if at_ms >= until_ms:
            return IndexHistory(tuple(observations), before + 1, last, is_final=True)
        last = record.sequence
        observations += [
            (at_ms, event["price_ticks"])
            for event in record.body["events"]
            if event["type"] == "IndexPriceChanged"
        ]
    return IndexHistory(tuple(observations), before + 1, last, is_final=False)
