"""Money in and out by the command line: amounts in units, JSON for programs."""

import json
from pathlib import Path

import pytest

from tests.client.builders import a_market
from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from zerodesk_client.api import Client
from zerodesk_client.local_state import read_credentials


@pytest.fixture
def funded(zerodesk: Zerodesk) -> Zerodesk:
    zerodesk("account", "create", "alice")
    zerodesk("deposit", "alice", "USD", "100")
    return zerodesk


def usd(zerodesk: Zerodesk) -> tuple[str, str]:
    (balance,) = json.loads(zerodesk("balances", "--json").stdout)["balances"]
    return balance["available"], balance["held"]


def test_a_withdrawal_is_reserved_listed_and_posted(funded: Zerodesk) -> None:
    made = funded("withdraw", "usd", "40.5", "--id", "rent")
    assert made.exit_code == 0
    assert "40.5 USD of alice: RESERVED" in made.stdout
    assert usd(funded) == ("59.5", "40.5")
    assert "rent" in funded("withdrawal", "list", "alice").stdout
    assert "POSTED" in funded("withdrawal", "post", "alice", "rent").stdout
    assert usd(funded) == ("59.5", "0")


def test_what_is_reserved_is_listed_over_all_accounts_and_all_pages(
    funded: Zerodesk, venue: FakeVenue
) -> None:
    for number in range(3):
        funded("withdraw", "USD", "1", "--id", f"w{number}")
    rent = venue.withdrawals["alice", "w0"]
    venue.withdrawals["bob", "rent"] = rent | {"account_id": "bob", "withdrawal_id": "rent"}
    document = json.loads(funded("withdrawal", "list", "--json").stdout)
    listed = [(one["account_id"], one["withdrawal_id"]) for one in document["withdrawals"]]
    assert listed == [("alice", "w0"), ("alice", "w1"), ("alice", "w2"), ("bob", "rent")]
    shown = funded("withdrawal", "list").stdout
    assert "all accounts" in shown
    assert "bob" in shown
    assert "bob" not in funded("withdrawal", "list", "alice").stdout


def test_a_void_withdrawal_is_free_again(funded: Zerodesk) -> None:
    document = json.loads(funded("withdraw", "USD", "40", "--id", "rent", "--json").stdout)
    assert (document["withdrawal_id"], document["amount"]) == ("rent", "40")
    funded("withdrawal", "void", "alice", "rent")
    assert usd(funded) == ("100", "0")
    late = funded("withdrawal", "post", "alice", "rent")
    assert late.exit_code == 4
    assert "WITHDRAWAL_NOT_RESERVED" in late.stderr


def test_more_than_what_is_free_is_refused_with_a_way_out(funded: Zerodesk) -> None:
    refused = funded("withdraw", "USD", "100.01")
    assert refused.exit_code == 4
    assert "zerodesk balances" in refused.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("withdrawal", "list", "alice"),
        ("withdrawal", "list"),
        ("withdrawal", "post", "alice", "rent"),
        ("withdrawal", "void", "alice", "rent"),
        ("house",),
        ("insurance", "show"),
        ("insurance", "deposit", "USD", "5", "--reason", "mine"),
        ("reverse", "alice", "1", "--reason", "mine"),
    ],
)
def test_a_traders_key_does_not_operate(
    funded: Zerodesk, state: Path, command: tuple[str, ...]
) -> None:
    funded("withdraw", "USD", "1", "--id", "rent")
    refused = funded(*command, "--key", read_credentials(state).accounts["alice"])
    assert refused.exit_code == 4
    assert "FORBIDDEN" in refused.stderr


@pytest.mark.parametrize("amount", ["0", "-1", "1e3", "ten"])
def test_what_is_no_amount_is_not_sent(funded: Zerodesk, amount: str) -> None:
    assert funded("withdraw", "USD", "--", amount).exit_code == 2


def test_a_transfer_arrives_once_under_one_id(funded: Zerodesk) -> None:
    funded("account", "create", "bob")
    for _ in range(2):
        sent = funded("transfer", "bob", "usd", "40", "--id", "gift", "--account", "alice")
        assert sent.exit_code == 0
        assert "40 USD from alice to bob: SETTLED" in sent.stdout
    document = json.loads(funded("balances", "--account", "bob", "--json").stdout)
    assert [row["total"] for row in document["balances"]] == ["40"]


def test_a_transfer_to_nowhere_is_refused_with_a_way_out(funded: Zerodesk) -> None:
    refused = funded("transfer", "nobody", "USD", "1")
    assert refused.exit_code == 4
    assert "zerodesk account list" in refused.stderr


def test_the_house_is_shown_by_currency(zerodesk: Zerodesk, operator: Client) -> None:
    operator.list_market(a_market())
    assert "BTC-USD up to 1" in zerodesk("house").stdout
    (balance,) = json.loads(zerodesk("house", "--json").stdout)["balances"]
    assert (balance["currency"], balance["balance"]) == ("USD", "0")


def test_the_insurance_fund_is_filled_with_a_reason_and_shown(zerodesk: Zerodesk) -> None:
    for _ in range(2):
        command = ("insurance", "deposit", "usd", "500", "--reason", "a cushion", "--id", "first")
        told = zerodesk(*command).stdout
        assert "500 USD for the insurance fund, deposit first: a cushion" in told
    document = json.loads(zerodesk("insurance", "show", "--json").stdout)
    assert [(row["currency"], row["total"]) for row in document["balances"]] == [("USD", "500")]
    assert "insurance-fund" in zerodesk("insurance", "show").stdout
    assert zerodesk("insurance", "deposit", "USD", "500").exit_code == 2
