"""Statements by the command line: units, sequences, hashes; times as people write them."""

import json
from pathlib import Path

import pytest

from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from zerodesk_client.local_state import read_credentials


@pytest.fixture
def funded(zerodesk: Zerodesk) -> Zerodesk:
    zerodesk("account", "create", "alice")
    for number in range(3):
        zerodesk("deposit", "alice", "USD", "1000", "--id", f"wire-{number}")
    return zerodesk


def test_a_statement_shows_causes_entries_and_balances(funded: Zerodesk) -> None:
    shown = " ".join(funded("statement").stdout.split())
    for told in (
        "account#alice, records 1 to 3",
        " 222222222222 deposit wire-1 ",
        "3,000",
    ):
        assert told in shown


def test_a_page_says_where_the_next_begins(funded: Zerodesk) -> None:
    assert "--cursor 2" in funded("statement", "--limit", "2").stdout
    rest = json.loads(funded("statement", "--cursor", "2", "--json").stdout)
    assert [record["sequence"] for record in rest["records"]] == [3]


def test_an_operator_reads_any_account(funded: Zerodesk) -> None:
    document = json.loads(funded("statement", "alice", "--json").stdout)
    assert (document["stream"], len(document["records"])) == ("account#alice", 3)


def test_times_are_utc_unless_they_say_otherwise(funded: Zerodesk, venue: FakeVenue) -> None:
    funded("statement", "--from", "2026-11-01", "--to", "2026-11-02T01:00:00+01:00")
    asked = venue.statements_asked[-1]
    assert asked["from_time"] == "2026-11-01T00:00:00.000Z"
    assert asked["to_time"] == "2026-11-02T00:00:00.000Z"


def test_what_is_no_time_is_not_sent(funded: Zerodesk) -> None:
    refused = funded("statement", "--from", "yesterday")
    assert refused.exit_code == 2
    assert "is no time" in refused.stderr


def test_an_impossible_stretch_is_refused_by_the_venue(funded: Zerodesk) -> None:
    refused = funded("statement", "--from-sequence", "4")
    assert refused.exit_code == 4
    assert "the latest record" in refused.stderr


def test_a_record_is_reversed_with_a_reason(funded: Zerodesk) -> None:
    shown = funded("reverse", "alice", "2", "--reason", "a typo", "--hash", "a" * 64).stdout
    assert "Record 2 of alice, reversed by 4: a typo" in " ".join(shown.split())
    assert "-1,000" in shown
    (balance,) = json.loads(funded("balances", "--json").stdout)["balances"]
    assert balance["total"] == "2000"


def test_what_cannot_be_reversed_is_refused_with_a_way_out(funded: Zerodesk) -> None:
    refused = funded("reverse", "alice", "9", "--reason", "a typo")
    assert refused.exit_code == 4
    assert "zerodesk statement ACCOUNT" in refused.stderr


def test_a_reversal_needs_a_reason(funded: Zerodesk) -> None:
    assert funded("reverse", "alice", "1").exit_code == 2


def test_a_stranger_finds_no_such_account(funded: Zerodesk, state: Path) -> None:
    funded("account", "create", "bob")
    refused = funded("statement", "alice", "--key", read_credentials(state).accounts["bob"])
    assert refused.exit_code == 4
    assert "NOT_FOUND" in refused.stderr
