"""An account never spends what it does not have, and settles each posting exactly once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.accounts import (
    MAX_ANSWERED,
    AccountState,
    AnswersWaitError,
    deposit,
    hold,
    open_account,
    reject,
    without_answers,
)
from zerodesk.dues import Due, settle
from zerodesk.ledger import LedgerError
from zerodesk.orders import PlaceCommand
from zerodesk.rejections import Rejection, RejectionCode

REFUSED = Rejection(RejectionCode.PRICING_COLLAR, "too far")


def a_command(order_id: str = "o1", *, held_minor: int = 60) -> PlaceCommand:
    return PlaceCommand(
        kind="place",
        command_id=order_id,
        account_id="alice",
        symbol="BTC-USD",
        side="BUY",
        type="LIMIT",
        price_ticks=10,
        quantity_lots=6,
        time_in_force="GTC",
        post_only=False,
        maker_bps=0,
        taker_bps=0,
        held_minor=held_minor,
        accepted_at_ms=0,
    )


def a_funded_account(usd_minor: int = 100) -> AccountState:
    opened = open_account(AccountState(), "alice").state
    return without_answers(deposit(opened, "d1", "USD", usd_minor).state, ["d1"])


def a_holding_account() -> AccountState:
    return hold(a_funded_account(), a_command(), "USD").state


def a_due(sequence: int, *postings: tuple[str, int, int], releases: tuple[str, ...] = ()) -> Due:
    rows = tuple(("alice", "o1", currency, held, free) for currency, held, free in postings)
    return Due(sequence, rows, releases, ())


def test_a_deposit_comes_from_outside_and_is_remembered_until_its_item_shows_it() -> None:
    change = deposit(AccountState(opened=True), "d1", "USD", 100)
    assert change.entries == (("available", "USD", 100), ("external", "USD", -100))
    assert "d1" in change.state.answered
    assert without_answers(change.state, ["d1"]).answered == {}


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_a_deposit_of_nothing_or_less_is_a_defect(amount_minor: int) -> None:
    with pytest.raises(LedgerError):
        deposit(AccountState(opened=True), "d1", "USD", amount_minor)


def test_a_hold_moves_the_worst_case_out_of_what_is_available() -> None:
    state = a_holding_account()
    assert state.available_minor("USD") == 40
    assert state.held_minor("USD") == 60
    assert state.holds["o1"].command == a_command()


def test_a_hold_beyond_what_is_available_is_a_defect() -> None:
    with pytest.raises(LedgerError, match="overdrawn"):
        hold(a_funded_account(59), a_command(), "USD")


def test_a_second_hold_for_the_same_order_is_a_defect() -> None:
    with pytest.raises(LedgerError, match="o1"):
        hold(a_holding_account(), a_command(held_minor=1), "USD")


def test_a_rejection_moves_nothing() -> None:
    change = reject(a_funded_account(), "o1", REFUSED)
    assert change.entries == ()
    assert change.state.available_minor("USD") == 100
    assert change.state.answered["o1"]["code"] == "PRICING_COLLAR"


def test_answers_that_nobody_collects_are_a_defect_not_a_growing_record() -> None:
    state = a_funded_account()
    for number in range(MAX_ANSWERED):
        state = reject(state, f"o{number}", REFUSED).state
    with pytest.raises(AnswersWaitError, match="200 answers wait"):
        reject(state, "one-more", REFUSED)


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


def test_the_state_survives_its_record() -> None:
    state = reject(a_holding_account(), "o2", REFUSED).state
    body: dict[str, Any] = state.to_dict()
    assert AccountState.from_dict(body) == state


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


def a_loss(symbol: str) -> AccountState:
    """An account with 100 that settles a record of a book which takes 130 of what is free."""
    change = settle(a_funded_account(100), symbol, 1, [a_due(1, ("USD", 0, -130))])
    assert change is not None
    return change.state


def test_what_a_derivative_lost_is_owed_and_nothing_is_free() -> None:
    owing = a_loss("BTC-PERP")
    assert owing.available_minor("USD") == -30
    with pytest.raises(LedgerError, match="overdrawn"):
        hold(owing, a_command(held_minor=1), "USD")


def test_no_other_book_takes_more_than_is_free() -> None:
    with pytest.raises(LedgerError, match="overdrawn"):
        a_loss("BTC-USD")


def test_an_account_that_owes_takes_what_comes_and_keeps_its_other_money() -> None:
    owing = deposit(a_loss("BTC-PERP"), "d2", "EUR", 7).state
    less = deposit(owing, "d3", "USD", 10).state
    assert (less.available_minor("USD"), less.available_minor("EUR")) == (-20, 7)
    assert hold(less, a_command(held_minor=7), "EUR").state.available_minor("EUR") == 0
