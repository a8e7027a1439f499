"""The streams of a perpetual verify over the command line: its book, and who traded in it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.chained_records import append_record
from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from tests.zerodesk.matching.test_funding import PERP, at_a_premium
from zerodesk.accounts import AccountState, Change, deposit, hold, open_account
from zerodesk.dues import settle
from zerodesk.settlement import dues_by_account
from zerodesk.turnover import TickValue
from zerodesk.verification import Record

BOOK = f"book#{PERP.symbol}"


def hashed(stream: str, bodies: list[dict[str, Any]]) -> list[Record]:
    """Return the records of a stream, each chained to the one before."""
    records: list[Record] = []
    for body in bodies:
        append_record(records, stream, json.loads(json.dumps(body)))
    return records


def accounts_of(records: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return the records of all who have orders in a book: held for, then settled one by one."""
    states: dict[str, AccountState] = {}
    bodies: dict[str, list[dict[str, Any]]] = {}

    def change(account_id: str, changed: Change) -> None:
        states[account_id] = changed.state
        bodies.setdefault(account_id, []).append(changed.to_body())

    for sequence, record in enumerate(records, start=1):
        for command in record["commands"]:
            if command["kind"] == "place":
                account_id = command["account_id"]
                if account_id not in states:
                    change(account_id, open_account(AccountState(), account_id))
                    change(account_id, deposit(states[account_id], "d", "USD", 10**12))
                change(account_id, hold(states[account_id], command, "USD"))
        dues = dues_by_account(PERP.symbol, [(sequence, record)], TickValue.of(PERP))
        for account_id, due in dues.items():
            settled = settle(states[account_id], PERP.symbol, sequence, due)
            assert settled is not None
            change(account_id, settled)
    return bodies


@pytest.fixture
def streams() -> dict[str, list[Record]]:
    """Return streams in which somebody trades, pays or is paid a funding, and closes."""
    book = at_a_premium()
    book.fund()
    book.trade("cat", "ann", 7, 1_005)
    records = book.records
    accounts = {f"account#{one}": bodies for one, bodies in accounts_of(records).items()}
    return {name: hashed(name, bodies) for name, bodies in accounts.items()} | {
        BOOK: hashed(BOOK, records)
    }


def fundings_of(record: Record) -> list[Any]:
    fundings: list[Any] = record.body.get("cause", {}).get("fundings", [])
    return fundings


def test_book_and_accounts_of_a_perpetual_verify(
    streams: dict[str, list[Record]], venue: FakeVenue, zerodesk: Zerodesk
) -> None:
    venue.streams = streams
    for name, records in streams.items():
        result = zerodesk("verify", name, "--json")
        assert result.exit_code == 0, result.stderr
        [document] = json.loads(result.stdout)["verified"]
        assert document["records"] == len(records)


def test_a_funding_that_no_position_shows_is_named(
    streams: dict[str, list[Record]], venue: FakeVenue, zerodesk: Zerodesk
) -> None:
    name, at = next(
        (name, number)
        for name, records in streams.items()
        for number, record in enumerate(records)
        if fundings_of(record)
    )
    forged = [json.loads(json.dumps(record.body)) for record in streams[name]]
    for body in forged[at:]:
        row = body["state"]["positions"][PERP.symbol]
        body["state"]["positions"][PERP.symbol] = row[:7]
    venue.streams = streams | {name: hashed(name, forged)}
    result = zerodesk("verify", name)
    assert result.exit_code == 1
    assert f"record {at + 1}: position in {PERP.symbol} is " in result.stderr


def test_an_altered_record_of_a_perpetual_s_book_is_named(
    streams: dict[str, list[Record]], venue: FakeVenue, zerodesk: Zerodesk
) -> None:
    records = list(streams[BOOK])
    records[3] = replace(records[3], body=records[3].body | {"time_ms": 1})
    venue.streams = streams | {BOOK: records}
    result = zerodesk("verify", BOOK)
    assert result.exit_code == 1
    assert f"{BOOK} record 4: it does not hash" in result.stderr
