"""What a feed tells: its answer over HTTPS, and the price in it.

Whoever answers is a stranger. It is given five seconds for all that it says, headers and body,
however it spreads its bytes over them, and 64 KB; its certificate is checked, it is followed
nowhere else, and nothing that it says is evaluated.
"""

import json
import math
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from zerodesk_aws.clock import monotonic
from zerodesk_aws.contracts.fields import TIME

CONNECT_SECONDS: Final = 2.0
ALL_SECONDS: Final = 5.0
MAX_BYTES: Final = 65_536
HEADERS: Final = {"Accept": "application/json", "User-Agent": "zerodesk", "Connection": "close"}
OLDEST: Final = timedelta(minutes=5)
"""For no longer a price stands at the expiry of an option."""
AHEAD: Final = timedelta(minutes=1)
"""By so much the clock of a stranger may be ahead."""
PLACES: Final = Decimal("1e-12")
MOST: Final = Decimal(10**18)


class FetchError(Exception):
    """A feed told nothing that can be used; says what, for people."""


@dataclass(frozen=True, slots=True)
class Told:
    """A price that a feed told, in quote units, and of when it is."""

    price: Decimal
    observed_at: datetime


Fetch = Callable[[str], bytes]


class Bounded(ssl.SSLSocket):
    """A socket that is read until a moment: a time-out alone begins anew with each byte."""

    ends: float = math.inf

    def recv_into(self, *into: Any) -> int:
        """Receive, as long as there is time."""
        left = self.ends - monotonic()
        if left <= 0:
            raise TimeoutError
        self.settimeout(left)
        return super().recv_into(*into)


class Https:
    """Reads addresses."""

    def __init__(self, cafile: str | None = None) -> None:
        self._cafile = cafile

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Whom it trusts: read with the first feed, for a venue without one has no use for it."""
        context = ssl.create_default_context(cafile=self._cafile)
        context.sslsocket_class = Bounded
        return context

    def __call__(self, url: str) -> bytes:
        """Return the body of an answer.

        Raises
        ------
        FetchError
            No answer in time, another status than 200, or more bytes than are read.
        """
        asked = urlsplit(url)
        place = asked._replace(scheme="", netloc="", fragment="").geturl() or "/"
        connection = HTTPSConnection(asked.netloc, timeout=CONNECT_SECONDS, context=self._context)
        ends = monotonic() + ALL_SECONDS
        try:
            connection.connect()
            assert isinstance(connection.sock, Bounded), "the context makes no other"
            connection.sock.ends = ends
            connection.request("GET", place, headers=HEADERS)
            return _body(connection.getresponse())
        except TimeoutError as error:
            raise FetchError("no whole answer in time") from error
        except (OSError, OverflowError, HTTPException) as error:  # a port may overflow
            raise FetchError(f"no answer: {type(error).__name__}") from error
        finally:
            connection.close()


def _body(answer: HTTPResponse) -> bytes:
    if answer.status != 200:  # noqa: PLR2004 - OK, and nothing else
        raise FetchError(f"status {answer.status}")
    body = answer.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise FetchError(f"an answer of more than {MAX_BYTES:,} bytes")
    return body


def read(body: bytes, price: str, observed_at: str | None, now: datetime) -> Told:
    """Return the price in a JSON document, at a JSON pointer, and of when it is.

    Raises
    ------
    FetchError
        No JSON, nothing there, no price, or one of too long ago.

    Examples
    --------
    >>> now = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    >>> str(read(b'{"data": {"amount": "60042.11"}}', "/data/amount", None, now).price)
    '60042.11'
    """
    try:
        document = json.loads(body, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise FetchError("an answer that is no JSON") from error
    found = _price(_at(document, price), price)
    if observed_at is None:
        return Told(found, now)
    return Told(found, _time(_at(document, observed_at), observed_at, now))


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _at(document: Any, pointer: str) -> Any:
    """Return what is at a JSON pointer (RFC 6901)."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(name)] if isinstance(document, list) else document[name]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise FetchError(f"nothing at {pointer}") from error
    return document


def _price(value: Any, pointer: str) -> Decimal:
    """Return a number, or a text that writes one, to twelve places."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise FetchError(f"no number at {pointer}")
    try:
        number = Decimal(value)
        is_price = 0 < number < MOST and (number := number.quantize(PLACES)) > 0
    except InvalidOperation as error:
        raise FetchError(f"no number at {pointer}") from error
    if not is_price:
        raise FetchError(f"no price at {pointer}")
    return number.normalize()


def _time(value: Any, pointer: str, now: datetime) -> datetime:
    """Return a time of ISO 8601 in UTC, or of milliseconds since 1970, that is of now."""
    try:
        if isinstance(value, str) and re.fullmatch(TIME, value):
            found = datetime.fromisoformat(value).astimezone(UTC)
        elif isinstance(value, int) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1_000, UTC)
        else:
            raise FetchError(f"no time at {pointer}")
    except (ValueError, OverflowError, OSError) as error:
        raise FetchError(f"no time at {pointer}") from error
    if found < now - OLDEST:
        raise FetchError(f"a price of {found:%Y-%m-%dT%H:%M:%SZ}, more than five minutes ago")
    if found > now + AHEAD:
        raise FetchError(f"a price of {found:%Y-%m-%dT%H:%M:%SZ}, which is ahead")
    return min(found, now)
