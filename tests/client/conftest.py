"""A fake venue and clients of it."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest
from typer import testing
from typer.main import get_command
from typer.testing import CliRunner, Result

from tests.client.fake_http import BASE, serving, transport
from tests.client.fake_venue import OPERATOR_KEY, FakeVenue
from zerodesk_client.api import Client
from zerodesk_client.cli import app

Zerodesk = Callable[..., Result]

commands_of = cache(get_command)
"""Typer's runner makes the commands anew each time, for twice as long as most of them take."""


@pytest.fixture
def venue() -> FakeVenue:
    return FakeVenue()


@pytest.fixture
def operator(venue: FakeVenue) -> Iterator[Client]:
    with Client(BASE, OPERATOR_KEY, http=httpx.Client(transport=transport(venue))) as client:
        yield client


@pytest.fixture
def state(tmp_path: Path, venue: FakeVenue, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder of a local cloud whose API is the fake venue, on a socket."""
    folder = tmp_path / "state"
    folder.mkdir()
    monkeypatch.setenv("ZERODESK_STATE", str(folder))
    monkeypatch.delenv("ZERODESK_API_URL", raising=False)
    monkeypatch.delenv("ZERODESK_API_KEY", raising=False)
    with serving(venue) as url:
        (folder / "endpoint.json").write_text(json.dumps({"api_url": url}))
        (folder / "credentials.json").write_text(
            json.dumps({"operator": OPERATOR_KEY, "accounts": {}})
        )
        yield folder


@pytest.fixture
def zerodesk(state: Path, monkeypatch: pytest.MonkeyPatch) -> Zerodesk:
    """Call the command line; the result has ``exit_code``, ``stdout`` and ``stderr``."""
    monkeypatch.setattr(testing, "_get_command", commands_of)

    def call(*arguments: str) -> Result:
        result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call
