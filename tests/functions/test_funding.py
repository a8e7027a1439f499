"""A perpetual is funded over its real handlers: by the sweep's clock, once, paid and told."""

import json
from typing import Any

import pytest

from sweeper.books import BookSweep
from tests.functions.gateway import Gateway
from tests.functions.test_perpetuals import BTC_PERP, SECOND_LEVEL, totals, trade, usd
from zerodesk.funding import FUNDING_EVERY_MS, funding_time
from zerodesk.times import iso_ms
from zerodesk.verification import NAMES, Record, Verifier
from zerodesk_aws.books import Books
from zerodesk_aws.clock import now_ms
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

PERP = "BTC-PERP"


@pytest.fixture
def venue(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    from reconciliation import operations
    from reconciliation.run import Reconciliation

    read = (Journal("journal"), Orders("orders"), Markets("market"), Cursors("cursors"))
    reconciliation = Reconciliation(*read, Holders("holders"))
    monkeypatch.setattr(operations, "reconciliation", reconciliation)
    free = BTC_PERP | {"maker_bps": 0, "taker_bps": 0}
    assert gateway.operator("POST", "/v1/markets", free).status == 201
    for account_id in ("ann", "ben", "cat"):
        gateway.open(account_id, USD="7000")
        gateway.operator("PUT", f"/v1/accounts/{account_id}/standing", SECOND_LEVEL)
    # Ann is long of what ben is short of; the book is 600 above the index, which is 1 %.
    trade(gateway, "t", "ann", "ben", "0.5", "60600")
    for name, side, price in (("bid", "BUY", "60599"), ("ask", "SELL", "60601")):
        gateway.place("cat", name, side, symbol=PERP, quantity="0.01", price=price)
    told = {"source": "index", "price": "60000", "observed_at": iso_ms(now_ms())}
    assert gateway.operator("POST", f"/v1/markets/{PERP}/index-prices", told).status == 202
    return gateway


def sweep(venue: Gateway) -> list[str]:
    """Let the sweeper look after the perpetual."""
    queue: Any = venue
    books = BookSweep(Books("journal"), Markets("market"), Cursors("cursors"), queue, queue)
    shown = Markets("market").get(PERP)
    assert shown is not None
    return [name for name in books._times(PERP, shown, now_ms()) if name == "Fundings"]


def test_the_sweep_has_a_perpetual_funded_once_and_the_accounts_are_paid_and_told(
    venue: Gateway,
) -> None:
    from reconciliation import operations

    assert sweep(venue) == ["Fundings"]
    assert sweep(venue) == []
    venue.settle(PERP)
    # Half a bitcoin at 60,600, at the most that anybody pays: 0.375 %.
    assert usd(venue, "ann")[0] == "6886.375"
    assert usd(venue, "ben")[0] == "7113.625"
    found = totals(operations.reconcile(60.0))
    assert (found["users"], found["open"], found["in_clearing"]) == ("121000", "0", "0")
    page = venue.call("GET", "/v1/statement", who="ann").json["records"]
    [told] = [one["cause"]["fundings"] for one in page if "fundings" in one["cause"]]
    [funding] = told
    assert funding["funding_at_ms"] == funding_time(now_ms())
    assert (funding["rate_millionths"], funding["amount_minor"]) == (3_750, -113_625_000)
    positions = "/v1/accounts/{}/positions"
    for who, brought in (("ann", "-113.625"), ("ben", "113.625")):
        [held] = venue.call("GET", positions.format(who), who=who).json["positions"]
        assert held["funding"] == brought


def test_a_doubled_command_of_another_region_changes_nothing(venue: Gateway) -> None:
    assert sweep(venue) == ["Fundings"]
    [command] = [one for one in venue.sent if one["kind"] == "fund"]
    venue.send(command)
    venue.send(command | {"command_id": "fund-of-elsewhere"})
    venue.settle(PERP)
    assert usd(venue, "ann")[0] == "6886.375"


def test_the_streams_of_a_perpetual_verify_from_their_first_record_and_from_behind_any(
    venue: Gateway,
) -> None:
    sweep(venue)
    trade(venue, "close", "ben", "ann", "0.2", "60600")
    venue.settle(PERP)
    streams = (f"book#{PERP}", "account#ann", "account#ben", "account#cat")
    for stream in streams:
        records = [
            Record(**{name: getattr(one, name) for name in NAMES})
            for one in Journal("journal").read(stream)
        ]
        whole, before = Verifier(stream), []
        for record in records:
            whole.take(record)
            before.append((record, json.loads(json.dumps(whole.state()))))
        for number, (record, state) in enumerate(before):
            later = Verifier.behind(stream, record.sequence, record.hash, state)
            for following in records[number + 1 :]:
                later.take(following)
            assert later.state() == whole.state()


def test_the_rates_of_a_perpetual_are_shown_newest_first(venue: Gateway) -> None:
    before = venue.call("GET", f"/v1/markets/{PERP}/funding").json
    assert before["fundings"] == []
    sweep(venue)
    shown = venue.call("GET", f"/v1/markets/{PERP}/funding").json
    at_ms = funding_time(now_ms())
    assert shown["next_funding_at"] == iso_ms(at_ms + FUNDING_EVERY_MS)
    assert shown["fundings"] == [
        {
            "funding_at": iso_ms(at_ms),
            "rate": "0.00375",
            "mark_price": "60600",
            "index_price": "60000",
        }
    ]


@pytest.mark.parametrize("symbol", ["BTC-USD", "ETH-PERP", "nothing"])
def test_what_is_no_perpetual_has_no_rates(gateway: Gateway, symbol: str) -> None:
    answer = gateway.call("GET", f"/v1/markets/{symbol}/funding")
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
