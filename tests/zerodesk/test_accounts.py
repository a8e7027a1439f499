"""An account never spends what it does not have; only what a derivative lost is owed."""

from typing import Any

import pytest

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
from zerodesk.commands import PlaceCommand
from zerodesk.dues import Due, settle
from zerodesk.ledger import LedgerError
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


def test_the_state_survives_its_record() -> None:
    state = reject(a_holding_account(), "o2", REFUSED).state
    body: dict[str, Any] = state.to_dict()
    assert AccountState.from_dict(body) == state


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
