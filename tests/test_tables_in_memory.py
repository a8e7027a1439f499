"""The tests' tables are the deployed ones, empty, with the rules of the model."""

import os

import pytest
from pynamodb.exceptions import GetError, PutError

from tests.handler_settings import SETTINGS
from tests.tables_in_memory import overwritten, put_in_place, tables_in_memory, taken_away
from zerodesk_aws.journal import EMPTY, Journal
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.journal import JournalItem
from zerodesk_aws.tables.market import MarketItem


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (os.environ | SETTINGS).items():
        monkeypatch.setenv(name, value)


def test_a_put_into_the_journal_without_a_condition_is_refused() -> None:
    with tables_in_memory():
        Journal("journal").append("book#X", EMPTY, {"events": []}, at_ms=1)
        record = bound(JournalItem, "journal").get("book#X", 1, consistent_read=True)
        with pytest.raises(PutError, match="no blind put"):
            record.save()


def test_what_nobody_may_do_is_done_behind_the_journals_back() -> None:
    with tables_in_memory():
        model = bound(JournalItem, "journal")
        Journal("journal").append("book#X", EMPTY, {"events": []}, at_ms=1)
        overwritten("book#X", 1, b"noise")
        assert model.get("book#X", 1, consistent_read=True).body == b"noise"
        record = taken_away("book#X", 1)
        with pytest.raises(model.DoesNotExist):
            model.get("book#X", 1, consistent_read=True)
        Journal("journal").append("book#X", EMPTY, {"events": []}, at_ms=1)
        put_in_place(record)
        assert model.get("book#X", 1, consistent_read=True).body == b"noise"


def test_a_block_begins_empty_and_a_block_in_it_has_the_same_tables() -> None:
    journal = Journal("journal")
    with tables_in_memory():
        journal.append("book#X", EMPTY, {"events": []}, at_ms=1)
        with tables_in_memory():
            assert journal.latest("book#X") is not None
        assert journal.latest("book#X") is not None
    with tables_in_memory():
        assert journal.latest("book#X") is None


def test_a_table_that_is_not_deployed_is_none() -> None:
    with tables_in_memory(), pytest.raises(GetError, match="ResourceNotFound"):
        bound(MarketItem, "markets").get("X")
