"""A market is listed once, on terms that the ledger can keep; partners speak for open accounts."""

from typing import Any

import pytest

from back_office import operations
from tests.functions.gateway import BTC_USD, Answered, Gateway
from zerodesk.instruments import Market
from zerodesk.times import iso_ms
from zerodesk_aws.clock import now_ms
from zerodesk_aws.listings import REMEMBERED_SECONDS
from zerodesk_aws.registers import MARKETS, PARTNERS, Register

ETH_USD = BTC_USD | {"symbol": "ETH-USD", "base": "ETH"}


def listed(gateway: Gateway, **changed: Any) -> Answered:
    return gateway.operator("POST", "/v1/markets", ETH_USD | changed)


def test_a_market_is_open_as_soon_as_it_is_listed(gateway: Gateway) -> None:
    answer = listed(gateway)
    assert (answer.status, answer.json["state"]) == (201, "OPEN")
    assert {name: answer.json[name] for name in ETH_USD} == ETH_USD


def test_the_same_listing_again_is_the_same_market(gateway: Gateway) -> None:
    first = listed(gateway)
    sent = len(gateway.sent)
    again = listed(gateway, tick_size="0.010", max_quantity="100.0")
    assert (again.status, again.json) == (200, first.json)
    assert len(gateway.sent) == sent


@pytest.mark.parametrize("changed", [{"taker_bps": 6}, {"tick_size": "0.02"}, {"collar_bps": 1}])
def test_other_terms_are_a_conflict(gateway: Gateway, changed: dict[str, Any]) -> None:
    listed(gateway)
    answer = listed(gateway, **changed)
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")


def test_the_register_knows_the_market_as_the_book_does(gateway: Gateway) -> None:
    listed(gateway)
    entry = Register(operations.journal, MARKETS).get("ETH-USD")
    assert entry == gateway.sent[-1]["market"]
    assert Market.from_dict(entry or {}).symbol == "ETH-USD"


def test_a_listing_that_was_lost_is_sent_again_by_its_repeat(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    answer = listed(gateway)
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    gateway.queue.clear()
    gateway.matches_at_once = True
    assert listed(gateway).status == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"symbol": "ETHUSD"}, "symbol"),
        ({"symbol": "USD-USD"}, "symbol"),
        ({"base": "BTC"}, "base"),
        ({"quote": "EUR"}, "quote"),
        ({"tick_size": "0.0000001"}, "tick_size"),
        ({"lot_size": "0.000000001"}, "tick_size"),
        ({"max_quantity": "0.00001"}, "max_quantity"),
        ({"reference_price": "0.001"}, "reference_price"),
        ({"maker_bps": -6}, "maker_bps"),
        ({"maker_bps": 6}, "maker_bps"),
        ({"taker_bps": 1_001}, "taker_bps"),
        ({"collar_bps": 100_001}, "collar_bps"),
    ],
)
def test_terms_that_break_a_rule_of_listing_are_refused(
    gateway: Gateway, changed: dict[str, Any], field: str
) -> None:
    answer = listed(gateway, **changed)
    assert (answer.status, answer.code) == (400, "INTAKE_BAD_VALUE")
    assert (answer.json["field"], bool(answer.json["rule"])) == (field, True)
    assert Register(operations.journal, MARKETS).get("ETH-USD") is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"tick_size": 0.01}, "INTAKE_WRONG_TYPE"),
        ({"maker_bps": "2"}, "INTAKE_WRONG_TYPE"),
        ({"maker_bps": True}, "INTAKE_WRONG_TYPE"),
        ({"taker_bps": 2.5}, "INTAKE_WRONG_TYPE"),
        ({"taker_bps": 10**30}, "INTAKE_WRONG_TYPE"),
        ({"tick_size": "0"}, "INTAKE_BAD_NUMBER"),
        ({"min_notional": "-1"}, "INTAKE_BAD_NUMBER"),
        ({"lot_size": "1e-4"}, "INTAKE_BAD_NUMBER"),
        ({"listed_by": "me"}, "INTAKE_UNKNOWN_FIELD"),
    ],
)
def test_terms_that_break_the_grammar_are_refused(
    gateway: Gateway, changed: dict[str, Any], code: str
) -> None:
    answer = listed(gateway, **changed)
    assert (answer.status, answer.code) == (400, code)


def test_a_partner_is_bound_to_the_latest_account_named(gateway: Gateway) -> None:
    for account_id in ("alice", "bob", "bob"):
        answer = gateway.operator("PUT", "/v1/partners/partner.acme", {"account_id": account_id})
        assert answer.json == {"source": "partner.acme", "account_id": account_id}
    register = Register(operations.journal, PARTNERS)
    assert register.get("partner.acme") == {"account_id": "bob"}
    assert len(list(operations.journal.read(PARTNERS))) == 2


@pytest.mark.parametrize("source", ["acme", "partner.", "partner.ACME", "zerodesk.orders"])
def test_a_source_that_is_no_partner_is_refused(gateway: Gateway, source: str) -> None:
    answer = gateway.operator("PUT", f"/v1/partners/{source}", {"account_id": "alice"})
    assert (answer.status, answer.code, answer.json["field"]) == (
        400,
        "INTAKE_BAD_VALUE",
        "source",
    )


def test_a_partner_of_an_account_that_is_not_open_is_refused(gateway: Gateway) -> None:
    answer = gateway.operator("PUT", "/v1/partners/partner.acme", {"account_id": "nobody"})
    assert (answer.status, answer.json["field"]) == (400, "account_id")


def set_state(gateway: Gateway, state: Any, reason: str = "the feed is wrong") -> Answered:
    return gateway.operator("PUT", "/v1/markets/BTC-USD/state", {"state": state, "reason": reason})


@pytest.mark.parametrize("state", ["CANCEL_ONLY", "HALTED"])
def test_a_stopped_market_refuses_orders_takes_cancels_and_can_be_opened_again(
    gateway: Gateway, state: str
) -> None:
    resting = gateway.place("alice", "resting", "BUY", quantity="0.01").json["order_id"]
    assert (set_state(gateway, state).status, set_state(gateway, state).json["state"]) == (
        200,
        state,
    )
    refused = gateway.place("alice", "late", "BUY", quantity="0.01").json
    assert refused["rejection"]["code"] == "MATCHING_MARKET_NOT_OPEN"
    assert gateway.call("DELETE", f"/v1/orders/{resting}").json["status"] == "CANCELLED"
    assert set_state(gateway, "OPEN", "the feed is mended").json["state"] == "OPEN"
    assert gateway.place("alice", "again", "BUY", quantity="0.01").json["status"] == "OPEN"


def test_the_book_journals_who_stopped_it_and_why(gateway: Gateway) -> None:
    set_state(gateway, "HALTED")
    assert gateway.sent[-1]["reason"] == "operator: the feed is wrong"


def test_a_state_that_stands_already_is_no_command(gateway: Gateway) -> None:
    sent = len(gateway.sent)
    assert set_state(gateway, "OPEN").status == 200
    assert len(gateway.sent) == sent


def test_a_book_that_does_not_answer_is_a_503_and_the_repeat_finds_out(gateway: Gateway) -> None:
    gateway.matches_at_once = False
    assert set_state(gateway, "HALTED").code == "UNAVAILABLE"
    gateway.match()
    assert set_state(gateway, "HALTED").json["state"] == "HALTED"


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"state": "AUCTION", "reason": "r"}, "INTAKE_MISSING_FIELD", "auction"),
        ({"state": "AUCTION", "reason": "r", "auction": "NOON"}, "INTAKE_BAD_VALUE", "auction"),
        ({"state": "OPEN", "reason": "r", "auction": "HALT"}, "INTAKE_BAD_VALUE", "auction"),
        (
            {"state": "HALTED", "reason": "r", "auction_seconds": 5},
            "INTAKE_BAD_VALUE",
            "auction_seconds",
        ),
        (
            {"state": "AUCTION", "reason": "r", "auction": "HALT", "auction_seconds": 0},
            "INTAKE_BAD_VALUE",
            "auction_seconds",
        ),
        ({"state": "CLOSED", "reason": "r"}, "INTAKE_BAD_VALUE", "state"),
        ({"state": 1, "reason": "r"}, "INTAKE_WRONG_TYPE", "state"),
        ({"state": "OPEN", "reason": " "}, "INTAKE_BAD_VALUE", "reason"),
        ({"state": "OPEN"}, "INTAKE_MISSING_FIELD", "reason"),
    ],
)
def test_a_state_or_reason_that_is_none_is_refused(
    gateway: Gateway, asked: dict[str, Any], code: str, field: str
) -> None:
    sent = len(gateway.sent)
    answer = gateway.operator("PUT", "/v1/markets/BTC-USD/state", asked)
    assert (answer.code, answer.json["field"], len(gateway.sent)) == (code, field, sent)


def test_a_market_that_is_not_listed_has_no_state(gateway: Gateway) -> None:
    asked = {"state": "OPEN", "reason": "r"}
    assert gateway.operator("PUT", "/v1/markets/XRP-USD/state", asked).code == "NOT_FOUND"
    assert gateway.call("PUT", "/v1/markets/BTC-USD/state", asked).code == "FORBIDDEN"


def hold_auction(gateway: Gateway, kind: str = "OPENING", **terms: Any) -> Answered:
    asked = {"state": "AUCTION", "auction": kind, "reason": "the day begins"} | terms
    return gateway.operator("PUT", "/v1/markets/BTC-USD/state", asked)


def end_auction(gateway: Gateway) -> Answered:
    asked = {"reason": "all are here"}
    return gateway.operator("POST", "/v1/markets/BTC-USD/auction/end", asked)


@pytest.mark.parametrize(("kind", "after"), [("OPENING", "OPEN"), ("CLOSING", "HALTED")])
def test_an_auction_gathers_shows_what_it_would_come_to_and_trades_when_it_ends(
    gateway: Gateway, kind: str, after: str
) -> None:
    assert hold_auction(gateway, kind, auction_seconds=60).json["state"] == "AUCTION"
    gateway.place("bob", "ask", "SELL", price="59990", quantity="0.3")
    bid = gateway.place("alice", "bid", "BUY", price="60010", quantity="0.2").json
    assert bid["status"] == "OPEN"
    shown = gateway.call("GET", "/v1/markets/BTC-USD").json["auction"]
    assert (shown["kind"], shown["indicative_price"], shown["indicative_quantity"]) == (
        kind,
        "59990",
        "0.2",
    )
    ended = end_auction(gateway).json
    assert (ended["state"], ended["auction"], ended["last_price"]) == (after, None, "59990")
    filled = gateway.call("GET", f"/v1/orders/{bid['order_id']}").json
    assert (filled["status"], filled["average_price"]) == ("FILLED", "59990")


def test_a_market_that_holds_no_auction_has_none_to_end(gateway: Gateway) -> None:
    assert (end_auction(gateway).status, end_auction(gateway).code) == (409, "NO_AUCTION")


def test_an_end_that_the_book_does_not_answer_is_a_503_and_its_repeat_the_same_command(
    gateway: Gateway,
) -> None:
    hold_auction(gateway)
    gateway.matches_at_once = False
    assert end_auction(gateway).code == "UNAVAILABLE"
    assert end_auction(gateway).code == "UNAVAILABLE"
    assert gateway.sent[-1]["command_id"] == gateway.sent[-2]["command_id"]


BAND = {"bps": 200, "window_seconds": 10, "auction_seconds": 60}
HALTS = ("AuctionBegan", "MarketHalted")
BANDED = ETH_USD | {"reference_price": "3000", "band": BAND}


def place_in_eth(gateway: Gateway, side: str, price: str, **terms: Any) -> Any:
    account = "bob" if side == "SELL" else "alice"
    return gateway.place(
        account, f"{side}-{price}", side, symbol="ETH-USD", price=price, quantity="0.1", **terms
    ).json


def test_a_band_stops_a_market_before_it_trades_outside_and_shows_why(gateway: Gateway) -> None:
    assert gateway.operator("POST", "/v1/markets", BANDED).json["band"] == BAND
    gateway.operator(
        "POST",
        "/v1/accounts/bob/deposits",
        {"deposit_id": "eth", "currency": "ETH", "amount": "5"},
    )
    assert place_in_eth(gateway, "SELL", "3070")["status"] == "OPEN"
    assert place_in_eth(gateway, "BUY", "3080")["status"] == "OPEN"
    shown = gateway.call("GET", "/v1/markets/ETH-USD").json
    assert (shown["state"], shown["state_by"], shown["last_price"]) == ("AUCTION", "band", None)
    assert shown["state_reason"].endswith(
        "at 3070, outside 2940 to 3060: 200 basis points around 3000"
    )
    assert shown["auction"]["indicative_price"] == "3070"
    assert shown["auction"]["ends_at"] > shown["state_since"]
    told = [one.detail_type for one in gateway.told if one.detail_type in HALTS]
    assert told == list(HALTS)
    ended = gateway.operator("POST", "/v1/markets/ETH-USD/auction/end", {"reason": "seen"}).json
    assert (ended["state"], ended["last_price"], ended["state_by"]) == ("OPEN", "3070", "house")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"bps": 0}, "band.bps"),
        ({"window_seconds": 0}, "band.window_seconds"),
        ({"auction_seconds": 86_401}, "band.auction_seconds"),
    ],
)
def test_a_band_that_is_none_is_refused(
    gateway: Gateway, changed: dict[str, int], field: str
) -> None:
    answer = listed(gateway, band=BAND | changed)
    assert (answer.status, answer.code, answer.json["field"]) == (400, "INTAKE_BAD_VALUE", field)


def report_price(gateway: Gateway, observed_at_ms: int) -> None:
    asked = {"source": "feed", "price": "60000", "observed_at": iso_ms(observed_at_ms)}
    gateway.operator("POST", "/v1/markets/BTC-USD/index-prices", asked)


def bound_mark(gateway: Gateway, seconds: int | None) -> Answered:
    asked = {"stale_after_seconds": seconds, "reason": "a source was found"}
    return gateway.operator("PATCH", "/v1/markets/BTC-USD", asked)


def test_a_stale_mark_stops_a_market_until_a_fresh_one_comes_and_both_are_told(
    gateway: Gateway,
) -> None:
    assert bound_mark(gateway, 60).json["stale_after_seconds"] == 60
    report_price(gateway, now_ms() - 90_000)
    refused = gateway.place("alice", "late", "BUY", quantity="0.01").json
    assert refused["rejection"]["code"] == "MATCHING_MARKET_NOT_OPEN"
    shown = gateway.call("GET", "/v1/markets/BTC-USD").json
    assert (shown["state"], shown["state_by"]) == ("CANCEL_ONLY", "mark")
    assert shown["state_reason"].startswith("no index price for 9")
    report_price(gateway, now_ms())
    assert gateway.place("alice", "again", "BUY", quantity="0.01").json["status"] == "OPEN"
    told = [one for one in gateway.told if one.detail_type in ("MarketHalted", "MarketResumed")]
    assert [(one.detail_type, one.detail["by"]) for one in told] == [
        ("MarketHalted", "mark"),
        ("MarketResumed", "mark"),
    ]


def test_a_market_is_not_opened_on_a_stale_mark_but_without_the_bound(gateway: Gateway) -> None:
    bound_mark(gateway, 60)
    report_price(gateway, now_ms() - 90_000)
    gateway.place("alice", "late", "BUY", quantity="0.01")
    sent = len(gateway.sent)
    refused = set_state(gateway, "OPEN")
    assert (refused.status, refused.code, len(gateway.sent)) == (409, "MARK_STALE", sent)
    assert bound_mark(gateway, None).json["stale_after_seconds"] is None
    assert set_state(gateway, "OPEN").json["state"] == "OPEN"


@pytest.mark.parametrize("seconds", [0, 86_401])
def test_a_bound_of_the_mark_s_age_that_is_none_is_refused(gateway: Gateway, seconds: int) -> None:
    for answer in (listed(gateway, stale_after_seconds=seconds), bound_mark(gateway, seconds)):
        assert (answer.status, answer.code) == (400, "INTAKE_BAD_VALUE")
        assert answer.json["field"] == "stale_after_seconds"


def test_a_market_that_would_open_outside_its_band_is_shown_in_its_auction(
    gateway: Gateway,
) -> None:
    gateway.operator("POST", "/v1/markets", BANDED)
    gateway.operator(
        "POST",
        "/v1/accounts/bob/deposits",
        {"deposit_id": "eth", "currency": "ETH", "amount": "5"},
    )
    path = "/v1/markets/ETH-USD/state"
    gateway.operator("PUT", path, {"state": "AUCTION", "auction": "OPENING", "reason": "morning"})
    place_in_eth(gateway, "SELL", "3070")
    place_in_eth(gateway, "BUY", "3080")
    opened = gateway.operator("PUT", path, {"state": "OPEN", "reason": "all are here"})
    assert (opened.status, opened.json["state"]) == (200, "AUCTION")
    assert opened.json["state_by"] == "band"


def change(gateway: Gateway, **terms: Any) -> Answered:
    return gateway.operator("PATCH", "/v1/markets/BTC-USD", {"reason": "policy"} | terms)


def delist(gateway: Gateway) -> Answered:
    return gateway.operator("POST", "/v1/markets/BTC-USD/delisting", {"reason": "no issuer"})


def test_other_terms_hold_for_what_comes_and_what_rests_keeps_its_fees(gateway: Gateway) -> None:
    resting = gateway.place("bob", "ask", "SELL", quantity="0.1", price="60000").json["order_id"]
    changed = change(gateway, maker_bps=8, taker_bps=9, max_quantity="0.5", band=BAND).json
    assert (changed["maker_bps"], changed["taker_bps"], changed["band"]) == (8, 9, BAND)
    gateway.time_s += REMEMBERED_SECONDS
    too_large = gateway.place("alice", "big", "BUY", quantity="0.6", price="60000")
    assert too_large.code == "INTAKE_ABOVE_MAX_QUANTITY"
    gateway.place("alice", "bid", "BUY", quantity="0.1", price="60000")
    maker = gateway.call("GET", f"/v1/orders/{resting}", who="bob").json
    assert (maker["status"], maker["fee"]) == ("FILLED", "1.2")
    assert [one.detail_type for one in gateway.told].count("MarketChanged") == 1
    assert change(gateway, band=None).json["band"] is None


@pytest.mark.parametrize(
    ("terms", "code", "field"),
    [
        ({"maker_bps": 6}, "INTAKE_BAD_VALUE", "maker_bps"),
        ({"taker_bps": 1_001}, "INTAKE_BAD_VALUE", "taker_bps"),
        ({"band": BAND | {"bps": 0}}, "INTAKE_BAD_VALUE", "band.bps"),
        ({"max_quantity": "0.00001"}, "INTAKE_BAD_VALUE", "max_quantity"),
        ({"min_notional": "0.0000001"}, "INTAKE_BAD_VALUE", "min_notional"),
        ({"tick_size": "0.1"}, "INTAKE_UNKNOWN_FIELD", "tick_size"),
        ({"lot_size": "0.1"}, "INTAKE_UNKNOWN_FIELD", "lot_size"),
    ],
)
def test_terms_that_no_market_can_have_or_that_stay_for_good_are_refused(
    gateway: Gateway, terms: dict[str, Any], code: str, field: str
) -> None:
    sent = len(gateway.sent)
    answer = change(gateway, **terms)
    assert (answer.code, answer.json["field"], len(gateway.sent)) == (code, field, sent)


def test_terms_that_stand_already_are_no_command(gateway: Gateway) -> None:
    sent = len(gateway.sent)
    assert change(gateway, taker_bps=5).status == 200
    assert len(gateway.sent) == sent


def test_a_delisted_market_has_its_orders_cancelled_and_trades_no_more(gateway: Gateway) -> None:
    resting = gateway.place("alice", "resting", "BUY", quantity="0.01").json["order_id"]
    assert delist(gateway).json["state"] == "DELISTED"
    assert gateway.call("GET", f"/v1/orders/{resting}").json["status"] == "CANCELLED"
    late = gateway.place("alice", "late", "BUY", quantity="0.01").json
    assert late["rejection"]["code"] == "MATCHING_MARKET_NOT_OPEN"
    assert [one.detail_type for one in gateway.told].count("MarketDelisted") == 1
    for refused in (
        set_state(gateway, "OPEN"),
        set_state(gateway, "HALTED"),
        change(gateway, taker_bps=6),
        gateway.operator("POST", "/v1/markets", BTC_USD),
    ):
        assert (refused.status, refused.code) == (409, "MARKET_DELISTED")
    sent = len(gateway.sent)
    assert (delist(gateway).status, len(gateway.sent)) == (200, sent)


def test_a_delisting_is_a_request_of_its_own(gateway: Gateway) -> None:
    answer = set_state(gateway, "DELISTED")
    assert (answer.code, answer.json["field"]) == ("INTAKE_BAD_VALUE", "state")
