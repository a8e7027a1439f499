"""The engine against the obvious book, over random streams, batches and record sizes."""

from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.matching.builders import a_place
from tests.zerodesk.matching.naive import NaiveBook
from tests.zerodesk.matching.streams import MARKET, Run, streams, symbol_of
from zerodesk.codec import decode_body, encode_body, state_hash
from zerodesk.commands import Command
from zerodesk.ledger import assert_postings_balanced
from zerodesk.matching import Book, listing

CUTS = st.lists(st.integers(1, 7), min_size=1, max_size=4)
MAX_FILLS = st.sampled_from((1, 2, 3, 1_000))


def moves(rows: dict[tuple[str, str, str], list[int]]) -> dict[tuple[str, str, str], list[int]]:
    return {key: row for key, row in rows.items() if row != [0, 0]}


@settings(max_examples=600)
@given(streams(), CUTS, MAX_FILLS)
def test_same_trades_same_book_same_postings_same_holds(
    commands: list[Command], cuts: list[int], max_fills: int
) -> None:
    naive, run = NaiveBook(symbol_of(commands)), Run.of(commands)
    naive.take([dict(command) for command in commands])
    run.take(commands, cuts, max_fills)
    assert run.trades == naive.trades
    assert run.queues() == naive.queues()
    assert run.waiting() == naive.waiting()
    assert moves(run.moved) == moves(naive.moved)
    assert run.answers == naive.answers
    assert (run.fees, run.open) == (naive.fees, naive.open)
    assert run.book.state().get("positions", {}) == naive.open_positions()
    # A record releases each hold once; the order of releases within it means nothing.
    assert set(run.releases) == set(naive.releases)
    view = run.book.market_view()
    assert (view["state"], view["trades"]) == (naive.state, len(naive.trades))
    assert view["time_ms"] == naive.time
    index = view["index"]
    assert (index and tuple(index.values())) == naive.index


@settings(max_examples=250)
@given(streams(), CUTS, MAX_FILLS)
def test_every_record_folds_to_the_state_that_deciding_it_left(
    commands: list[Command], cuts: list[int], max_fills: int
) -> None:
    symbol = symbol_of(commands)
    live, folded = Run(Book(symbol, anchor_every=1)), Book(symbol)
    for command in commands:
        before = len(live.records)
        live.take([command], cuts, max_fills)
        for record in live.records[before:]:
            folded.apply(decode_body(encode_body(record)))
        assert folded.state() == live.book.state()
        assert folded.market_view() == live.book.market_view()
        assert folded.depth(99) == live.book.depth(99)


def test_a_pair_that_a_taker_fills_is_forgotten_behind_the_taker_by_the_fold_too() -> None:
    paired = a_place("o1", "SELL", 5, 100) | {"stop_ticks": 95, "stop_limit_ticks": 94}
    behind, taker = a_place("o2", "SELL", 5, 101), a_place("o3", "BUY", 10, 101, account_id="bob")
    live, folded = Run(Book(MARKET.symbol, anchor_every=1)), Book(MARKET.symbol)
    live.take([listing(MARKET), paired, behind, taker], [1], 1)
    assert len(live.records) > 4, "the taker goes on in another record"
    for record in live.records:
        folded.apply(decode_body(encode_body(record)))
    assert folded.state() == live.book.state()


@settings(max_examples=250)
@given(streams(), CUTS, MAX_FILLS)
def test_a_journal_of_any_cut_folds_to_the_live_state(
    commands: list[Command], cuts: list[int], max_fills: int
) -> None:
    live, folded = Run.of(commands), Book(symbol_of(commands))
    live.take(commands, cuts, max_fills)
    for record in live.records:
        assert_postings_balanced(tuple(row) for row in record["postings"])
        folded.apply(decode_body(encode_body(record)))
    assert state_hash(folded.state()) == state_hash(live.book.state())


@settings(max_examples=250)
@given(streams(), CUTS, MAX_FILLS)
def test_deciding_and_undoing_is_as_if_nothing_happened(
    commands: list[Command], cuts: list[int], max_fills: int
) -> None:
    book, sizes, rest = Book(symbol_of(commands)), cycle(cuts), list(commands)
    while rest or book.continuing:
        batch = rest[: next(sizes)] if rest else []
        before, depth = state_hash(book.state()), book.depth(99)
        first = book.decide(batch, max_fills=max_fills)
        assert first is not None
        book.undo(first)
        assert state_hash(book.state()) == before
        assert book.depth(99) == depth
        again = book.decide(batch, max_fills=max_fills)
        assert again is not None
        assert again.record == first.record
        assert again.consumed == first.consumed
        rest = rest[again.consumed :]


@settings(max_examples=250)
@given(streams(), CUTS, CUTS, MAX_FILLS, MAX_FILLS)
def test_how_a_stream_is_cut_into_batches_and_records_changes_no_outcome(
    commands: list[Command], cuts: list[int], other_cuts: list[int], fills: int, other_fills: int
) -> None:
    one, other = Run.of(commands), Run.of(commands)
    one.take(commands, cuts, fills)
    other.take(commands, other_cuts, other_fills)
    assert one.trades == other.trades
    assert one.answers == other.answers
    assert moves(one.moved) == moves(other.moved)
    assert one.book.state() | {"sequence": 0} == other.book.state() | {"sequence": 0}


@settings(max_examples=250)
@given(streams(), st.integers(1, 40), MAX_FILLS)
def test_a_book_restored_from_its_state_goes_on_as_the_book_itself(
    commands: list[Command], at: int, max_fills: int
) -> None:
    whole, restored = Run.of(commands), Run.of(commands)
    whole.take(commands[:at], [1], max_fills)
    restored.book = Book.from_state(decode_body(encode_body(whole.book.state())))
    assert restored.book.state() == whole.book.state()
    already = len(whole.records)
    whole.take(commands[at:], [3], max_fills)
    restored.take(commands[at:], [3], max_fills)
    assert restored.records == whole.records[already:]
    assert restored.book.state() == whole.book.state()
