import json
import shlex
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from zerodesk.orders import Side
from zerodesk_client.api import Depth, Level, Trade
from zerodesk_client.cli.demo_watch import watching
from zerodesk_client.demo import audit as audit_module
from zerodesk_client.demo.session import Picture
from zerodesk_client.demo.tally import Tally
from zerodesk_client.local_state import read_credentials

SHORT = ("demo", "--seconds", "0.6", "--participants", "4", "--seed", "7")


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_module, "SETTLE_S", 0.3)
    monkeypatch.setattr(audit_module, "POLL_S", 0.02)


def test_a_demo_ends_with_reconciled_books(zerodesk: Zerodesk) -> None:
    result = zerodesk(*SHORT)
    assert result.exit_code == 0, result.output
    assert "orders/s" in result.stdout
    assert "need of open orders" in result.stdout
    assert "balanced" in result.stdout
    assert "DIFFERS" not in result.stdout


def test_the_curl_lines_work_when_pasted(zerodesk: Zerodesk) -> None:
    output = zerodesk(*SHORT).stdout
    lines = [line for line in output.splitlines() if line.startswith("  curl ")]
    depth, order = (
        json.loads(subprocess.run(shlex.split(line), capture_output=True, check=True).stdout)
        for line in lines
    )
    assert depth["symbol"] == "BTC-USD"
    assert order["status"] in ("FILLED", "OPEN", "PARTIALLY_FILLED")


def test_afterwards_the_demo_account_is_the_users(zerodesk: Zerodesk, state: Path) -> None:
    zerodesk(*SHORT)
    assert "demo" in read_credentials(state).accounts
    assert json.loads(zerodesk("balances", "--json").stdout)["account_id"] == "demo"


def test_a_market_of_its_name_with_other_terms_sends_the_demo_to_a_venue_of_its_own(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    zerodesk(*SHORT)
    venue.markets["BTC-USD"].listing["tick_size"] = "1"
    result = zerodesk(*SHORT)
    assert result.exit_code == 4
    assert "BTC-USD is listed here with other terms" in result.stderr
    assert "ZERODESK_STATE" in result.stderr


def test_a_breach_is_an_exit_code(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    venue.breaches = [{"code": "TOTALS_DIFFER", "subject": "USD", "detail": "off by one"}]
    result = zerodesk(*SHORT)
    assert result.exit_code == 1
    assert "TOTALS_DIFFER" in result.stdout
    assert "NOT balanced" in result.stdout


def test_the_json_has_no_key_in_it(zerodesk: Zerodesk, state: Path) -> None:
    result = zerodesk(*SHORT, "--json")
    document = json.loads(result.stdout)
    assert document["sound"] is True
    assert document["totals"]["orders"] > 0
    assert not any(key in result.stdout for key in read_credentials(state).accounts.values())


def test_a_venue_that_is_not_up_is_said_at_once(zerodesk: Zerodesk) -> None:
    result = zerodesk("demo", "--api-url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "zerodesk up" in result.stderr


def _picture() -> Picture:
    level = Level(Decimal("60000.10"), Decimal("0.5"), 1)
    at = datetime(2026, 11, 21, 7, tzinfo=UTC)
    trade = Trade("BTC-USD-1", Decimal("60000.10"), Decimal("0.25"), Side.BUY, at)
    depth = Depth("BTC-USD", 3, (), (level,))
    return Picture((), (depth,), (("BTC-USD", trade),), Tally().totals())


@pytest.mark.parametrize("terminal", [True, False])
def test_a_picture_shows_book_trades_and_rates(*, terminal: bool) -> None:
    screen = StringIO()
    console = Console(file=screen, force_terminal=terminal, width=160)
    with watching(console) as (show, every_s):
        show(_picture())
    assert every_s > 0
    assert "60,000.10" in screen.getvalue()
    assert "0.25" in screen.getvalue()
    assert "orders" in screen.getvalue()
