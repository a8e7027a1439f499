"""Money in, across and out, on the deployed app; whatever was asked for twice happened once."""

from decimal import Decimal

import pytest

from tests.end_to_end.conftest import Venue
from zerodesk_client.api import ApiProblem, Client

pytestmark = pytest.mark.local_cloud


def usd(client: Client) -> list[Decimal]:
    """Return what is free and what is held."""
    (balance,) = (one for one in client.balances().balances if one.currency == "USD")
    return [balance.available, balance.held]


def test_a_withdrawal_is_held_until_it_is_posted(venue: Venue) -> None:
    account_id, key = venue.account(USD="1000")
    trader = venue.client(key)
    for _ in range(2):
        assert trader.withdraw("rent", "USD", Decimal(400)).status == "RESERVED"
    assert usd(trader) == [600, 400]
    for _ in range(2):
        assert venue.operator.post_withdrawal(account_id, "rent").status == "POSTED"
    assert usd(trader) == [600, 0]


def test_more_than_what_is_free_is_refused(venue: Venue) -> None:
    trader = venue.trader(USD="1000")
    with pytest.raises(ApiProblem) as refused:
        trader.withdraw("rent", "USD", Decimal("1000.01"))
    assert (refused.value.status, refused.value.code) == (422, "LEDGER_INSUFFICIENT_BALANCE")
    assert usd(trader) == [1_000, 0]


def test_a_transfer_arrives_once_and_the_statements_tell_of_it(venue: Venue) -> None:
    sender, (receiver_id, key) = venue.trader(USD="1000"), venue.account(USD="1")
    for _ in range(2):
        assert sender.transfer("gift", receiver_id, "USD", Decimal(250)).status == "SETTLED"
    assert usd(sender) == [750, 0]
    told = venue.client(key).statement()
    assert [record.cause["kind"] for record in told.records] == ["open", "deposit", "receive"]
    assert [row.total for row in told.closing] == [251]


def test_a_wrong_deposit_is_reversed_once(venue: Venue) -> None:
    account_id, key = venue.account(USD="1000")
    for _ in range(2):
        venue.operator.reverse(account_id, 2, "a typo")
    assert usd(venue.client(key)) == [0, 0]


def test_the_venue_is_balanced_after_all_that(venue: Venue) -> None:
    assert venue.operator.reconcile().balanced
    assert "USD" in {balance.currency for balance in venue.operator.house()}
