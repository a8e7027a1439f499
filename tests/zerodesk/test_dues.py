"""An account is settled with a book exactly once for each posting, however its records are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.test_accounts import a_command, a_due, a_funded_account, a_holding_account
from zerodesk.accounts import hold
from zerodesk.dues import settle
from zerodesk.ledger import LedgerError


def test_settling_a_fill_takes_it_out_of_the_hold_and_delivers_what_was_bought() -> None:
    due = a_due(3, ("USD", -20, 2), ("BTC", 0, 5))
    change = settle(a_holding_account(), "BTC-USD", 3, [due])
    assert change is not None
    assert change.state.available == {"USD": 42, "BTC": 5}
    assert change.state.held_minor("USD") == 40
    assert sorted(change.entries) == [
        ("available", "BTC", 5),
        ("available", "USD", 2),
        ("clearing#BTC-USD", "BTC", -5),
        ("clearing#BTC-USD", "USD", 18),
        ("held", "USD", -20),
    ]


def test_settling_the_same_record_twice_adds_nothing() -> None:
    due = a_due(3, ("USD", -20, 2), ("BTC", 0, 5))
    once = settle(a_holding_account(), "BTC-USD", 3, [due])
    assert once is not None
    assert settle(once.state, "BTC-USD", 3, [due]) is None


def test_a_worker_that_is_ahead_counts_only_what_another_has_not_settled() -> None:
    first, second = a_due(1, ("USD", -20, 0), ("BTC", 0, 2)), a_due(2, ("USD", -10, 0))
    other = settle(a_holding_account(), "BTC-USD", 1, [first])
    assert other is not None
    both = settle(other.state, "BTC-USD", 2, [first, second])
    assert both is not None
    assert both.state.held_minor("USD") == 30
    assert both.state.available["BTC"] == 2


def test_a_hold_that_is_used_up_is_gone() -> None:
    change = settle(a_holding_account(), "BTC-USD", 1, [a_due(1, ("USD", -60, 60))])
    assert change is not None
    assert change.state.holds == {}
    assert change.state.available_minor("USD") == 100


def test_a_release_gives_back_whatever_is_still_held() -> None:
    change = settle(a_holding_account(), "BTC-USD", 1, [a_due(1, releases=("o1",))])
    assert change is not None
    assert change.state.available_minor("USD") == 100
    assert change.state.holds == {}


def test_a_release_of_an_order_without_a_hold_changes_only_the_watermark() -> None:
    change = settle(a_funded_account(), "BTC-USD", 1, [a_due(1, releases=("o9",))])
    assert change is not None
    assert change.entries == ()
    assert change.state.watermarks == {"BTC-USD": 1}


@pytest.mark.parametrize("posting", [("USD", -61, 0), ("BTC", -1, 0)])
def test_a_posting_that_the_hold_does_not_cover_is_a_defect(posting: tuple[str, int, int]) -> None:
    with pytest.raises(LedgerError):
        settle(a_holding_account(), "BTC-USD", 1, [a_due(1, posting)])


def test_a_posting_for_an_order_without_a_hold_is_a_defect() -> None:
    with pytest.raises(LedgerError, match="hold: None"):
        settle(a_funded_account(), "BTC-USD", 1, [a_due(1, ("USD", -1, 1))])


@given(st.lists(st.integers(1, 20), min_size=1, max_size=12), st.data())
def test_however_records_are_cut_into_runs_the_account_ends_the_same(
    spent: list[int], data: st.DataObject
) -> None:
    funded = a_funded_account(1_000)
    start = hold(funded, a_command(held_minor=sum(spent)), "USD").state
    dues = [a_due(n, ("USD", -minor, 0), ("BTC", 0, 1)) for n, minor in enumerate(spent, 1)]
    at_once = settle(start, "BTC-USD", len(dues), dues)
    assert at_once is not None
    state, upto = start, 0
    while upto < len(dues):
        upto = data.draw(st.integers(upto + 1, len(dues)))
        change = settle(state, "BTC-USD", upto, dues[:upto])
        assert change is not None
        state = change.state
    assert state == at_once.state
