"""Fees are swept to the house once, whatever stretches they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.house import Fees, HouseChange, HouseState, fees_of, sweep
from zerodesk.ledger import LedgerError

COLLECTED = ((2, 30), (5, 7), (6, 5))


def fees(upto: int = 6) -> Fees:
    found = tuple((sequence, minor) for sequence, minor in COLLECTED if sequence <= upto)
    return Fees("BTC-USD", "USD", upto, found)


def test_the_house_gets_what_the_book_collected() -> None:
    change = sweep(HouseState(), fees())
    assert change is not None
    assert change.entries == (("house", "USD", 42), ("fees#BTC-USD", "USD", -42))
    assert change.cause == {"kind": "sweep", "book": "BTC-USD", "from": 1, "to": 6}


@given(st.lists(st.integers(min_value=0, max_value=6)))
def test_whatever_stretches_come_in_whatever_order_each_fee_counts_once(ends: list[int]) -> None:
    state = HouseState()
    for upto in [*ends, 6]:
        change = sweep(state, fees(upto))
        state = state if change is None else change.state
    assert state == HouseState(42, {"BTC-USD": 6})


def test_a_stretch_without_fees_raises_the_watermark_and_moves_nothing() -> None:
    change = sweep(HouseState(), Fees("BTC-USD", "USD", 1_000, ()))
    assert change is not None
    assert (change.entries, change.state.swept) == ((), {"BTC-USD": 1_000})


def test_books_of_one_currency_have_watermarks_of_their_own() -> None:
    first = sweep(HouseState(), fees())
    assert first is not None
    second = sweep(first.state, Fees("ETH-USD", "USD", 3, ((1, 8),)))
    assert second is not None
    assert second.state == HouseState(50, {"BTC-USD": 6, "ETH-USD": 3})


def test_fees_are_the_rows_of_the_books_own_account() -> None:
    rows = [
        ["alice", "o1", "USD", -9, 1],
        ["bob", "o2", "USD", 0, 6],
        ["fees#X-USD", "", "USD", 0, 2],
    ]
    found = fees_of("X-USD", "USD", [(4, {"postings": rows}), (5, {"postings": []})])
    assert found == Fees("X-USD", "USD", 5, ((4, 2),))


def test_a_record_of_the_house_neither_makes_nor_loses_money() -> None:
    with pytest.raises(LedgerError):
        HouseChange({}, (("house", "USD", 1),), HouseState(1))
    with pytest.raises(LedgerError):
        HouseChange({}, (), HouseState(-1))
