"""Verifying an account matches its transfers with the accounts at their other ends."""

import json
from typing import Any

import pytest

from tests.chained_records import append_record
from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from zerodesk.accounts import AccountState, Change, deposit, open_account
from zerodesk.transfers import receive, send
from zerodesk.verification import Record

ALICE, BOB, CAROL = "account#alice", "account#bob", "account#carol"


class Ledger:
    """Accounts that write their journals as they change."""

    def __init__(self) -> None:
        self.streams: dict[str, list[Record]] = {}
        self.states: dict[str, AccountState] = {}

    def change(self, stream: str, change: Change) -> None:
        self.states[stream] = change.state
        body = json.loads(json.dumps(change.to_body()))
        append_record(self.streams.setdefault(stream, []), stream, body)

    def open(self, stream: str) -> None:
        account_id = stream.partition("#")[2]
        self.change(stream, open_account(AccountState(), account_id))
        self.change(stream, deposit(self.states[stream], "d", "USD", 1_000))

    def send(self, sender: str, transfer_id: str, receiver: str, minor: int) -> None:
        to = receiver.partition("#")[2]
        self.change(sender, send(self.states[sender], transfer_id, to, "USD", minor))

    def receive(self, receiver: str, transfer_id: str, sender: str, minor: int) -> None:
        came: dict[str, Any] = {"from_account_id": sender.partition("#")[2], "currency": "USD"}
        self.change(
            receiver,
            receive(
                self.states[receiver],
                f"receipt#{sender}#{transfer_id}",
                transfer_id=transfer_id,
                amount_minor=minor,
                **came,
            ),
        )


@pytest.fixture
def ledger(venue: FakeVenue) -> Ledger:
    """Return a ledger that the venue has: one transfer each way, and one between others."""
    ledger = Ledger()
    for stream in (ALICE, BOB, CAROL):
        ledger.open(stream)
    ledger.send(ALICE, "rent", BOB, 400)
    ledger.receive(BOB, "rent", ALICE, 400)
    ledger.send(BOB, "rent", ALICE, 30)
    ledger.receive(ALICE, "rent", BOB, 30)
    ledger.send(BOB, "lunch", CAROL, 5)
    venue.streams = ledger.streams
    return ledger


def test_both_sides_of_every_transfer_are_found(ledger: Ledger, zerodesk: Zerodesk) -> None:
    result = zerodesk("verify", ALICE)
    assert result.exit_code == 0
    assert "2 transfers have both their sides, 0 are on their way" in result.stdout
    (document,) = json.loads(zerodesk("verify", ALICE, "--json").stdout)["verified"]
    assert document["transfers"] == {"transfers": 2, "on_their_way": 0}
    (other,) = json.loads(zerodesk("verify", BOB, "--json").stdout)["verified"]
    assert other["transfers"] == {"transfers": 2, "on_their_way": 1}


def test_what_nobody_sent_is_named_from_either_end(ledger: Ledger, zerodesk: Zerodesk) -> None:
    ledger.receive(ALICE, "gift", BOB, 7)
    for target in (ALICE, BOB):
        result = zerodesk("verify", target)
        assert result.exit_code == 1, target
        assert "account#alice record 5: gift of account#bob" in result.stderr
        assert "received what was not sent" in result.stderr


def test_another_amount_than_was_sent_is_named(ledger: Ledger, zerodesk: Zerodesk) -> None:
    ledger.send(ALICE, "loan", BOB, 50)
    ledger.receive(BOB, "loan", ALICE, 51)
    result = zerodesk("verify", ALICE)
    assert result.exit_code == 1
    assert "account#alice record 5: loan of account#alice: sent " in result.stderr
    assert "(('USD', 51),)" in result.stderr


def test_what_an_account_received_that_was_meant_for_another_is_named(
    ledger: Ledger, zerodesk: Zerodesk
) -> None:
    ledger.receive(ALICE, "lunch", BOB, 5)
    result = zerodesk("verify", ALICE)
    assert result.exit_code == 1
    assert "lunch of account#bob: sent " in result.stderr


def test_a_transfer_that_is_sent_twice_is_named_by_the_account_alone(
    ledger: Ledger, zerodesk: Zerodesk
) -> None:
    state = ledger.states[ALICE]
    ledger.states[ALICE] = AccountState(opened=True, available=dict(state.available))
    ledger.send(ALICE, "rent", BOB, 400)
    result = zerodesk("verify", ALICE)
    assert result.exit_code == 1
    assert "transfer rent of alice in records 3 and 5" in result.stderr


def test_a_counterpart_that_cannot_be_believed_fails_the_account(
    ledger: Ledger, venue: FakeVenue, zerodesk: Zerodesk
) -> None:
    bob = venue.streams[BOB]
    bob[1] = Record.from_dict(bob[1].to_dict() | {"recorded_at_ms": 2})
    result = zerodesk("verify", ALICE)
    assert result.exit_code == 1
    assert "account#bob record 2: it does not hash to what it says" in result.stderr


def test_a_stream_that_is_no_account_has_no_transfers(
    ledger: Ledger, zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    from tests.tools.golden import a_venue

    venue.streams = dict(a_venue().journals)
    (document,) = json.loads(zerodesk("verify", "book#BTC-USD", "--json").stdout)["verified"]
    assert "transfers" not in document
