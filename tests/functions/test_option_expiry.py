"""An option ends: the price from the journal, exercise and assignment, once, whoever asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.market_reads import to_price
from tests.functions.test_options import (
    LISTING,
    balances,
    place,
    publish,
    quantity,
    usd,
    venue,
)
from zerodesk.expiry import AVERAGE_MS, MAX_GAP_MS
from zerodesk.options import MONTHS, OptionTerms
from zerodesk.times import iso_ms
from zerodesk_aws.clock import now_ms
from zerodesk_aws.index_history import index_history
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.market import Markets

__all__ = ["venue"]
MINUTE_MS = 60_000


def in_two_days() -> str:
    day = datetime.now(UTC) + timedelta(days=2)
    return f"{day:%d}{MONTHS[day.month - 1]}{day:%y}"


CALL = f"BTC-{in_two_days()}-60000-C"
EXPIRY_MS = OptionTerms.of(CALL).expiry_ms


@pytest.fixture
def traded(venue: Gateway) -> Gateway:
    """Ann has bought 1 of ben, who offers more."""
    publish(venue)
    assert venue.operator("POST", "/v1/markets", LISTING | {"symbol": CALL}).status == 201
    publish(venue, as_of=iso_ms(now_ms() - 1))
    premium = str(round(float(quote(venue)["mark_price_ticks"])))
    sold = place(venue, "ben", "s", "SELL", symbol=CALL, quantity="1.5", price=premium)
    assert sold["status"] == "OPEN", sold
    bought = place(venue, "ann", "b", "BUY", symbol=CALL, price=premium)
    assert bought["status"] == "FILLED", bought
    venue.settle(CALL)
    return venue


def quote(venue: Gateway) -> Any:
    from pricing import handler as pricing

    order = {"symbol": CALL, "side": "BUY", "price_ticks": None, "quantity_lots": 1}
    return pricing.handler(to_price(order), venue.context)["quote"]


def observe(venue: Gateway, price: int, at_ms: int) -> None:
    """An index price that the underlying's book takes at a time."""
    venue.send(
        {
            "kind": "index",
            "command_id": f"index-{at_ms}",
            "symbol": "BTC-USD",
            "price_ticks": price * 100,
            "source": "index",
            "observed_at_ms": at_ms,
            "accepted_at_ms": at_ms,
        }
    )


def a_half_hour(venue: Gateway, *, without: range = range(0)) -> None:
    """The index before the expiry: twenty minutes at 61,000, ten at 64,000."""
    for minute in range(32):
        if minute not in without:
            price = 61_000 if minute < 21 else 64_000
            observe(venue, price, EXPIRY_MS - (31 - minute) * MINUTE_MS)


def end(venue: Gateway, at_ms: int) -> list[str]:
    from sweeper.options import OptionEnds

    markets = Markets("market")
    listed = markets.get(CALL, consistent=True)
    assert listed is not None
    ends = OptionEnds(Journal("journal"), markets, venue)  # type: ignore[arg-type]
    return list(ends.end(listed, at_ms))


def state_of(venue: Gateway) -> dict[str, Any]:
    shown = venue.call("GET", "/v1/markets").json["markets"]
    [market] = [one for one in shown if one["symbol"] == CALL]
    return {name: market[name] for name in ("state", "state_by", "state_reason")}


def reconciled() -> dict[str, str]:
    from reconciliation import operations

    return balances(operations.reconcile(60.0))


def test_holder_and_writer_are_settled_at_the_average_and_everything_adds_up(
    traded: Gateway,
) -> None:
    before = {who: float(usd(traded, who)[0]) for who in ("ann", "ben")}
    a_half_hour(traded)
    assert end(traded, EXPIRY_MS - 1) == []
    assert end(traded, EXPIRY_MS + MINUTE_MS) == ["OptionsEnded"]
    assert end(traded, EXPIRY_MS + MINUTE_MS) == []
    traded.settle(CALL)
    # 61,000 for two thirds of the time and 64,000 for one: 62,000, which is 2,000 above the strike.
    assert float(usd(traded, "ann")[0]) - before["ann"] == pytest.approx(2_000)
    # What ben held for what he still offered comes back.
    assert float(usd(traded, "ben")[0]) - before["ben"] == pytest.approx(-2_000, abs=10)
    assert usd(traded, "ben")[1] == "0"
    assert (quantity(traded, "ann"), quantity(traded, "ben")) == ("0", "0")
    found = reconciled()
    assert (found["open"], found["in_clearing"]) == ("0", "0")
    shown = state_of(traded)
    assert (shown["state"], shown["state_by"]) == ("DELISTED", "time")
    assert shown["state_reason"].startswith("expired at 62000 USD, the index's average")
    told = [one.detail for one in traded.told if one.detail_type == "OptionExercised"]
    assert [(one["account_id"], one["outcome"]) for one in told] == [
        ("ann", "EXERCISED"),
        ("ben", "ASSIGNED"),
    ]
    fill = traded.call("GET", "/v1/fills", who="ann").json["fills"][0]
    named = ("order_id", "side", "price", "quantity", "fee", "liquidity")
    assert [fill[name] for name in named] == [None, "SELL", "2000", "1", "0", "EXPIRY"]


def test_a_group_that_waits_when_it_ends_is_cancelled_and_nothing_stays_held(
    traded: Gateway,
) -> None:
    premium = int(quote(traded)["mark_price_ticks"])
    sale = {"side": "SELL", "type": "LIMIT", "quantity": "1", "price": str(premium + 3)}
    terms = {"symbol": CALL, "quantity": "1", "price": str(premium - 1)}
    first = place(traded, "cat", "one", "BUY", then=sale, **terms)
    assert first["status"] == "OPEN", first
    a_half_hour(traded)
    assert end(traded, EXPIRY_MS + MINUTE_MS) == ["OptionsEnded"]
    traded.settle(CALL)
    ends = [
        traded.call("GET", f"/v1/orders/{one}", who="cat").json["status"]
        for one in (first["order_id"], first["then"])
    ]
    assert ends == ["CANCELLED", "CANCELLED"]
    assert usd(traded, "cat") == ("40000", "0")
    assert reconciled()["in_clearing"] == "0"


def test_the_price_is_final_once_the_book_of_the_underlying_is_behind_the_expiry(
    traded: Gateway,
) -> None:
    for minute in range(31):
        observe(traded, 61_000, EXPIRY_MS - (31 - minute) * MINUTE_MS)
    # Its latest record is of before: another price may still come. It is told to look at the time.
    assert end(traded, EXPIRY_MS + MINUTE_MS) == ["OptionsWaiting"]
    assert end(traded, EXPIRY_MS + MINUTE_MS) == ["OptionsEnded"]
    begins_ms = EXPIRY_MS - AVERAGE_MS - MAX_GAP_MS
    found = index_history(Journal("journal"), "BTC-USD", begins_ms, EXPIRY_MS)
    observe(traded, 99_000, EXPIRY_MS - 1)
    assert index_history(Journal("journal"), "BTC-USD", begins_ms, EXPIRY_MS) == found


def test_two_who_ask_at_once_and_a_late_third_end_it_once(traded: Gateway) -> None:
    a_half_hour(traded)
    traded.matches_at_once = False
    assert end(traded, EXPIRY_MS + MINUTE_MS) == ["OptionsEnded"]
    assert end(traded, EXPIRY_MS + MINUTE_MS + 1) == ["OptionsEnded"]
    late = dict(traded.queue[-1]) | {"command_id": "settle-late", "price_minor": 99 * 10**9}
    traded.queue.append(late)
    traded.match()
    traded.settle(CALL)
    assert quantity(traded, "ann") == "0"
    settled = [one.detail for one in traded.told if one.detail_type == "OptionSettled"]
    assert [one["price_minor"] for one in settled] == [62_000 * 10**6]
    assert reconciled()["open"] == "0"


def test_a_gap_in_the_index_settles_nothing_until_an_operator_says_a_price(
    traded: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    from back_office import market_terms

    a_half_hour(traded, without=range(10, 17))
    assert end(traded, EXPIRY_MS + MINUTE_MS) == ["OptionsUnsettled"]
    path, body = f"/v1/markets/{CALL}/settlement", {"price": "63000", "reason": "by three venues"}
    early = traded.operator("POST", path, body)
    assert (early.status, early.code, early.json["field"]) == (400, "INTAKE_BAD_VALUE", "symbol")
    monkeypatch.setattr(market_terms, "now_ms", lambda: EXPIRY_MS + MINUTE_MS)
    answer = traded.operator("POST", path, body)
    assert (answer.status, answer.json["state_reason"]) == (200, "by three venues")
    assert answer.json["state_by"] == "house"
    traded.settle(CALL)
    assert quantity(traded, "ben") == "0"
    assert traded.operator("POST", path, body | {"price": "1"}).json["state"] == "DELISTED"
    assert reconciled()["in_clearing"] == "0"


@pytest.mark.parametrize(
    ("symbol", "body", "field"),
    [
        ("BTC-USD", {"price": "1", "reason": "x"}, "symbol"),
        (CALL, {"price": "-1", "reason": "x"}, "price"),
        (CALL, {"price": "1"}, "reason"),
    ],
)
def test_a_settlement_that_cannot_be_is_refused(
    traded: Gateway, symbol: str, body: dict[str, str], field: str
) -> None:
    refused = traded.operator("POST", f"/v1/markets/{symbol}/settlement", body)
    assert (refused.status, refused.json["field"]) == (400, field), refused.text
