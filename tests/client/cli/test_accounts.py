import json
from pathlib import Path

import pytest

from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from zerodesk_client.local_state import read_credentials


def test_a_new_account_has_a_key_in_the_credentials(zerodesk: Zerodesk, state: Path) -> None:
    result = zerodesk("account", "create", "alice", "--name", "Alice")
    assert result.exit_code == 0
    key = read_credentials(state).accounts["alice"]
    assert key not in result.stdout, "what is kept need not be shown"
    assert zerodesk("balances", "--key", key).exit_code == 0


def test_accounts_are_listed_by_name(zerodesk: Zerodesk) -> None:
    zerodesk("account", "create", "alice", "--name", "Alice Anders", "--no-key")
    assert "Alice Anders" in zerodesk("account", "list").stdout
    document = json.loads(zerodesk("--json", "account", "list").stdout)
    assert document == {"accounts": [{"account_id": "alice", "name": "Alice Anders"}]}


def test_a_key_is_shown_once_and_kept(zerodesk: Zerodesk, state: Path) -> None:
    zerodesk("account", "create", "alice", "--no-key")
    made = json.loads(zerodesk("key", "create", "alice", "--json").stdout)
    assert read_credentials(state).accounts["alice"] == made["key"]["api_key"]
    assert zerodesk("balances").exit_code == 0


def test_an_operators_key_is_not_kept_as_the_accounts(zerodesk: Zerodesk, state: Path) -> None:
    zerodesk("account", "create", "alice", "--no-key")
    zerodesk("key", "create", "alice", "--role", "operator")
    assert read_credentials(state).accounts == {}


def test_a_revoked_key_is_refused_and_forgotten(
    zerodesk: Zerodesk, state: Path, venue: FakeVenue
) -> None:
    zerodesk("account", "create", "alice")
    key = read_credentials(state).accounts["alice"]
    assert zerodesk("key", "revoke", "alice", key.split("_")[1]).exit_code == 0
    assert key not in venue.keys
    refused = zerodesk("balances", "--key", key)
    assert refused.exit_code == 4
    assert "zerodesk key create" in refused.stderr
    assert read_credentials(state).accounts == {}


def test_a_deposit_under_one_id_counts_once(zerodesk: Zerodesk) -> None:
    zerodesk("account", "create", "alice")
    for _ in range(2):
        assert zerodesk("deposit", "alice", "USD", "12.50", "--id", "gift").exit_code == 0
    balances = json.loads(zerodesk("balances", "--json").stdout)["balances"]
    amounts = {"available": "12.50", "held": "0", "isolated": "0", "total": "12.50"}
    assert balances == [{"currency": "USD"} | amounts]


def test_another_deposit_under_that_id_is_refused(zerodesk: Zerodesk) -> None:
    zerodesk("account", "create", "alice")
    zerodesk("deposit", "alice", "USD", "1", "--id", "gift")
    result = zerodesk("deposit", "alice", "USD", "2", "--id", "gift")
    assert result.exit_code == 4
    assert "choose another" in result.stderr


@pytest.mark.parametrize(
    "command",
    [("account", "list"), ("deposit", "alice", "USD", "1"), ("key", "create", "alice")],
)
def test_a_traders_key_does_not_operate(zerodesk: Zerodesk, state: Path, command: str) -> None:
    zerodesk("account", "create", "alice")
    key = read_credentials(state).accounts["alice"]
    result = zerodesk(*command, "--key", key)
    assert result.exit_code == 4
    assert "FORBIDDEN" in result.stderr
