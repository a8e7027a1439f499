"""Feeds: services outside of the venue that tell index prices, each behind a breaker.

The register ``control#feeds`` has them by market; who set one and why, each failure and each change
of its breaker is a record of it.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from zerodesk.breakers import CLOSED, Breaker, BreakerState
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import FEEDS, Register

MAX_FEEDS: Final = 32
"""All are asked at once, each in a thread of its own."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where the index price of a market is read, and how that fared.

    Attributes
    ----------
    url
        None for one that was taken away.
    source
        The name under which its prices enter the book: its host.
    price, observed_at
        JSON pointers (RFC 6901) into the answer; no ``observed_at`` says that it is of now.
    """

    symbol: str
    url: str | None
    source: str
    price: str
    observed_at: str | None
    author: str
    reason: str
    at_ms: int
    breaker: Breaker = CLOSED

    @classmethod
    def of(cls, symbol: str, entry: dict[str, Any]) -> "Feed":
        """Return a feed as the register has it."""
        return cls(symbol, **entry | {"breaker": Breaker.of(entry["breaker"])})

    def to_entry(self) -> dict[str, Any]:
        """Return what the register keeps."""
        return {
            "url": self.url,
            "source": self.source,
            "price": self.price,
            "observed_at": self.observed_at,
            "author": self.author,
            "reason": self.reason,
            "at_ms": self.at_ms,
            "breaker": self.breaker.to_dict(),
        }

    def with_breaker(self, breaker: Breaker) -> "Feed":
        """Return it with another breaker."""
        return replace(self, breaker=breaker)

    def state_at(self, at_ms: int) -> BreakerState:
        """Return the state of its breaker."""
        return self.breaker.state_at(at_ms)


class FeedRegister:
    """The feeds of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._register = Register(journal, FEEDS)

    def all(self) -> list[Feed]:
        """Return the feeds that are read, by market; read strongly."""
        entries = self._register.entries()
        feeds = (Feed.of(symbol, entry) for symbol, entry in sorted(entries.items()))
        return [one for one in feeds if one.url is not None]

    def get(self, symbol: str) -> Feed | None:
        """Return a market's feed, or None; read strongly."""
        return next((one for one in self.all() if one.symbol == symbol), None)

    def put(self, feed: Feed) -> None:
        """Set a market's feed: whatever was before is replaced as a whole."""
        self._register.put(feed.symbol, feed.to_entry())

    def fared(self, feed: Feed, breaker: Breaker) -> Feed | None:
        """Return a feed with what became of its breaker; None where it has changed meanwhile."""
        after = feed.with_breaker(breaker)
        if self._register.change(feed.symbol, feed.to_entry(), after.to_entry()):
            return after
        return None
