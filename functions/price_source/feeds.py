"""The feeds of the venue: set by operators, each a record that says by whom and why."""

from dataclasses import replace

from price_source.prices import indexed
from zerodesk.breakers import CLOSED
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts import feeds as contracts
from zerodesk_aws.feeds import MAX_FEEDS, Feed, FeedRegister
from zerodesk_aws.listings import Listings


class FeedOffice:
    """Sets, shows and takes away feeds."""

    def __init__(self, register: FeedRegister, listings: Listings) -> None:
        self._register, self._listings = register, listings

    def all(self) -> contracts.Feeds:
        """Return every feed, with its breaker as it is now."""
        at_ms = now_ms()
        return contracts.Feeds(feeds=[_view(one, at_ms) for one in self._register.all()])

    def set(self, symbol: str, asked: contracts.SetFeed, author: str) -> contracts.Feed:
        """Have a market's index price read somewhere; its breaker begins closed.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. INTAKE_BAD_VALUE: an option, or one feed too many.
        """
        indexed(self._listings, symbol)
        others = [one for one in self._register.all() if one.symbol != symbol]
        if len(others) >= MAX_FEEDS:
            rule = f"one of {MAX_FEEDS} markets at most that have a feed"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", symbol, rule)
        at_ms = now_ms()
        feed = Feed(
            symbol,
            url=asked.url,
            source=contracts.host_of(asked.url),
            price=asked.price,
            observed_at=asked.observed_at,
            author=author,
            reason=asked.reason,
            at_ms=at_ms,
        )
        self._register.put(feed)
        return _view(feed, at_ms)

    def remove(self, symbol: str, asked: contracts.RemoveFeed, author: str) -> contracts.Feeds:
        """Take a market's feed away.

        Raises
        ------
        ProblemError
            NOT_FOUND: it has none.
        """
        feed = self._register.get(symbol)
        if feed is None:
            raise ended(ProblemCode.NOT_FOUND, f"{symbol} has no feed")
        gone = replace(
            feed, url=None, author=author, reason=asked.reason, at_ms=now_ms(), breaker=CLOSED
        )
        self._register.put(gone)
        return self.all()


def _view(feed: Feed, at_ms: int) -> contracts.Feed:
    found = feed.breaker
    return contracts.Feed(
        symbol=feed.symbol,
        url=feed.url or "",
        source=feed.source,
        price=feed.price,
        observed_at=feed.observed_at,
        by=feed.author,
        reason=feed.reason,
        since=iso_ms(feed.at_ms),
        state=found.state_at(at_ms),
        failures=found.failures,
        failure=found.reason or None,
        open_since=None if found.opened_at_ms is None else iso_ms(found.opened_at_ms),
        open_until=None if found.until_ms is None else iso_ms(found.until_ms),
    )
