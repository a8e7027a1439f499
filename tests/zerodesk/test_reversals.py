"""A reversal undoes what a deposit or a posted withdrawal did, as far as the money is there."""

import pytest

from zerodesk.accounts import AccountState, Change, deposit
from zerodesk.rejections import Rejection
from zerodesk.reversals import NamedRecord, reverse
from zerodesk.withdrawals import post, withdraw

ANSWER = {"reason": "a typo"}


def named(change: Change, sequence: int = 2) -> NamedRecord:
    return NamedRecord(sequence, "ab", change.cause, change.entries)


def test_a_reversed_deposit_is_gone_and_the_record_names_it() -> None:
    credited = deposit(AccountState(opened=True), "d", "USD", 9)
    change = reverse(credited.state, "r", named(credited), ANSWER)
    assert isinstance(change, Change)
    assert change.state.available_minor("USD") == 0
    assert change.cause == {
        "kind": "reverse",
        "record": 2,
        "hash": "ab",
        "of_kind": "deposit",
        "reason": "a typo",
    }
    assert change.state.answered["r"] == ANSWER


def test_a_withdrawal_that_came_back_is_free_for_its_hold_is_gone() -> None:
    rich = AccountState(opened=True, available={"USD": 9})
    posted = post(withdraw(rich, "w", "USD", 9, at_ms=0).state, "w")
    change = reverse(posted.state, "r", named(posted), ANSWER)
    assert isinstance(change, Change)
    assert change.entries == (("available", "USD", 9), ("external", "USD", -9))
    assert (change.state.available_minor("USD"), change.state.held_minor("USD")) == (9, 0)


def test_a_deposit_that_was_spent_is_not_reversed() -> None:
    credited = deposit(AccountState(opened=True), "d", "USD", 9)
    spent = withdraw(credited.state, "w", "USD", 1, at_ms=0).state
    refused = reverse(spent, "r", named(credited), ANSWER)
    assert isinstance(refused, Rejection)
    assert (refused.code, refused.have, refused.need) == (
        "LEDGER_INSUFFICIENT_BALANCE",
        "0.000008",
        "0.000009",
    )


@pytest.mark.parametrize(
    "kind",
    ["open", "hold", "settle", "reject", "refuse", "reserve", "void", "reverse"],
)
def test_what_has_another_way_back_is_not_reversed(kind: str) -> None:
    record = NamedRecord(2, "ab", {"kind": kind}, (("available", "USD", -1), ("held", "USD", 1)))
    refused = reverse(AccountState(opened=True), "r", record, ANSWER)
    assert isinstance(refused, Rejection)
    assert refused.code == "LEDGER_NOT_REVERSIBLE"
