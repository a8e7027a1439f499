"""The digest of a book is a hash of all that its state tells, however it was come by."""

from itertools import cycle, groupby
from operator import itemgetter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import a_book, a_buy, a_cancel, a_sell, record_of
from tests.zerodesk.matching.streams import START_MS, Run, streams, symbol_of
from zerodesk.codec import decode_body, encode_body, state_hash
from zerodesk.commands import Command
from zerodesk.matching import Book
from zerodesk.matching.memory import SPAN_MS
from zerodesk.orders import COMMAND_BOUND_MS

CUTS = st.lists(st.integers(1, 7), min_size=1, max_size=4)
LADDERS = (
    ("bids", "price_ticks"),
    ("asks", "price_ticks"),
    ("rising", "trigger_ticks"),
    ("falling", "trigger_ticks"),
)


def digest_of(state: dict[str, Any]) -> str:
    """Return the digest that a state must have, from nothing but what it tells."""
    spans: dict[int, dict[str, int]] = {}
    for command_id, since_ms in state["known_commands"].items():
        spans.setdefault(since_ms // SPAN_MS, {})[command_id] = since_ms
    sides = {
        side: [
            [price_ticks, state_hash([list(order.values()) for order in orders])]
            for price_ticks, orders in groupby(state[side], itemgetter(by))
        ]
        for side, by in LADDERS
        if side in state
    }
    known = [
        [span, state_hash([list(ids) for ids in zip(*sorted(spans[span].items()), strict=True)])]
        for span in sorted(spans)
    ]
    return state_hash(state | sides | {"known_commands": known})


@settings(max_examples=200)
@given(streams(), CUTS, st.sampled_from((1, 2, 1_000)))
def test_live_folded_restored_or_computed_anew_it_is_the_same(
    commands: list[Command], cuts: list[int], max_fills: int
) -> None:
    live, folded = Run.of(commands), Book(symbol_of(commands))
    for start in range(0, len(commands), 5):
        before = len(live.records)
        live.take(commands[start : start + 5], cuts, max_fills)
        for record in live.records[before:]:
            folded.apply(decode_body(encode_body(record)))
        digest = live.book.digest()
        assert digest == digest_of(live.book.state())
        assert folded.digest() == digest
        assert Book.from_state(decode_body(encode_body(live.book.state()))).digest() == digest


@settings(max_examples=200)
@given(streams(), CUTS, st.sampled_from((1, 2, 1_000)))
def test_what_is_undone_leaves_it_as_it_was(
    commands: list[Command], cuts: list[int], max_fills: int
) -> None:
    book, sizes, rest = Book(symbol_of(commands)), cycle(cuts), list(commands)
    while rest or book.continuing:
        batch = rest[: next(sizes)] if rest else []
        before = book.digest()
        undone = book.decide(batch, max_fills=max_fills)
        assert undone is not None
        book.undo(undone)
        assert book.digest() == before == digest_of(book.state())
        decision = book.decide(batch, max_fills=max_fills)
        assert decision is not None
        rest = rest[decision.consumed :]


def test_two_states_that_differ_in_anything_have_two_digests() -> None:
    books = [
        a_book(),
        a_book(a_sell("o1", 5, 100)),
        a_book(a_sell("o1", 4, 100)),
        a_book(a_sell("o2", 5, 100)),
        a_book(a_sell("o1", 5, 101)),
        a_book(a_sell("o1", 5, 100), a_sell("o2", 5, 100)),
        a_book(a_sell("o2", 5, 100), a_sell("o1", 5, 100)),
        a_book(a_sell("o1", 5, 100), a_buy("o2", 1, 100)),
        a_book(a_sell("o1", 5, 100), a_cancel("o1")),
        a_book(a_sell("o1", 5, 100), a_cancel("o9")),
    ]
    assert len({book.digest() for book in books}) == len(books)


def test_an_id_counts_in_it_for_just_as_long_as_it_is_known() -> None:
    """Not for as long as it happens to be in memory, which depends on when that was purged."""
    book = a_book(a_sell("early", time_in_force="IOC", accepted_at_ms=START_MS + 1))
    early_ms = START_MS + 1
    last = early_ms + COMMAND_BOUND_MS
    record_of(book, a_sell("late", 1, 103, accepted_at_ms=last))
    assert "early" in book.state()["known_commands"]
    assert book.digest() == digest_of(book.state())
    record_of(book, a_sell("later", 1, 103, accepted_at_ms=last + 1))
    assert "early" not in book.state()["known_commands"]
    assert "early" in book._state.memory.since_ms
    assert book.digest() == digest_of(book.state())
