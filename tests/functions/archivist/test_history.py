"""Any stream at any point: as the live process had it then, with records anybody can verify."""

import json
from typing import Any

import pytest

from archivist import operations
from archivist.handler import handler
from tests.functions.archivist.test_archivist import STREAM, SYMBOL, Live, never
from tests.functions.conftest import Context
from tests.functions.gateway import proxy_event
from zerodesk.accounts import deposit, open_account
from zerodesk.codec import state_hash
from zerodesk.matching import Book
from zerodesk.verification import Record, Verifier
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.journal import Tip

OPERATOR = {"account_id": "house", "role": "operator", "key_id": "000000000000"}


@pytest.fixture
def live() -> Live:
    operations.archivist._followed.clear()
    operations.history._folded = None
    return Live()


def counted(patch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that gets the sequence of each record that a book is folded with."""
    folded: list[int] = []
    apply = Book.apply

    def counting(book: Book, body: Any) -> Any:
        folded.append(book.sequence + 1)
        return apply(book, body)

    patch.setattr(Book, "apply", counting)
    return folded


def asked(path: str, query: str, who: dict[str, str] = OPERATOR) -> tuple[int, Any]:
    event = proxy_event("GET", f"/v1/journal/{path}", query=query, authorizer=who)
    answer = handler(event, Context())
    return answer["statusCode"], json.loads(answer["body"])


def state_at(**point: Any) -> Any:
    query = "&".join(f"{name}={value}" for name, value in point.items())
    return asked("state", f"stream=book%23{SYMBOL}&{query}")


def test_a_book_is_shown_as_it_was_behind_each_record_with_and_without_snapshots(
    live: Live,
) -> None:
    hashes = {}
    for sequence in range(1, 26):
        live.grow_to(sequence)
        hashes[sequence] = state_hash(live.book.state())
    for _ in range(2):
        for sequence in (1, 9, 10, 11, 19, 20, 25):
            status, answer = state_at(sequence=sequence)
            assert (status, answer["state_hash"]) == (200, hashes[sequence])
            assert state_hash(answer["state"]) == hashes[sequence]
        operations.archivist.run(never)


def test_a_look_further_on_goes_on_where_the_last_one_ended(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = {}
    for sequence in range(1, 26):
        live.grow_to(sequence)
        hashes[sequence] = state_hash(live.book.state())
    folded = counted(monkeypatch)
    looks: tuple[tuple[int, list[int]], ...] = (
        (12, [*range(1, 13)]),
        (12, []),
        (20, [*range(13, 21)]),
        (7, [*range(1, 8)]),
    )
    for sequence, needed in looks:
        folded.clear()
        assert state_at(sequence=sequence)[1]["state_hash"] == hashes[sequence]
        assert folded == needed


def test_a_look_that_fails_half_way_leaves_nothing_that_the_next_one_goes_on_from(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.grow_to(25)
    expected = state_at(sequence=25)[1]["state_hash"]
    assert state_at(sequence=5)[0] == 200
    with monkeypatch.context() as failing:
        apply = Book.apply

        def once(book: Book, body: Any) -> Any:
            applied = apply(book, body)
            return applied if book.sequence < 9 else 1 / 0

        failing.setattr(Book, "apply", once)
        assert state_at(sequence=25)[0] == 500
    assert state_at(sequence=25)[1]["state_hash"] == expected


def test_a_book_that_was_folded_from_another_journal_is_not_gone_on_with(live: Live) -> None:
    live.grow_to(12)
    assert state_at(sequence=9)[0] == 200
    for sequence in (9, 12):
        folded = operations.history._folded
        assert folded is not None
        folded.tip = Tip(9, "f" * 64)
        assert state_at(sequence=sequence)[0] == 500
        assert state_at(sequence=9)[0] == 200


def test_a_book_is_shown_as_it_was_at_a_time(live: Live) -> None:
    live.grow_to(25)
    records = list(live.journal.read(STREAM))
    _, by_sequence = state_at(sequence=records[11].sequence)
    _, by_time = state_at(time=by_sequence["recorded_at"])
    same_time = [r for r in records if r.recorded_at_ms == records[11].recorded_at_ms]
    assert by_time["sequence"] == same_time[-1].sequence
    assert state_at(time="1970-01-01T00:00:00.000Z")[0] == 404


def test_without_a_point_it_is_now(live: Live) -> None:
    live.grow_to(12)
    status, answer = asked("state", f"stream=book%23{SYMBOL}")
    assert (status, answer["sequence"], answer["record_hash"]) == (200, 12, live.tip.hash)
    assert answer["state_hash"] == state_hash(live.book.state())


def test_an_account_is_shown_as_it_was() -> None:
    accounts = AccountJournal("journal")
    accounts.commit("alice", lambda account: open_account(account.state, "alice"))
    accounts.commit("alice", lambda account: deposit(account.state, "d-1", "USD", 7))
    before, after = (
        asked("state", f"stream=account%23alice&sequence={sequence}")[1]["state"]["available"]
        for sequence in (1, 2)
    )
    assert (before, after) == ({}, {"USD": 7})


def test_a_register_is_shown_as_it_was(live: Live) -> None:
    status, answer = asked("state", "stream=control%23markets")
    assert (status, list(answer["state"])) == (200, [SYMBOL])


def test_records_are_handed_out_so_that_anybody_can_verify_them(live: Live) -> None:
    live.grow_to(25)
    verifier = Verifier(STREAM)
    while True:
        first = verifier.sequence + 1
        status, page = asked("records", f"stream=book%23{SYMBOL}&from_sequence={first}&limit=10")
        assert status == 200
        if not page["records"]:
            break
        for record in page["records"]:
            verifier.take(Record.from_dict(record))
    assert (verifier.sequence, verifier.hash) == (25, live.tip.hash)
    assert verifier.state_hash() == state_hash(live.book.state())


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "INTAKE_MISSING_FIELD"),
        ("stream=anything", 400, "INTAKE_BAD_VALUE"),
        ("stream=book%23BTC-USD&sequence=0", 400, "INTAKE_BAD_VALUE"),
        ("stream=book%23BTC-USD&sequence=-3", 400, "INTAKE_BAD_VALUE"),
        ("stream=book%23BTC-USD&sequence=1.5", 400, "INTAKE_BAD_VALUE"),
        ("stream=book%23BTC-USD&time=yesterday", 400, "INTAKE_BAD_VALUE"),
        ("stream=book%23BTC-USD&sequence=1&time=2026-01-01T00:00:00Z", 400, "INTAKE_BAD_VALUE"),
        ("stream=book%23BTC-USD&sequence=99", 404, "NOT_FOUND"),
        ("stream=account%23nobody", 404, "NOT_FOUND"),
        ("stream=book%23BTC-USD&colour=red", 400, "INTAKE_UNKNOWN_FIELD"),
    ],
)
def test_an_impossible_question_is_refused(live: Live, query: str, status: int, code: str) -> None:
    answer = asked("state", query)
    assert (answer[0], answer[1]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("stream=book%23BTC-USD&sequence=99", "no record 99."),
        ("stream=book%23BTC-USD&time=1970-01-01T00:00:00.000Z", "no record until then."),
        ("stream=account%23nobody", "no record."),
    ],
)
def test_what_was_not_yet_says_which_record_there_is_not(live: Live, query: str, told: str) -> None:
    assert asked("state", query)[1]["detail"].endswith(told)


@pytest.mark.parametrize("path", ["state", "records"])
def test_the_past_is_for_operators(live: Live, path: str) -> None:
    trader = OPERATOR | {"role": "trader"}
    assert asked(path, "stream=account%23alice", trader)[0] == 403
