"""Whole replays against the fake venue, smooth and not."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tests.client.builders import SAMPLE, total_of
from tests.client.fake_http import BASE, transport
from tests.client.fake_venue import OPERATOR_KEY, FakeVenue
from tests.client.naive_book import BookOrder
from zerodesk.orders import Side
from zerodesk_client.api import ApiProblem, Client, RetryPolicy, UnreachableError
from zerodesk_client.replay import resume, settled
from zerodesk_client.replay.market import ReplayOptionError
from zerodesk_client.replay.progress import Progress
from zerodesk_client.replay.replay import Replay, ReplayOptions, RetryCounter, Verdict

RUN = "TEST42"
PATIENT = RetryPolicy(unreachable_s=20, faults_s=20, first_pause_s=0.001, longest_pause_s=0.01)


class Notes:
    def __init__(self) -> None:
        self.steps: list[str] = []
        self.last: Progress | None = None

    def step(self, text: str) -> None:
        self.steps.append(text)

    def progress(self, progress: Progress) -> None:
        self.last = progress


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resume, "QUIET_S", 0.0)
    monkeypatch.setattr(settled, "SETTLE_S", 0.2)
    monkeypatch.setattr(settled, "SETTLE_POLL_S", 0.01)


def run(
    venue: FakeVenue,
    *,
    options: ReplayOptions | None = None,
    file: Path = SAMPLE,
    retry: RetryPolicy = PATIENT,
    wire: httpx.BaseTransport | None = None,
    notes: Notes | None = None,
) -> Verdict:
    retries = RetryCounter()
    http = httpx.Client(transport=wire or transport(venue))
    with Client(BASE, OPERATOR_KEY, retry=retry, on_retry=retries, http=http) as operator:
        chosen = options or ReplayOptions(limit=150)
        return Replay(operator, file, RUN, chosen, notes or Notes(), retries).run()


def test_a_replay_does_what_the_file_says() -> None:
    venue, notes = FakeVenue(), Notes()
    verdict = run(venue, notes=notes)
    assert verdict.is_as_recorded
    assert [check.name for check in verdict.checks if not check.is_equal] == []
    assert (verdict.outcome.trades, verdict.outcome.orders) == (150, 300)
    assert notes.last is not None
    assert notes.last.done == 150
    assert any("collar" in step for step in notes.steps), "the collar is reported"


def test_money_and_goods_are_where_the_deposits_brought_them() -> None:
    venue = FakeVenue()
    verdict = run(venue)
    for currency in (verdict.listing.base, "USD"):
        deposits = [
            Decimal(entry["amount"])
            for entry in venue.deposits.values()
            if entry["currency"] == currency
        ]
        assert total_of(venue, currency) == sum(deposits)


@pytest.mark.parametrize("in_flight", [1, 3, 16])
def test_how_much_is_in_flight_changes_nothing(in_flight: int) -> None:
    assert run(FakeVenue(), options=ReplayOptions(limit=60, in_flight=in_flight)).is_as_recorded


def test_one_order_in_flight_keeps_the_order_of_the_file() -> None:
    venue = FakeVenue()
    verdict = run(venue, options=ReplayOptions(limit=60, in_flight=1))
    traded = [trade["price"] for trade in venue.markets[verdict.listing.symbol].trades]
    recorded = [line.split(",")[1] for line in SAMPLE.read_text().splitlines()[1:61]]
    assert [Decimal(price) for price in traded] == [Decimal(price) for price in recorded]


class Unreliable(httpx.BaseTransport):
    """Loses every so many requests before, and answers after, the venue has seen them."""

    def __init__(self, venue: FakeVenue) -> None:
        self.inner = transport(venue)
        self.requests = 0
        self.lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self.lock:
            self.requests += 1
            number = self.requests
        orders = request.url.path.endswith("/v1/orders")
        if orders and number % 5 == 0:
            raise httpx.ConnectError("refused", request=request)
        if orders and number % 7 == 0:
            return httpx.Response(503, json={"code": "UNAVAILABLE"})
        answer = self.inner.handle_request(request)
        if orders and number % 6 == 0:
            raise httpx.ReadTimeout("lost", request=request)
        return answer


def test_lost_requests_and_lost_answers_change_nothing() -> None:
    venue = FakeVenue()
    verdict = run(venue, wire=Unreliable(venue))
    assert verdict.is_as_recorded
    assert verdict.retries > 50


def test_requests_that_are_lost_after_the_last_order_are_sent_again() -> None:
    venue = FakeVenue()
    lost: set[str] = set()

    def lose_once(method: str, path: str) -> None:
        concluding = path.endswith(("/balances", "/trades", "/reconciliations"))
        if concluding and path not in lost:
            lost.add(path)
            raise httpx.ConnectError("refused")

    venue.before = lose_once
    assert run(venue).is_as_recorded
    assert len(lost) == 3


def test_orders_that_stay_pending_for_a_while_change_nothing() -> None:
    venue = FakeVenue()
    venue.pending_answers, venue.polls_until_answer = 60, 2
    assert run(venue, options=ReplayOptions(limit=60)).is_as_recorded


def test_an_order_refused_in_passing_is_placed_anew() -> None:
    venue = FakeVenue()
    places = iter([0] * 5)

    def one_at_a_time(method: str, path: str) -> None:
        # The first few orders meet an account whose holds await settlement.
        if (method, path) == ("POST", "/v1/orders"):
            venue.open_order_limit = next(places, 200)

    venue.before = one_at_a_time
    verdict = run(venue)
    assert verdict.is_as_recorded
    assert verdict.outcome.placed_anew == 5


def test_a_stranger_in_the_book_is_a_surprise_and_stops_the_replay() -> None:
    venue = FakeVenue()
    seen = iter(range(10_000))

    def intrude(method: str, path: str) -> None:
        if (method, path) == ("POST", "/v1/orders") and next(seen) == 40:
            (listed,) = venue.markets.values()
            owner = dict(next(iter(venue.orders.values())), account_id="stranger")
            cheap = BookOrder(owner, Side.SELL, Decimal("412.00"), Decimal(1_000_000))
            listed.book.resting.append(cheap)

    venue.before = intrude
    verdict = run(venue)
    assert not verdict.is_as_recorded
    assert verdict.outcome.trades < 150
    assert verdict.outcome.surprises


def test_a_breach_in_the_venues_own_books_is_a_difference() -> None:
    venue = FakeVenue()
    venue.breaches = [{"code": "TOTALS_DIFFER", "subject": "USD", "detail": "off by one"}]
    verdict = run(venue)
    assert all(check.is_equal for check in verdict.checks)
    assert not verdict.is_as_recorded


def test_a_trade_that_the_venue_forgets_is_a_difference() -> None:
    venue = FakeVenue()

    def forget(method: str, path: str) -> None:
        if path.endswith("/trades"):
            (listed,) = venue.markets.values()
            del listed.trades[150 - 1 :]
            listed.trades[0]["quantity"] = "1"

    venue.before = forget
    verdict = run(venue)
    unequal = {check.name for check in verdict.checks if not check.is_equal}
    assert {"trades", "volume"} <= unequal
    assert len(verdict.differences) in (1, 2)


def test_money_that_goes_missing_is_a_difference() -> None:
    venue = FakeVenue()

    def lose(method: str, path: str) -> None:
        if path == "/v1/balances":
            key = next(key for key in venue.balances if key[1] == "USD")
            venue.balances[key] -= Decimal("0.000001")

    venue.before = lose
    unequal = [check.name for check in run(venue).checks if not check.is_equal]
    assert unequal == ["settled quote, fees taken off"]


def _failing_after(orders: int) -> Callable[[str, str], None]:
    seen = iter(range(10_000))

    def fail(method: str, path: str) -> None:
        if (method, path) == ("POST", "/v1/orders") and next(seen) >= orders:
            raise httpx.ConnectError("down")

    return fail


def test_a_replay_that_stopped_is_taken_up_where_it_was() -> None:
    venue = FakeVenue()
    venue.before = _failing_after(131)
    with pytest.raises(UnreachableError):
        run(venue, retry=RetryPolicy())
    venue.before = lambda _method, _path: None
    placed = len(venue.orders)
    notes = Notes()
    verdict = run(venue, notes=notes)
    assert verdict.is_as_recorded
    assert 0 < verdict.taken_up < 150
    assert verdict.outcome.trades == 150 - verdict.taken_up
    assert len(venue.orders) == 300, "no order was placed twice"
    assert verdict.outcome.orders == 300 - placed
    assert any("goes on after" in step for step in notes.steps)


def test_a_finished_replay_taken_up_again_only_compares() -> None:
    venue = FakeVenue()
    run(venue)
    verdict = run(venue)
    assert verdict.is_as_recorded
    assert (verdict.taken_up, verdict.outcome.orders) == (150, 0)


def test_a_replay_is_not_taken_up_with_other_trades() -> None:
    venue = FakeVenue()
    run(venue)
    with pytest.raises(ApiProblem) as raised:
        run(venue, options=ReplayOptions(limit=100))
    assert raised.value.status == 409


def test_a_replay_that_differed_is_not_taken_up() -> None:
    venue = FakeVenue()
    run(venue)
    order = next(iter(venue.orders.values()))
    order["status"] = "CANCELLED"
    with pytest.raises(ReplayOptionError, match="is CANCELLED"):
        run(venue)


def test_the_files_own_pace_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "paced.csv"
    rows = [f"2026-03-02T14:30:0{second}Z,100.0{second},1\n" for second in range(4)]
    file.write_text("time,price,quantity\n" + "".join(rows))
    started_s = time.monotonic()
    verdict = run(FakeVenue(), file=file, options=ReplayOptions(speed=5.0))
    assert verdict.is_as_recorded
    assert 0.6 <= time.monotonic() - started_s < 5


def test_keys_of_a_finished_replay_are_revoked() -> None:
    venue = FakeVenue()
    run(venue)
    assert list(venue.keys) == [OPERATOR_KEY]


def test_a_run_id_that_does_not_fit_a_symbol_is_refused() -> None:
    with Client(BASE, "key") as client, pytest.raises(ReplayOptionError, match="capitals"):
        Replay(client, SAMPLE, "no good", ReplayOptions(), Notes(), RetryCounter())
