"""The commands of the local cloud, with a cloud that is a fake module."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from tests.client.conftest import Zerodesk
from zerodesk_client.cli import debugging
from zerodesk_client.cli import venue as venue_module


class CloudError(Exception):
    pass


@dataclass
class Endpoint:
    api_url: str = "http://127.0.0.1:1/api"
    region: str = "us-east-1"


@dataclass
class Status:
    is_running: bool = True
    pid: int | None = 42
    port: int | None = 4566
    uptime_seconds: float | None = 61.0
    snapshot_at: str | None = "2026-11-21T07:00:00.000Z"
    snapshot_age_seconds: float | None = 3.0
    state_folder: str = ".local"
    log_file: str = ".local/log/cloud.log"


@dataclass
class LogLine:
    at_ms: int
    text: str


class AskedWrongError(CloudError):
    pass


class Cloud(ModuleType):
    LocalCloudError = CloudError
    UsageError = AskedWrongError
    fails = False

    def up(self, progress: Callable[[str], None], *, live: bool) -> Endpoint:
        assert not live
        progress("starting [the] local cloud")
        if self.fails:
            raise CloudError("port 4566 is taken by another program")
        return Endpoint()

    def down(self, progress: Callable[[str], None]) -> bool:
        progress("saving the state")
        return not self.fails

    def status(self) -> Status:
        return Status()

    def logs(self, function: str, *, follow: bool, since_seconds: float) -> Iterator[LogLine]:
        if function != "matching":
            raise AskedWrongError("see functions/")
        yield LogLine(1_795_244_400_000, f'{{"follow": {follow}, "since": {since_seconds}}}')

    def debug(self, *_: object) -> None:
        raise AskedWrongError("see functions/")

    debug_in_editor = debug


@pytest.fixture(autouse=True)
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    cloud = Cloud("local")
    for module in (venue_module, debugging):
        monkeypatch.setattr(module, "local_cloud", lambda: cloud)
    return cloud


def test_up_shows_what_it_does_and_where_the_api_is(zerodesk: Zerodesk) -> None:
    result = zerodesk("up")
    assert result.exit_code == 0
    assert "starting [the] local cloud" in result.stdout
    assert "http://127.0.0.1:1/api" in result.stdout
    assert "zerodesk demo" in result.stdout


def test_up_as_json_keeps_its_progress_off_stdout(zerodesk: Zerodesk) -> None:
    result = zerodesk("up", "--json")
    assert json.loads(result.stdout)["region"] == "us-east-1"
    assert "starting" in result.stderr


def test_a_cloud_that_does_not_start_says_why(zerodesk: Zerodesk, cloud: Cloud) -> None:
    cloud.fails = True
    result = zerodesk("up")
    assert result.exit_code == 3
    assert "port 4566 is taken" in result.stderr


def test_down_says_whether_anything_ran(zerodesk: Zerodesk, cloud: Cloud) -> None:
    assert "zerodesk up" in zerodesk("down").stdout
    cloud.fails = True
    assert "nothing was running" in zerodesk("down").stdout


def test_status_of_a_venue_that_answers(zerodesk: Zerodesk) -> None:
    result = zerodesk("status")
    assert result.exit_code == 0
    assert "yes" in result.stdout
    assert "61 s" in result.stdout
    document = json.loads(zerodesk("status", "--json").stdout)
    assert document["api"]["answers"] is True
    assert document["local_cloud"]["port"] == 4566


def test_status_of_a_venue_that_is_not_up(zerodesk: Zerodesk, state: Path) -> None:
    (state / "endpoint.json").unlink()
    result = zerodesk("status")
    assert result.exit_code == 3
    assert "zerodesk up" in result.stderr
    assert json.loads(zerodesk("status", "--json").stdout)["api"]["answers"] is False


def test_logs_are_printed_as_they_are(zerodesk: Zerodesk) -> None:
    result = zerodesk("logs", "matching", "--since", "60")
    assert result.stdout == '2026-11-21T07:00:00.000+00:00  {"follow": False, "since": 60}\n'
    line = json.loads(zerodesk("logs", "matching", "--json").stdout)
    assert line["at"] == "2026-11-21T07:00:00.000+00:00"


@pytest.mark.parametrize("words", [("logs",), ("debug",), ("debug", "--editor", "5678")])
def test_a_function_that_is_not_there_is_an_error_of_usage_whatever_is_asked_of_it(
    zerodesk: Zerodesk, words: tuple[str, ...]
) -> None:
    result = zerodesk(*words, "nothing")
    assert result.exit_code == 2
    assert "functions/" in result.stderr


@pytest.mark.parametrize("since", ["nan", "-1", "inf"])
def test_logs_begin_at_a_time_that_there_is(zerodesk: Zerodesk, since: str) -> None:
    assert zerodesk("logs", "matching", "--since", since).exit_code == 2
