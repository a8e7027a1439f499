"""Feeds: where the venue reads index prices outside, and how that fares."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from zerodesk.breakers import BreakerState
from zerodesk_aws.contracts.fields import (
    BAD_VALUE,
    PRICE_SOURCE,
    PRICE_SOURCE_RULE,
    Contract,
    PriceSource,
    Reason,
    Symbol,
    Timestamp,
    refusal,
    text,
)

URL: Final = (
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?\.)+[a-z]{2,24}(?::[1-9][0-9]{0,4})?"
    r"(?:/[A-Za-z0-9._~/?&=%+,:;@!$'()*-]{0,400})?"
)
URL_RULE: Final = (
    "https:// and the name of a host in small letters, then perhaps a path: no address in numbers, "
    "no name of this machine, no user"
)
POINTER: Final = r"(?:/(?:[ -.0-}]|~[01]){1,60}){1,10}"
POINTER_RULE: Final = "a JSON pointer (RFC 6901) of up to ten steps, such as /data/amount"


def host_of(url: str) -> str:
    """Return the host of an address.

    Examples
    --------
    >>> host_of("https://api.example.com:8443/v1/ticker?pair=BTC-USD")
    'api.example.com'
    """
    return urlsplit(url).hostname or ""


def read_url(value: str) -> str:
    """Return an address whose host can be the source of a price."""
    if not re.fullmatch(PRICE_SOURCE, host_of(value)):
        raise refusal(BAD_VALUE, f"its host is the source of its prices: {PRICE_SOURCE_RULE}")
    return value


FeedUrl = Annotated[str, AfterValidator(read_url), text(URL, URL_RULE)]
Pointer = Annotated[str, text(POINTER, POINTER_RULE)]


class SetFeed(Contract):
    """Have the index price of a market read each minute from a service outside.

    Its answer is JSON. Where it says when its price was of, ``observed_at`` points there: a time
    as 2026-11-21T07:00:00Z, or milliseconds since 1970; without it the price is of now.
    """

    url: FeedUrl
    price: Pointer
    observed_at: Pointer | None = None
    reason: Reason


class RemoveFeed(Contract):
    """Read a market's index price outside no more."""

    reason: Reason


class Feed(Contract):
    """Where the index price of a market is read, and the breaker before it.

    CLOSED: it is read each minute. OPEN: three times in a row it told nothing that could be used,
    and it is left alone until then. HALF_OPEN: the next minute tries it once.
    """

    symbol: Symbol
    url: str
    source: PriceSource = Field(description="The name of its prices in the book: its host.")
    price: str
    observed_at: str | None
    by: str
    reason: str
    since: Timestamp
    state: Annotated[BreakerState, Field(strict=False)]
    failures: int = Field(description="In a row.")
    failure: str | None = Field(description="What the latest of them was.")
    open_since: Timestamp | None
    open_until: Timestamp | None


class Feeds(Contract):
    """Every feed, by market."""

    feeds: list[Feed]
