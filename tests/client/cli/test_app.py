"""What all commands have in common."""

import json
from pathlib import Path

import pytest

from tests.client.conftest import Zerodesk
from zerodesk_client.cli.group import globals_first

COMMANDS = (
    *("up", "down", "status", "logs", "demo", "replay", "order", "cancel", "orders", "fills"),
    *("markets", "book", "trades", "balances", "account", "key", "deposit"),
)


def test_help_lists_every_command_and_the_exit_codes(zerodesk: Zerodesk) -> None:
    text = zerodesk("--help").stdout
    assert all(f" {command} " in text for command in COMMANDS)
    assert "Exit codes" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(zerodesk: Zerodesk, command: str) -> None:
    result = zerodesk(command, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_no_address_says_what_to_do(zerodesk: Zerodesk, state: Path) -> None:
    (state / "endpoint.json").unlink()
    result = zerodesk("book", "BTC-USD")
    assert result.exit_code == 3
    assert "zerodesk up" in result.stderr


def test_an_address_where_nothing_listens_says_what_to_do(zerodesk: Zerodesk) -> None:
    result = zerodesk("--api-url", "http://127.0.0.1:9", "book", "BTC-USD")
    assert result.exit_code == 3
    assert "http://127.0.0.1:9" in result.stderr
    assert "zerodesk up" in result.stderr


def test_an_unreachable_venue_is_json_when_asked(zerodesk: Zerodesk) -> None:
    result = zerodesk("--api-url", "http://127.0.0.1:9", "markets", "--json")
    assert result.exit_code == 3
    assert "zerodesk up" in json.loads(result.stdout)["error"]["hint"]


def test_no_key_says_what_to_do(zerodesk: Zerodesk, state: Path) -> None:
    (state / "credentials.json").unlink()
    assert "zerodesk key create" in zerodesk("balances").stderr
    result = zerodesk("account", "list")
    assert result.exit_code == 2
    assert "operator" in result.stderr


def test_the_environment_gives_address_and_key(
    zerodesk: Zerodesk, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = json.loads((state / "credentials.json").read_text())
    url = json.loads((state / "endpoint.json").read_text())["api_url"]
    (state / "endpoint.json").unlink()
    (state / "credentials.json").unlink()
    monkeypatch.setenv("ZERODESK_API_URL", url)
    monkeypatch.setenv("ZERODESK_API_KEY", credentials["operator"])
    assert zerodesk("account", "list").exit_code == 0


def test_an_unknown_command_is_a_usage_error(zerodesk: Zerodesk) -> None:
    assert zerodesk("boook").exit_code == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["book", "X-USD", "--json"], ["--json", "book", "X-USD"]),
        (["replay", "f", "--accounts", "8"], ["replay", "f", "--accounts", "8"]),
        (["balances", "--account=bob"], ["--account=bob", "balances"]),
        (["cancel", "--", "--json"], ["cancel", "--", "--json"]),
        (["orders", "--key"], ["--key", "orders"]),
    ],
)
def test_global_options_may_stand_anywhere(written: list[str], read: list[str]) -> None:
    assert globals_first(written) == read
