"""What every command stands on: the address, the keys, the two ways of answering."""

import json
import os
import re
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import typer
from rich.console import Console, RenderableType

from zerodesk_client.api import Client, Retry, RetryPolicy
from zerodesk_client.api.decode import encode
from zerodesk_client.cli.exits import CommandError, not_up
from zerodesk_client.demo.venue import USER
from zerodesk_client.local_state import (
    KEY_VARIABLE,
    STATE_FOLDER,
    URL_VARIABLE,
    Credentials,
    read_api_url,
    read_credentials,
    state_folder,
)

URL: Final = re.compile(r"https?://[^\s/?#\[\]]+(?:/[!-~]*)?|https?://\[[0-9a-f:.]+\][!-~]*")
KEY: Final = re.compile(r"[!-~]+")
PIPE_WIDTH: Final = 160
"""Columns where there is no terminal: wide enough that no table is cut."""


def console(*, to_stderr: bool = False) -> Console:
    """Return a console that cuts nothing where there is no terminal."""
    found = Console(stderr=to_stderr, highlight=False)
    if not found.is_terminal:
        found = Console(stderr=to_stderr, highlight=False, width=PIPE_WIDTH)
    return found


@dataclass
class Session:
    """One call of the command line."""

    as_json: bool
    api_url: str | None
    key: str | None
    account: str | None
    folder: Path | None = field(default_factory=state_folder)
    named: str | None = None
    """The id that makes repeating what the command asked for harmless."""
    out: Console = field(default_factory=console)
    err: Console = field(default_factory=lambda: console(to_stderr=True))
    closing: ExitStack = field(default_factory=ExitStack)

    @staticmethod
    def of(context: typer.Context) -> "Session":
        """Return the session of a running command."""
        session = context.obj
        assert isinstance(session, Session), "the root command makes it"
        return session

    @property
    def notes(self) -> Console:
        """Where progress goes: beside the answer, or away from it when that is JSON."""
        return self.err if self.as_json else self.out

    @property
    def keys_folder(self) -> Path:
        """Where keys of new accounts are kept."""
        return self.folder or Path.cwd() / STATE_FOLDER

    def url(self) -> str:
        """Return the API's address.

        Raises
        ------
        CommandError
            None is given and no local cloud is up, or what is given is none.
        """
        url = self.api_url or os.environ.get(URL_VARIABLE) or read_api_url(self.folder)
        if url is None:
            raise not_up("there is no address of an API")
        if not URL.fullmatch(url):
            raise CommandError(f"{url!r} is no address of an API", "it begins with https://")
        return url

    def id_of(self, given: str | None) -> str:
        """Return the id that a command was given for what it asks, or one that none had before."""
        self.named = given or f"cli-{uuid.uuid4().hex[:16]}"
        return self.named

    def trader(self) -> Client:
        """Return a client with the key of the account to act for."""
        return self.client(self._chosen_key() or self._account_key(self.account))

    def operator(
        self,
        retry: RetryPolicy | None = None,
        on_retry: Callable[[Retry], None] | None = None,
    ) -> Client:
        """Return a client with the operator's key."""
        api_key = self._chosen_key() or self._credentials().operator
        if api_key is None:
            raise CommandError(
                "there is no operator's key",
                f"`zerodesk up` makes one; or give --key or {KEY_VARIABLE}",
            )
        return self.client(api_key, retry, on_retry)

    def anybody(self) -> Client:
        """Return a client with any key: what every key may read."""
        credentials = self._credentials()
        if self.account is None and credentials.operator is not None:
            return self.client(self._chosen_key() or credentials.operator)
        return self.trader()

    def client(
        self,
        api_key: str,
        retry: RetryPolicy | None = None,
        on_retry: Callable[[Retry], None] | None = None,
    ) -> Client:
        """Return a client that lasts as long as the command."""
        if not KEY.fullmatch(api_key):
            raise CommandError("the key has characters that no key has")
        client = Client(self.url(), api_key, retry=retry, on_retry=on_retry)
        return self.closing.enter_context(client)

    def show(self, document: Any, render: Callable[[], RenderableType]) -> None:
        """Answer with one JSON document, or with what ``render`` makes for people."""
        if self.as_json:
            self.out.print_json(json.dumps(encode(document)))
        else:
            self.out.print(render())

    def _chosen_key(self) -> str | None:
        if self.key is not None:
            return self.key
        return None if self.account is not None else os.environ.get(KEY_VARIABLE)

    def _credentials(self) -> Credentials:
        return read_credentials(self.folder)

    def _account_key(self, account: str | None) -> str:
        self.url()
        known = self._credentials().accounts
        wanted = account or (USER if USER in known or len(known) != 1 else next(iter(known)))
        if wanted not in known:
            has = f"there are keys of {', '.join(sorted(known))}" if known else "there are none yet"
            raise CommandError(
                f"no key of the account {wanted!r} is at hand; {has}",
                "choose with --account, give --key, or make one: `zerodesk key create ACCOUNT`",
            )
        return known[wanted]
