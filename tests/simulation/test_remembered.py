"""A record that is remembered is what its item says, and nobody changes it unnoticed."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.simulation import remembered
from zerodesk.codec import EncodedBody, record_hash
from zerodesk_aws import journal
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.tables.items import Item
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
def test_who_changes_what_a_record_says_is_found_out() -> None:
    shared = journal._verified(item()).body
    assert remembered.changed() == []
    shared["orders"]["o1"]["status"] = "OPEN"
    assert journal._verified(item()).body is shared
    assert remembered.changed() == ["book#BTC-USD 3"]
    remembered.begin()
    assert remembered.changed() == []
    assert journal._verified(item()).body["orders"]["o1"]["status"] == "EXPIRED"


@pytest.mark.usefixtures("short")
def test_a_copy_of_what_a_record_says_is_its_holders() -> None:
    text = journal._verified(item()).text
    spoilt = remembered.body_of(text)
    assert spoilt == journal._verified(item()).body
    spoilt["postings"].clear()
    assert remembered.body_of(text)["postings"] == BODY["postings"]
    assert remembered.changed() == []


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
