"""What is remembered of a record is what its bytes come to, and each reader has its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.simulation import remembered
from zerodesk.codec import EncodedBody, record_hash
from zerodesk_aws import journal
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.tables.bind import Item
from zerodesk_aws.tables.journal import JournalItem

BODY = {
    "format": 2,
    "symbol": "BTC-USD",
    "quote": "USD",
    "commands": [["cancel", "c1", "alice", "o1", 7]],
    "events": [["OrderExpired", "o1", "alice", 7]],
    "orders": {"o1": ["alice", "EXPIRED", 0, 7, 0, 0, 0]},
    "postings": [["alice", "USD", 10**30]],
    "releases": [],
}
PLACE = {"epoch": 1, "code_version": "0.1.0", "recorded_at_ms": 5}


@pytest.fixture
def short() -> Iterator[None]:
    with ExitStack() as stack:
        remembered.take(stack)
        yield


def item(**changes: Any) -> Item:
    encoded = EncodedBody.of(BODY)
    digest = record_hash("book#BTC-USD", 3, "0", encoded.text, **PLACE)  # type: ignore[arg-type]
    values = {"previous_hash": "0", "hash": digest, "body": encoded.data, **PLACE, **changes}
    found: Item = JournalItem("book#BTC-USD", 3, **values).serialize()
    return found


def test_a_record_says_what_it_says_without_it(request: pytest.FixtureRequest) -> None:
    plain = journal._verified(item())
    expected = plain.body
    request.getfixturevalue("short")
    for _ in range(2):
        assert journal._verified(item()) == plain
        assert journal._verified(item()).body == expected


@pytest.mark.usefixtures("short")
def test_what_one_reader_does_to_a_body_no_other_sees() -> None:
    spoilt = journal._verified(item()).body
    spoilt["orders"]["o1"]["status"] = "OPEN"
    spoilt["postings"].clear()
    assert journal._verified(item()).body["orders"]["o1"]["status"] == "EXPIRED"
    assert journal._verified(item()).body["postings"] == BODY["postings"]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(
    "changes",
    [
        {"body": EncodedBody.of(BODY | {"quote": "EUR"}).data},
        {"body": b"noise"},
        {"previous_hash": "1"},
        {"hash": "1"},
        {"epoch": 2},
        {"recorded_at_ms": 6},
        {"code_version": "0.1.1"},
    ],
)
def test_a_record_that_was_changed_is_refused_although_the_true_one_was_read(
    changes: dict[str, Any],
) -> None:
    journal._verified(item())
    with pytest.raises(JournalCorruptError):
        journal._verified(item(**changes))
