"""What all commands have in common."""

import json
import re
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from tests.client.conftest import Zerodesk
from zerodesk_client.cli.exits import ExitCode
from zerodesk_client.cli.group import globals_first
from zerodesk_client.cli.tables import card, table

NARROW: tuple[str, tuple[str], list[tuple[str]]] = ("Turnover in 30 days", ("USD",), [("1",)])

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


def test_exit_codes_are_documented_in_the_words_of_the_help(zerodesk: Zerodesk) -> None:
    document = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([0-9]+) \| (.*) \|$", document, re.MULTILINE)
    assert rows == [(str(code.value), code.meaning) for code in ExitCode]
    told = " ".join(zerodesk("--help").stdout.split())
    assert all(f"{code.value} {code.meaning}" in told for code in ExitCode)


@pytest.mark.parametrize(
    "words",
    [
        ("--api-url", "venue.example.com"),
        ("--api-url", "ftp://venue.example.com"),
        ("--api-url", "http://["),
        ("--key", "two\nlines"),
        ("--key", "cl\u00e9"),
    ],
)
def test_an_address_or_a_key_that_is_none_is_an_error_of_usage(
    zerodesk: Zerodesk, words: tuple[str, ...]
) -> None:
    result = zerodesk(*words, "markets")
    assert result.exit_code == 2
    assert result.stderr.startswith("error  ")


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
    "words",
    [("limit", "set"), ("fee", "set"), ("market", "list"), ("kill",), ("positions",)],
)
def test_an_argument_is_in_one_pair_of_brackets(zerodesk: Zerodesk, words: tuple[str, ...]) -> None:
    help_text = zerodesk(*words, "--help").stdout
    assert "[[" not in help_text
    assert "]...]" not in help_text
    assert "......" not in help_text


@pytest.mark.parametrize("shown", [card("Turnover in 30 days", []), table(*NARROW)])
def test_a_title_is_not_broken_by_a_narrow_table(shown: Table) -> None:
    console = Console(width=40)
    with console.capture() as told:
        console.print(shown)
    assert "Turnover in 30 days" in told.get()


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        (("colour=red",), "'colour=red' is no term to set"),
        (("tick_size",), "'tick_size' is no term to set"),
        (("tick_size=nan",), "'tick_size=nan': a decimal string"),
        (("tick_size=1e3",), "'tick_size=1e3': a decimal string"),
        (("tick_size=1", "lot_size=1", "taker_bps=2"), "needs min_notional, max_quantity, maker"),
    ],
)
def test_terms_of_a_market_that_are_none_are_named(
    zerodesk: Zerodesk, terms: tuple[str, ...], told: str
) -> None:
    result = zerodesk("market", "list", "BTC-25DEC26-100000-C", "--quote", "USD", *terms)
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_market_keeps_its_tick(zerodesk: Zerodesk) -> None:
    result = zerodesk("market", "change", "BTC-USD", "tick_size=1", "--reason", "finer")
    assert result.exit_code == 2
    assert "'tick_size=1' is no term to set" in result.stderr
    assert "of maker_bps" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("order", "buy", "-1", "BTC-USD"),
        ("withdraw", "USD", "-0.5"),
        ("price", "call", "-100", "--days", "1"),
        ("market", "list", "BTC-USD", "-.5"),
    ],
)
def test_a_negative_argument_is_no_option_that_is_unknown(
    zerodesk: Zerodesk, words: tuple[str, ...]
) -> None:
    result = zerodesk(*words)
    assert result.exit_code == 2
    assert "no argument is negative" in result.stderr
    assert "No such option: --colour" in zerodesk(*words[:2], "--colour").stderr


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
