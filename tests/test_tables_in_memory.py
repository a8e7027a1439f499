"""The tests' tables are the deployed ones, empty, with the rules of the model."""

import os
from functools import partial
from hashlib import sha256

import pytest
from pynamodb.exceptions import GetError, PutError

from tests.handler_settings import SETTINGS
from tests.tables_in_memory import overwritten, put_in_place, tables_in_memory, taken_away
from zerodesk.accounts import Change, deposit, open_account
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.journal import EMPTY, Journal
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.journal import JournalItem
from zerodesk_aws.tables.market_model import MarketItem


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


def paid_in(number: int, amount_minor: int, now: Account) -> Change:
    deposit_id = sha256(bytes([number])).hexdigest()
    return deposit(now.state, deposit_id, "USD", amount_minor)


def test_a_process_that_outlives_its_tables_remembers_no_account_of_them() -> None:
    accounts = AccountJournal("journal")

    def seen_after(deposits: int, amount_minor: int) -> dict[str, int]:
        """Let another process write the account, and this one see what is free."""
        with tables_in_memory():
            writer = AccountJournal("journal")
            writer.commit("ann", lambda now: open_account(now.state, now.account_id))
            for number in range(deposits):
                writer.commit("ann", partial(paid_in, number, amount_minor))
            latest = Journal("journal").latest("account#ann")
            assert latest is not None
            assert "delta" in latest.body, "what came before is needed, too"
            return accounts.latest("ann").state.available

    assert seen_after(30, 5) == {"USD": 150}
    assert seen_after(31, 7) == {"USD": 217}


def test_a_table_that_is_not_deployed_is_none() -> None:
    with tables_in_memory(), pytest.raises(GetError, match="ResourceNotFound"):
        bound(MarketItem, "markets").get("X")
