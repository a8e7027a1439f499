"""``price-file``: a file goes up, its values come down, and a call that was interrupted goes on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.conftest import Zerodesk
from tests.client.fake_jobs import storing
from tests.client.fake_venue import FakeVenue
from zerodesk_client import pricing_jobs

ROWS = "option_type,strike\ncall,90\nput,100\ncall,110\n"
VALUES = "status,price\nOK,7\nOK,7\nOK,8\n"
SET = ("--set", "spot=100", "--set", "volatility=0.3", "--set", "model=bachelier")


@pytest.fixture
def jobs(venue: FakeVenue, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVenue]:
    monkeypatch.setattr(pricing_jobs, "POLL_S", 0.01)
    with storing(venue):
        yield venue


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_bytes(ROWS.encode())
    return path


@pytest.fixture
def call(zerodesk: Zerodesk, jobs: FakeVenue, file: Path) -> Zerodesk:
    """Call the command as an account of the venue."""
    zerodesk("account", "create", "alice")
    return lambda *words: zerodesk("price-file", str(file), *SET, *words, "--account", "alice")


def test_a_file_comes_back_with_its_values(call: Zerodesk, file: Path, jobs: FakeVenue) -> None:
    done = call("--outputs", "price, delta", "--json")
    assert done.exit_code == 0, done.stdout
    told = json.loads(done.stdout)
    assert (told["status"], told["rows"], told["given_up"]) == ("DONE", 3, [])
    place = file.with_name("book.values.csv")
    assert told["values"] == str(place)
    assert place.read_text() == VALUES
    [job] = jobs.__dict__["jobs"].values()
    assert job["asked"]["columns"] == ["option_type", "strike"]
    terms = {"spot": 100, "volatility": 0.3, "model": "bachelier", "outputs": ["price", "delta"]}
    assert job["asked"]["terms"] == terms


def test_the_same_call_again_is_the_same_job(call: Zerodesk, jobs: FakeVenue) -> None:
    first, again = call("--json"), call("--json")
    assert json.loads(first.stdout)["job_id"] == json.loads(again.stdout)["job_id"]
    assert len(jobs.__dict__["jobs"]) == 1
    call("--kind", "american")
    assert len(jobs.__dict__["jobs"]) == 2


def test_a_store_that_stumbles_is_asked_again(
    call: Zerodesk, jobs: FakeVenue, file: Path, tmp_path: Path
) -> None:
    jobs.store_fails = 3
    assert call("--to", str(tmp_path / "out.csv")).exit_code == 0
    assert (tmp_path / "out.csv").read_text() == VALUES
    assert not list(tmp_path.glob("*.part"))


def test_a_store_that_is_gone_leaves_no_half_a_file(
    call: Zerodesk, jobs: FakeVenue, file: Path
) -> None:
    jobs.store_fails = 100
    done = call()
    assert done.exit_code == 3
    assert "does not answer" in done.stderr or "503" in done.stderr
    assert [path.name for path in file.parent.glob("*.csv*")] == ["book.csv"]


def test_chunks_that_were_given_up_are_told_and_the_exit_code_says_so(
    call: Zerodesk, jobs: FakeVenue
) -> None:
    jobs.gives_up = True
    done = call()
    assert done.exit_code == 1
    assert "rows 1 to 2: Sandbox.Timedout" in done.stdout


def test_a_file_that_the_venue_refuses_says_why(call: Zerodesk, file: Path) -> None:
    file.write_text("option_type,strike\n")
    done = call()
    assert done.exit_code == 4
    assert "rows: at least one row" in done.stderr


@pytest.mark.parametrize("words", [("--kind", "swaps"), ("--set", "rate"), ("--set", "spot=1")])
def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    call: Zerodesk, jobs: FakeVenue, words: tuple[str, str]
) -> None:
    assert call(*words).exit_code == 2
    assert "jobs" not in jobs.__dict__


def test_an_error_comes_with_nothing_before_it(call: Zerodesk, file: Path) -> None:
    file.write_text("option_type,strike\n")
    done = call()
    assert done.exit_code == 4
    assert done.stderr.startswith("error  the file is refused")
