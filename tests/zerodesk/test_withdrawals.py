"""Withdrawals are reserved, then posted or void, and never make or lose a unit."""

import pytest

from zerodesk.accounts import AccountState
from zerodesk.ledger import LedgerError
from zerodesk.withdrawals import MAX_RESERVED, post, void, withdraw

RICH = AccountState(opened=True, available={"USD": 1_000})


def reserved(amount_minor: int = 400) -> AccountState:
    return withdraw(RICH, "w", "USD", amount_minor, at_ms=7).state


def test_what_is_reserved_is_held_and_not_free() -> None:
    state = reserved()
    assert (state.available_minor("USD"), state.held_minor("USD")) == (600, 400)
    assert state.withdrawals["w"].reserved_at_ms == 7


def test_what_is_posted_has_left_and_is_remembered_until_its_item_shows_it() -> None:
    change = post(reserved(), "w")
    assert change.entries == (("held", "USD", -400), ("external", "USD", 400))
    assert change.state.currencies() == ["USD"]
    assert (change.state.available_minor("USD"), change.state.held_minor("USD")) == (600, 0)
    assert change.state.answered == {"w": {"status": "POSTED"}}


def test_what_is_void_is_free_again() -> None:
    state = void(reserved(), "w", "by an operator").state
    assert (state.available_minor("USD"), state.held_minor("USD")) == (1_000, 0)
    assert state.answered == {"w": {"status": "VOIDED"}}


def test_a_withdrawal_beyond_what_is_free_is_refused_on_record_and_moves_nothing() -> None:
    change = withdraw(RICH, "w", "USD", 1_001, at_ms=0)
    assert (change.entries, change.state.available) == ((), RICH.available)
    answer = change.state.answered["w"]
    assert (answer["status"], answer["rejection"]["code"]) == (
        "REJECTED",
        "LEDGER_INSUFFICIENT_BALANCE",
    )


def test_what_another_withdrawal_holds_is_not_free() -> None:
    change = withdraw(reserved(), "other", "USD", 601, at_ms=0)
    assert change.cause["kind"] == "refuse"


def test_an_account_has_a_bounded_number_of_reserved_withdrawals() -> None:
    state = RICH
    for number in range(MAX_RESERVED):
        state = withdraw(state, f"w-{number}", "USD", 1, at_ms=0).state
    change = withdraw(state, "one-more", "USD", 1, at_ms=0)
    assert change.cause["rejection"]["code"] == "LEDGER_WITHDRAWAL_LIMIT"


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_nothing_is_no_withdrawal(amount_minor: int) -> None:
    with pytest.raises(LedgerError):
        withdraw(RICH, "w", "USD", amount_minor, at_ms=0)


def test_a_state_with_withdrawals_is_read_as_it_was_written() -> None:
    assert AccountState.from_dict(reserved().to_dict()) == reserved()


def test_a_state_without_withdrawals_is_written_as_it_always_was() -> None:
    assert "withdrawals" not in RICH.to_dict()
