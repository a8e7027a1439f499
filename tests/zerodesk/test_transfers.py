"""A transfer is two balanced records; in between the money is in transit."""

import pytest

from zerodesk.accounts import AccountState
from zerodesk.ledger import LedgerError
from zerodesk.transfers import receive, send

ALICE = AccountState(opened=True, available={"USD": 10})
BOB = AccountState(opened=True)


def test_what_is_sent_is_in_transit_until_it_is_received() -> None:
    sent = send(ALICE, "t", "bob", "USD", 4)
    received = receive(
        BOB, "r", transfer_id="t", from_account_id="alice", currency="USD", amount_minor=4
    )
    assert sent.state.available_minor("USD") + received.state.available_minor("USD") == 10
    in_transit = [leg for change in (sent, received) for leg in change.entries]
    assert sum(minor for account, _, minor in in_transit if account == "transit") == 0


def test_a_transfer_beyond_what_is_free_is_refused_on_record_and_moves_nothing() -> None:
    refused = send(ALICE, "t", "bob", "USD", 11)
    assert (refused.cause["kind"], refused.entries) == ("refuse", ())
    assert refused.state.available == ALICE.available


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_nothing_is_no_transfer(amount_minor: int) -> None:
    with pytest.raises(LedgerError):
        send(ALICE, "t", "bob", "USD", amount_minor)


def test_what_is_on_its_way_is_not_sent_again() -> None:
    with pytest.raises(LedgerError):
        send(send(ALICE, "t", "bob", "USD", 4).state, "t", "bob", "USD", 4)
