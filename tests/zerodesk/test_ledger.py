"""The ledger refuses whatever would create or lose a unit."""

import pytest

from zerodesk.ledger import LedgerError, assert_balanced, assert_postings_balanced


def test_entries_that_sum_to_zero_per_currency_pass() -> None:
    assert_balanced([("available", "USD", -7), ("held", "USD", 7), ("held", "BTC", 0)])


def test_entries_that_balance_only_across_currencies_are_refused() -> None:
    with pytest.raises(LedgerError, match="'BTC': 7"):
        assert_balanced([("available", "USD", -7), ("held", "BTC", 7)])


def test_postings_that_lose_one_unit_are_refused() -> None:
    with pytest.raises(LedgerError, match="'USD': -1"):
        assert_postings_balanced([("alice", "o1", "USD", -10, 4), ("bob", "o2", "USD", 0, 5)])
