"""The scoreboard against a naive book that meets what is in flight in any order at all.

Each example is a file of trades and a seed. The seed decides, again and again, whether the next
operation is sent, reaches the book, or has its answer read; nothing else orders what is in flight.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.client.naive_book import BookOrder, NaiveBook
from zerodesk.orders import Side
from zerodesk_client.replay.scoreboard import Operation, Pair, Resting, Scoreboard, Step

PAIRS = st.lists(
    st.builds(Pair, st.integers(100, 104), st.sampled_from([1, 2, 5])), min_size=1, max_size=40
)


@dataclass
class Venue:
    """Operations that were sent, those that the book has met, and the book."""

    pairs: list[Pair]
    sent: list[Operation] = field(default_factory=list)
    met: list[Operation] = field(default_factory=list)
    book: NaiveBook = field(default_factory=NaiveBook)
    busiest: int = 0

    def meet(self, operation: Operation) -> None:
        pair = self.pairs[operation.trade]
        order = BookOrder(
            operation, operation.side, Decimal(pair.price_ticks), Decimal(pair.quantity_lots)
        )
        if operation.step is Step.MAKE:
            assert not self.book.crossing(order), f"{operation} crosses"
            self.book.resting.append(order)
        else:
            self.book.take(order)
            assert not order.remaining, f"{operation} found nothing"

    def traded(self) -> list[tuple[int, int]]:
        return [(int(match.price), int(match.quantity)) for match in self.book.matches]


def run(
    venue: Venue, board: Scoreboard, seed: int, *, in_flight: int, stop_at: int | None = None
) -> None:
    """Go on in the order that the seed decides, until all is done or ``stop_at`` trades are."""
    rng = random.Random(seed)
    while not board.is_finished:
        venue.busiest = max(venue.busiest, len(venue.sent) + len(venue.met))
        stopping = stop_at is not None and board.done >= stop_at
        busy = len(venue.sent) + len(venue.met)
        choices = ["send"] * (busy < in_flight and not stopping)
        choices += ["meet"] * bool(venue.sent) + ["answer"] * bool(venue.met)
        if not choices:
            return
        choice = rng.choice(choices)
        if choice == "send":
            operation = board.start_next(lambda _: True)
            if operation is not None:
                venue.sent.append(operation)
            else:
                assert busy, "nothing in flight and nothing may start"
        elif choice == "meet":
            operation = venue.sent.pop(rng.randrange(len(venue.sent)))
            venue.meet(operation)
            venue.met.append(operation)
        else:
            board.finish(venue.met.pop(rng.randrange(len(venue.met))))


@settings(max_examples=300)
@given(PAIRS, st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 40))
def test_any_order_of_arrival_and_answer_trades_what_the_file_says(
    pairs: list[Pair], seed: int, in_flight: int, lookahead: int
) -> None:
    venue = Venue(pairs)
    run(venue, Scoreboard(pairs, lookahead=lookahead), seed, in_flight=in_flight)
    expected = [(pair.price_ticks, pair.quantity_lots) for pair in pairs]
    assert Counter(venue.traded()) == Counter(expected)
    assert venue.traded()[-1] == expected[-1]
    assert not venue.book.resting


@settings(max_examples=200)
@given(PAIRS, st.integers(0, 2**32), st.integers(0, 40))
def test_a_replay_taken_up_again_trades_what_the_file_says(
    pairs: list[Pair], seed: int, stop_at: int
) -> None:
    venue = Venue(pairs)
    board = Scoreboard(pairs, lookahead=8)
    run(venue, board, seed, in_flight=6, stop_at=stop_at)
    made = {order.owner.trade for order in venue.book.resting}
    made |= {match.maker.owner.trade for match in venue.book.matches}
    taken = {match.taker.owner.trade for match in venue.book.matches}
    queue = [
        Resting(order.side, Pair(int(order.price), int(order.remaining)))
        for order in venue.book.resting
    ]

    again = Scoreboard(pairs, lookahead=8)
    again.resume(done=sorted(taken), untaken=sorted(made - taken), queue=queue)
    run(venue, again, seed + 1, in_flight=6)

    assert Counter(venue.traded()) == Counter((p.price_ticks, p.quantity_lots) for p in pairs)
    assert venue.traded()[-1] == (pairs[-1].price_ticks, pairs[-1].quantity_lots)
    assert not venue.book.resting


def test_equal_trades_are_in_flight_together() -> None:
    pairs = [Pair(100, 1)] * 9
    board = Scoreboard(pairs, lookahead=9)
    makers = [board.start_next(lambda _: True) for _ in range(8)]
    assert all(maker is not None for maker in makers), "all but the last trade of the file"
    for maker in makers:
        assert maker is not None
        board.finish(maker)
    takers = [board.start_next(lambda _: True) for _ in range(8)]
    assert {taker.step for taker in takers if taker is not None} == {Step.TAKE}
    assert len([taker for taker in takers if taker is not None]) == 8


def test_takers_of_two_prices_on_one_side_are_never_in_flight_together() -> None:
    board = Scoreboard([Pair(101, 1), Pair(102, 1), Pair(103, 1)], lookahead=3)
    first, second = (board.start_next(lambda _: True) for _ in range(2))
    assert first is not None
    assert second is not None
    board.finish(first)
    board.finish(second)
    taker = board.start_next(lambda _: True)
    assert taker == Operation(0, Step.TAKE, Side.BUY)
    assert board.start_next(lambda _: True) is None


def test_the_last_trade_waits_for_all_others() -> None:
    board = Scoreboard([Pair(100, 1), Pair(100, 1)], lookahead=2)
    first = board.start_next(lambda _: True)
    assert first == Operation(0, Step.MAKE, Side.SELL)
    assert board.start_next(lambda _: True) is None


def test_a_trade_that_is_not_released_does_not_start() -> None:
    board = Scoreboard([Pair(100, 1), Pair(101, 1), Pair(102, 1)], lookahead=3)
    board.release(1)
    assert board.start_next(lambda _: True) == Operation(0, Step.MAKE, Side.SELL)
    assert board.start_next(lambda _: True) is None
    board.release(3)
    assert board.start_next(lambda _: True) == Operation(1, Step.MAKE, Side.SELL)


@pytest.mark.parametrize(("pairs", "expected"), [([], True), ([Pair(1, 1)], False)])
def test_a_file_without_trades_is_finished(pairs: list[Pair], *, expected: bool) -> None:
    assert Scoreboard(pairs, lookahead=1).is_finished is expected
