import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from tests.client.builders import SAMPLE
from tests.client.conftest import Zerodesk
from tests.client.fake_venue import FakeVenue
from zerodesk_client.api import Retry
from zerodesk_client.cli.replay_watch import PlainWatcher, notice, watching
from zerodesk_client.latency import percentiles
from zerodesk_client.replay import resume
from zerodesk_client.replay.progress import Progress
from zerodesk_client.replay.replay import RetryCounter


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "QUIET_S", 0.0)


def test_a_replay_reports_the_collar_and_that_all_is_equal(zerodesk: Zerodesk) -> None:
    result = zerodesk("replay", str(SAMPLE), "--limit", "80")
    assert result.exit_code == 0, result.output
    assert "73 basis points" in result.stdout or "basis points" in result.stdout
    assert "DIFFERS" not in result.stdout
    assert "everything is as recorded" in result.stdout
    assert "80 of 80 trades" in result.stdout


def test_a_replay_as_json_is_one_document(zerodesk: Zerodesk) -> None:
    result = zerodesk("replay", str(SAMPLE), "--limit", "50", "--from", "11", "--json")
    document = json.loads(result.stdout)
    assert document["as_recorded"] is True
    assert document["rows"] == {"first": 11, "last": 60, "skipped": {}}
    assert document["latency"]["count"] == 100
    assert {check["equal"] for check in document["checks"]} == {True}
    assert "replaying 50 trades" in result.stderr


def test_a_difference_is_an_exit_code_and_a_table(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    def forge(method: str, path: str) -> None:
        if path.endswith("/trades"):
            (listed,) = venue.markets.values()
            listed.trades[3]["price"] = "1.00"

    venue.before = forge
    result = zerodesk("replay", str(SAMPLE), "--limit", "50")
    assert result.exit_code == 1
    assert "DIFFERS" in result.stdout
    assert "2 prices with another volume" in result.stdout
    assert "the venue DIFFERS from the file" in result.stdout


def test_a_run_is_taken_up_by_its_id(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    words = ("replay", str(SAMPLE), "--limit", "40", "--run-id", "mine01")
    assert zerodesk(*words).exit_code == 0
    again = zerodesk(*words)
    assert again.exit_code == 0
    assert "run MINE01 goes on after 40 trades" in again.stdout
    assert len(venue.orders) == 80


def test_a_venue_that_stops_answering_leaves_a_way_back(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    seen = iter(range(10_000))

    def fail(method: str, path: str) -> None:
        if (method, path) == ("POST", "/v1/orders") and next(seen) > 20:
            raise httpx.ConnectError("down")

    venue.before = fail
    result = zerodesk("replay", str(SAMPLE), "--limit", "40", "--patience", "0")
    assert result.exit_code == 3
    assert "--run-id" in result.stdout


def test_interrupting_leaves_a_way_back(
    zerodesk: Zerodesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PlainWatcher, "progress", interrupt)
    result = zerodesk("replay", str(SAMPLE), "--limit", "40")
    assert result.exit_code == 130
    assert "--run-id" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--speed", "fast"), "10x"),
        (("--speed", "0"), "10x"),
        (("--from", "noon"), "row number"),
        (("--from", "1001"), "no trade"),
        (("--symbol", "spy"), "BASE-QUOTE"),
        (("--run-id", "a b"), "capitals"),
        (("--limit", "0"), "--limit"),
    ],
)
def test_options_that_cannot_be_are_usage_errors(
    zerodesk: Zerodesk, venue: FakeVenue, words: tuple[str, ...], said: str
) -> None:
    result = zerodesk("replay", str(SAMPLE), *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert not venue.markets, "nothing was changed"


def test_a_file_of_no_known_format_lists_those_that_are(zerodesk: Zerodesk, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    result = zerodesk("replay", str(file))
    assert result.exit_code == 2
    assert "lean_trades" in result.stderr


def test_a_venue_that_is_not_up_is_said_at_once(zerodesk: Zerodesk) -> None:
    result = zerodesk("replay", str(SAMPLE), "--api-url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "zerodesk up" in result.stderr


def _progress(done: int, *, waiting_s: float = 0.0) -> Progress:
    return Progress(done, 10, 2, 1.5, 6.7, percentiles([0.01, 0.02]), waiting_s)


def test_a_terminal_shows_a_bar() -> None:
    screen = StringIO()
    console = Console(file=screen, force_terminal=True, width=140)
    with watching(console, RetryCounter()) as watcher:
        watcher.step("replaying")
        watcher.progress(_progress(5))
    assert "5/10" in screen.getvalue()
    assert "p95 20 ms" in screen.getvalue()


def test_a_wait_that_people_notice_is_noticed_with_its_reason() -> None:
    retries = RetryCounter()
    assert notice(_progress(5, waiting_s=0.5), retries) == ""
    assert notice(_progress(5, waiting_s=4), retries) == "  no answer for 4 s, trying on"
    retries(Retry("POST", "/v1/orders", "ConnectError: refused", 3.0))
    assert "no answer for 4 s (ConnectError: refused)" in notice(_progress(5, waiting_s=4), retries)


def test_the_real_collar_of_the_sample_is_what_the_sample_needs(zerodesk: Zerodesk) -> None:
    document = json.loads(zerodesk("replay", str(SAMPLE), "--limit", "30", "--json").stdout)
    market = document["market"]
    assert market["collar_bps"] >= 1
    assert Decimal(market["min_notional"]) > 0
    assert Decimal(market["max_quantity"]) > 0
