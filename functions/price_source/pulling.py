"""Each minute: read every feed whose breaker lets it be, and send what it tells to its book."""

from datetime import UTC, datetime
from functools import partial

from price_source.fetching import Fetch, FetchError, Told, read
from price_source.in_time import in_time
from price_source.prices import Prices
from zerodesk.breakers import BreakerState
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemError
from zerodesk_aws.bus import Announcement, Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.markets import ReportIndexPrice
from zerodesk_aws.entry import count, logger
from zerodesk_aws.feeds import Feed, FeedRegister

SOURCE = "zerodesk.markets"

PATIENCE_SECONDS = 8.0
"""For all feeds together. Most of it is what one may take to answer; the rest is for what has no
bound of its own: a name that is long looked up, and many addresses of it where nobody is."""
LATE = f"no answer within {PATIENCE_SECONDS:.0f} s, the search for its address included"


class Puller:
    """Reads feeds.

    What dies on the way is made good by the next minute: a price is a command of its own, a breaker
    is changed by a record, and a trial whose maker is gone is made again.
    """

    def __init__(self, register: FeedRegister, prices: Prices, bus: Bus, fetch: Fetch) -> None:
        self._register, self._prices, self._bus, self._fetch = register, prices, bus, fetch

    def pull(self) -> None:
        """Read all feeds that may be read, side by side; then book how each fared."""
        feeds = [one for feed in self._register.all() if (one := self._to_ask(feed)) is not None]
        told = in_time([partial(self._ask, feed) for feed in feeds], PATIENCE_SECONDS)
        for feed, answer in zip(feeds, told, strict=True):
            self._book(feed, self._reported(feed, answer or LATE))

    def _to_ask(self, feed: Feed) -> Feed | None:
        """Return a feed that is asked now; of one that is half open, after its trial is booked."""
        at_ms = now_ms()
        state = feed.state_at(at_ms)
        if state is BreakerState.HALF_OPEN:
            return self._register.fared(feed, feed.breaker.tried(at_ms))
        return feed if state is BreakerState.CLOSED else None

    def _ask(self, feed: Feed) -> Told | str:
        """Return what a feed tells, or why that cannot be used."""
        try:
            body = self._fetch(feed.url or "")
            now = datetime.fromtimestamp(now_ms() / 1_000, UTC)
            return read(body, feed.price, feed.observed_at, now)
        except FetchError as failure:
            return str(failure)

    def _reported(self, feed: Feed, answer: Told | str) -> str | None:
        """Send a price to its book; return why the feed failed, None where it did not."""
        if isinstance(answer, str):
            return answer
        asked = ReportIndexPrice(
            source=feed.source, price=answer.price, observed_at=answer.observed_at
        )
        try:
            self._prices.report(feed.symbol, asked)
        except ProblemError as refusal:
            return refusal.problem.detail
        return None

    def _book(self, feed: Feed, failure: str | None) -> None:
        """Keep how a feed fared, and tell of a breaker that opened or closed."""
        before, at_ms = feed.breaker, now_ms()
        after = before.answered() if failure is None else before.failed(at_ms, failure)
        if failure is not None:
            count("FeedsFailed")
            logger.warning("feed failed", symbol=feed.symbol, url=feed.url, reason=failure)
        if after == before:
            return
        booked = self._register.fared(feed, after)
        was_open, is_open = before.until_ms is not None, after.until_ms is not None
        if booked is not None and was_open is not is_open:
            self._bus.publish([_opened(booked) if is_open else _closed(booked, at_ms)])


def _opened(feed: Feed) -> Announcement:
    found = feed.breaker
    detail = {
        "symbol": feed.symbol,
        "source": feed.source,
        "failures": found.failures,
        "reason": found.reason,
        "since": iso_ms(found.opened_at_ms or 0),
        "until": iso_ms(found.until_ms or 0),
    }
    return Announcement(SOURCE, "FeedStopped", detail)


def _closed(feed: Feed, at_ms: int) -> Announcement:
    detail = {"symbol": feed.symbol, "source": feed.source, "at": iso_ms(at_ms)}
    return Announcement(SOURCE, "FeedResumed", detail)
