"""Feeds are read each minute, each behind a breaker that operators, clients and events see."""

from threading import Event
from typing import Any

import pytest

from price_source import handler as price_source
from price_source import pulling
from price_source.fetching import FetchError
from tests.functions.gateway import Answered, Gateway
from tests.functions.killing import killed
from zerodesk_aws.bus import Announcement

URL = "https://api.example.com/v1/ticker?pair=BTC-USD"
SET = {"url": URL, "price": "/price", "reason": "launch"}
TICK = {"schedule": "read-feeds"}
START_MS = 1_795_245_000_000
MINUTE_MS = 60_000


class Outside:
    """A service outside, and the clock by which it is asked."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.at_ms = gateway, START_MS
        self.answer: bytes | Exception = b'{"price": "60042.1137"}'
        self.asked: list[str] = []
        self.told: list[Announcement] = []

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def publish(self, announcements: list[Announcement]) -> None:
        self.told.extend(announcements)

    def rings(self, minutes: int = 1) -> None:
        """Let minutes pass, and the clock ring at the end of each."""
        for _ in range(minutes):
            self.at_ms += MINUTE_MS
            assert price_source.handler(TICK, self.gateway.context) is None

    @property
    def feed(self) -> dict[str, Any]:
        found: dict[str, Any] = self.gateway.operator("GET", "/v1/feeds").json["feeds"][0]
        return found


@pytest.fixture
def outside(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Outside:
    from price_source import each_minute, operations
    from price_source.pulling import Puller
    from zerodesk_aws.feeds import FeedRegister
    from zerodesk_aws.journal import Journal

    found = Outside(gateway)
    register = FeedRegister(Journal("journal"))
    puller = Puller(register, operations.prices, found, found)  # type: ignore[arg-type]
    monkeypatch.setattr(each_minute, "puller", puller)
    for module in ("price_source.pulling", "price_source.feeds"):
        monkeypatch.setattr(f"{module}.now_ms", lambda: found.at_ms)
    return found


def put(gateway: Gateway, symbol: str = "BTC-USD", **changed: Any) -> Answered:
    body = {key: value for key, value in (SET | changed).items() if value is not None}
    return gateway.operator("PUT", f"/v1/feeds/{symbol}", body)


def halts(gateway: Gateway) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = gateway.operator("GET", "/v1/halts").json["halts"]
    return found


def test_a_feed_is_read_each_minute_and_its_price_is_the_mark(
    gateway: Gateway, outside: Outside
) -> None:
    assert put(gateway).json["state"] == "CLOSED"
    outside.rings()
    assert gateway.call("GET", "/v1/markets/BTC-USD").json["mark_price"] == "60042.11"
    assert gateway.sent[-1]["source"] == "api.example.com"
    outside.rings(2)
    assert outside.asked == [URL] * 3


def test_a_minute_in_which_all_is_well_writes_nothing(gateway: Gateway, outside: Outside) -> None:
    put(gateway)
    before = journal_records()
    outside.rings(3)
    assert journal_records() == before


def test_the_third_failure_in_a_row_opens_the_breaker_and_it_is_left_alone(
    gateway: Gateway, outside: Outside
) -> None:
    put(gateway)
    outside.answer = FetchError("status 503")
    outside.rings(2)
    assert (outside.feed["state"], outside.feed["failures"], outside.told) == ("CLOSED", 2, [])
    outside.rings()
    assert (outside.feed["state"], outside.feed["failure"]) == ("OPEN", "status 503")
    outside.rings()
    assert len(outside.asked) == 3
    [stopped] = outside.told
    assert stopped.detail_type == "FeedStopped"
    assert stopped.detail == {
        "symbol": "BTC-USD",
        "source": "api.example.com",
        "failures": 3,
        "reason": "status 503",
        "since": "2026-11-21T07:13:00.000Z",
        "until": "2026-11-21T07:15:00.000Z",
    }


def test_who_is_left_alone_stands_among_the_halts_with_why_and_until_when(
    gateway: Gateway, outside: Outside
) -> None:
    put(gateway)
    outside.answer = b"<html>"
    outside.rings(3)
    assert halts(gateway) == [
        {
            "stops": "feed:BTC-USD",
            "how": "BREAKER",
            "by": "breaker",
            "reason": "api.example.com: an answer that is no JSON",
            "since": "2026-11-21T07:13:00.000Z",
            "until": "2026-11-21T07:15:00.000Z",
        }
    ]


def test_an_answer_to_the_trial_closes_the_breaker(gateway: Gateway, outside: Outside) -> None:
    put(gateway)
    outside.answer = FetchError("status 503")
    outside.rings(3)
    outside.answer = b'{"price": "60050"}'
    outside.rings(2)
    assert outside.feed["state"] == "CLOSED"
    assert [one.detail_type for one in outside.told] == ["FeedStopped", "FeedResumed"]
    assert halts(gateway) == []
    assert gateway.call("GET", "/v1/markets/BTC-USD").json["mark_price"] == "60050"


def test_a_trial_that_fails_leaves_it_alone_for_twice_as_long(
    gateway: Gateway, outside: Outside
) -> None:
    put(gateway)
    outside.answer = FetchError("status 503")
    outside.rings(3 + 2)
    assert len(outside.asked) == 4
    outside.rings(3)
    assert len(outside.asked) == 4
    outside.rings()
    assert len(outside.asked) == 5
    assert [one.detail_type for one in outside.told] == ["FeedStopped"]


def test_who_rings_twice_makes_one_trial(gateway: Gateway, outside: Outside) -> None:
    put(gateway)
    outside.answer = FetchError("status 503")
    outside.rings(4)

    def ringing_again(url: str) -> bytes:
        outside.asked.append(url)
        assert price_source.handler(TICK, gateway.context) is None
        raise FetchError("status 503")

    from price_source.each_minute import puller

    puller._fetch = ringing_again
    outside.rings()
    assert len(outside.asked) == 4


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at_call", range(40))
def test_a_trial_whose_maker_dies_anywhere_is_made_again_and_nothing_stands_still(
    gateway: Gateway, outside: Outside, at_call: int, *, after: bool
) -> None:
    put(gateway)
    outside.answer = FetchError("status 503")
    outside.rings(4)
    outside.answer = b'{"price": "60050"}'
    with killed(at_call, after=after):
        outside.rings()
    outside.rings(2)
    assert outside.feed["state"] == "CLOSED"
    assert gateway.call("GET", "/v1/markets/BTC-USD").json["mark_price"] == "60050"


def test_a_fault_of_the_queue_is_not_counted_against_the_feed(
    gateway: Gateway, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(gateway)
    monkeypatch.setattr(gateway, "match", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        outside.rings()
    assert outside.feed["failures"] == 0


def test_a_price_that_its_market_cannot_take_is_a_failure(
    gateway: Gateway, outside: Outside
) -> None:
    put(gateway)
    outside.answer = b'{"price": "0.004"}'
    outside.rings()
    assert "more than half a tick" in outside.feed["failure"]


def test_one_feed_that_fails_hinders_no_other(gateway: Gateway, outside: Outside) -> None:
    gateway.list_market(symbol="ETH-USD", base="ETH")
    put(gateway, price="/nowhere")
    put(gateway, "ETH-USD")
    outside.rings()
    found = gateway.operator("GET", "/v1/feeds").json["feeds"]
    assert [(one["symbol"], one["failures"]) for one in found] == [("BTC-USD", 1), ("ETH-USD", 0)]


def test_a_feed_that_is_set_anew_begins_closed(gateway: Gateway, outside: Outside) -> None:
    put(gateway)
    outside.answer = FetchError("status 503")
    outside.rings(3)
    assert put(gateway, reason="their certificate is new").json["state"] == "CLOSED"
    outside.rings()
    assert len(outside.asked) == 4


def test_a_feed_that_is_taken_away_is_read_no_more(gateway: Gateway, outside: Outside) -> None:
    put(gateway)
    left = gateway.operator("DELETE", "/v1/feeds/BTC-USD?reason=they+charge")
    assert (left.status, left.json) == (200, {"feeds": []})
    outside.rings()
    assert outside.asked == []
    again = gateway.operator("DELETE", "/v1/feeds/BTC-USD?reason=again")
    assert (again.status, again.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"url": "http://api.example.com/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://user:secret@api.example.com/"}, "url"),
        ({"url": "https://API.example.com/"}, "url"),
        ({"url": "https://[::1]/"}, "url"),
        ({"url": "ftp://api.example.com/"}, "url"),
        ({"url": "https://api.example.com/#there"}, "url"),
        ({"url": f"https://{'a' * 39}.example.com/"}, "url"),
        ({"price": "price"}, "price"),
        ({"price": ""}, "price"),
        ({"price": "/a~2b"}, "price"),
        ({"price": "/a" * 11}, "price"),
        ({"observed_at": "at"}, "observed_at"),
        ({"reason": ""}, "reason"),
        ({"reason": None}, "reason"),
        ({"method": "POST"}, "method"),
    ],
)
def test_a_bad_feed_is_refused_and_nothing_is_set(
    gateway: Gateway, changed: dict[str, Any], field: str
) -> None:
    answer = put(gateway, **changed)
    assert (answer.status, answer.json["field"]) == (400, field)
    assert gateway.operator("GET", "/v1/feeds").json == {"feeds": []}


def test_a_market_that_is_not_there_has_no_feed(gateway: Gateway) -> None:
    assert put(gateway, "NO-SUCH").code == "NOT_FOUND"


def test_one_feed_more_than_are_read_in_a_minute_is_refused(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("price_source.feeds.MAX_FEEDS", 1)
    gateway.list_market(symbol="ETH-USD", base="ETH")
    put(gateway)
    assert (put(gateway).status, put(gateway, "ETH-USD").code) == (200, "INTAKE_BAD_VALUE")


def test_a_trader_sets_no_feed(gateway: Gateway) -> None:
    answer = gateway.call("PUT", "/v1/feeds/BTC-USD", SET)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


def journal_records() -> int:
    from zerodesk_aws.journal import Journal

    latest = Journal("journal").latest("control#feeds")
    return 0 if latest is None else latest.sequence


def test_a_feed_that_never_answers_holds_up_no_other_and_is_counted(
    gateway: Gateway, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.list_market(symbol="ETH-USD", base="ETH")
    put(gateway)
    put(gateway, "ETH-USD", url="https://slow.example.com/")
    released = Event()

    def answering(url: str) -> bytes:
        if "slow" in url:
            released.wait(60)
        return b'{"price": "60050"}'

    from price_source.each_minute import puller

    monkeypatch.setattr(puller, "_fetch", answering)
    monkeypatch.setattr(pulling, "PATIENCE_SECONDS", 0.2)
    outside.rings(3)
    released.set()
    assert gateway.call("GET", "/v1/markets/BTC-USD").json["mark_price"] == "60050"
    fared = {one["symbol"]: one for one in gateway.operator("GET", "/v1/feeds").json["feeds"]}
    assert (fared["BTC-USD"]["state"], fared["ETH-USD"]["state"]) == ("CLOSED", "OPEN")
    assert fared["ETH-USD"]["failure"].startswith("no answer within")
