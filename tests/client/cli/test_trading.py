"""The trading commands, each called as a user calls it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.client.builders import a_market, a_trader, an_order
from tests.client.conftest import Zerodesk
from tests.client.fake_state import Refusal
from tests.client.fake_venue import FakeVenue
from zerodesk.orders import Side
from zerodesk_client.api import Client, RetryPolicy, session


@pytest.fixture(autouse=True)
def _a_venue_with_a_seller(operator: Client, zerodesk: Zerodesk) -> None:
    seller = a_trader(operator, "seller")
    seller.place_order(an_order("resting", side=Side.SELL, quantity="2.5"))
    assert zerodesk("account", "create", "alice").exit_code == 0
    assert zerodesk("deposit", "alice", "usd", "1000", "--id", "first").exit_code == 0


def answer(zerodesk: Zerodesk, *arguments: str, code: int = 0) -> Any:
    result = zerodesk(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_an_order_is_shown_with_its_units(zerodesk: Zerodesk) -> None:
    result = zerodesk("order", "buy", "2", "btc-usd", "--price", "100.00")
    assert result.exit_code == 0
    for text in ("FILLED", "2 BTC", "100.00 USD", "0.1 USD"):
        assert text in result.stdout


def test_an_order_without_a_price_takes_the_market(zerodesk: Zerodesk) -> None:
    order = answer(zerodesk, "order", "BUY", "2", "BTC-USD")
    assert (order["type"], order["time_in_force"], order["status"]) == ("MARKET", "IOC", "FILLED")


def test_a_refused_order_is_an_exit_code_and_says_the_numbers(zerodesk: Zerodesk) -> None:
    result = zerodesk("order", "buy", "50", "BTC-USD", "--price", "100")
    assert result.exit_code == 1
    assert "RISK_INSUFFICIENT_BALANCE" in result.stdout
    assert "need" in result.stdout


def test_the_same_id_places_one_order(zerodesk: Zerodesk) -> None:
    words = ("order", "buy", "1", "BTC-USD", "--price", "99.00", "--id", "mine")
    assert answer(zerodesk, *words) == answer(zerodesk, *words)
    assert len(answer(zerodesk, "orders")["orders"]) == 1


@pytest.mark.parametrize("by", ["order_id", "client_order_id"])
def test_an_order_is_cancelled_by_either_of_its_ids(zerodesk: Zerodesk, by: str) -> None:
    order = answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "99.00", "--tif", "gtc")
    assert answer(zerodesk, "cancel", order[by])["status"] == "CANCELLED"
    assert answer(zerodesk, "orders")["orders"] == []
    (closed,) = answer(zerodesk, "orders", "--status", "closed")["orders"]
    assert closed["order_id"] == order["order_id"]


def test_a_batch_is_answered_order_by_order_and_waits_for_each(
    zerodesk: Zerodesk, venue: FakeVenue, tmp_path: Path
) -> None:
    order = {"symbol": "BTC-USD", "side": "BUY", "type": "LIMIT", "quantity": "1", "price": "99"}
    good = [order | {"client_order_id": name} for name in ("one", "two")]
    file = tmp_path / "orders.json"
    file.write_text(json.dumps(good))
    venue.pending_answers = 1
    placed = answer(zerodesk, "batch", str(file))
    assert [one["order"]["status"] for one in placed["results"]] == ["OPEN", "OPEN"]
    file.write_text(json.dumps([*good, order | {"client_order_id": "x", "symbol": "NO-USD"}]))
    again = answer(zerodesk, "batch", str(file), code=1)
    assert [one["status"] for one in again["results"]] == [201, 201, 422]
    assert "INTAKE_UNKNOWN_SYMBOL" in zerodesk("batch", str(file)).stdout


@pytest.mark.parametrize("text", ["{}", "[", "7"])
def test_a_file_that_is_no_list_of_orders_is_refused(
    zerodesk: Zerodesk, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "orders.json"
    file.write_text(text)
    result = zerodesk("batch", str(file))
    assert result.exit_code == 2
    assert "a JSON list of orders" in result.stderr


def test_all_orders_are_cancelled_at_once_and_a_repeat_spares_what_came_later(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    for name in ("one", "two"):
        answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "99.00", "--id", name)
    venue.pending_answers = 2
    words = ("cancel", "--all", "--symbol", "btc-usd", "--id", "everything")
    cancelled = answer(zerodesk, *words)
    assert [order["client_order_id"] for order in cancelled["orders"]] == ["one", "two"]
    assert {order["status"] for order in cancelled["orders"]} == {"CANCELLED"}
    answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "99.00", "--id", "later")
    assert answer(zerodesk, *words) == cancelled
    assert "later" in zerodesk("orders").stdout
    assert "later" in zerodesk("cancel", "--all").stdout
    assert answer(zerodesk, "orders")["orders"] == []


def test_an_order_is_replaced_by_another_unless_it_has_filled(
    zerodesk: Zerodesk, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    order = {"symbol": "BTC-USD", "side": "BUY", "type": "LIMIT", "quantity": "1", "price": "98"}
    file.write_text(json.dumps(order | {"client_order_id": "two"}))
    answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "99.00", "--id", "one")
    replaced = answer(zerodesk, "replace", "one", str(file))
    assert replaced["cancelled"]["status"] == "CANCELLED"
    assert (replaced["order"]["client_order_id"], replaced["order"]["status"]) == ("two", "OPEN")
    answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "100.00", "--id", "filled")
    file.write_text(json.dumps(order | {"client_order_id": "three"}))
    assert zerodesk("replace", "filled", str(file)).exit_code == 4
    assert "three" in zerodesk("replace", "filled", str(file), "--allow-failure").stdout
    file.write_text("[]")
    assert zerodesk("replace", "three", str(file)).exit_code == 2


def test_a_dead_mans_switch_is_set_and_switched_off(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    switch = answer(zerodesk, "cancel-after", "120", "--symbol", "btc-usd")
    assert (switch["symbol"], switch["cancels_at"][:16]) == ("BTC-USD", "2026-11-21T07:02")
    assert "never" in zerodesk("cancel-after", "0").stdout
    assert set(venue.switches.values()) == {"2026-11-21T07:02:00.000Z", None}
    assert zerodesk("cancel-after", "-5").exit_code == 2


@pytest.mark.parametrize(
    "words", [(), ("mine", "--all"), ("mine", "--symbol", "BTC-USD"), ("--id", "one")]
)
def test_a_cancel_of_one_and_of_all_are_not_mixed_up(
    zerodesk: Zerodesk, words: tuple[str, ...]
) -> None:
    assert zerodesk("cancel", *words).exit_code not in (0, 1)


def test_an_order_is_amended_by_either_of_its_ids(zerodesk: Zerodesk) -> None:
    answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "99.00", "--id", "mine")
    words = ("amend", "mine", "--quantity", "0.5", "--price", "98.5", "--id", "less")
    amended = answer(zerodesk, *words)
    assert (amended["status"], amended["order"]["quantity"]) == ("DONE", "0.5")
    assert answer(zerodesk, *words) == amended
    assert "98.5 USD" in zerodesk("amend", amended["order"]["order_id"], *words[2:]).stdout


def test_a_refused_amend_is_an_exit_code_and_says_why(zerodesk: Zerodesk) -> None:
    answer(zerodesk, "order", "buy", "3", "BTC-USD", "--price", "100", "--id", "mine")
    result = zerodesk("amend", "mine", "--quantity", "1")
    assert result.exit_code == 1
    assert "MATCHING_AMEND_BELOW_FILLED" in result.stdout


def test_an_amend_that_is_on_its_way_is_asked_for_again(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    answer(zerodesk, "order", "buy", "1", "BTC-USD", "--price", "99.00", "--id", "mine")
    venue.pending_answers = 2
    assert answer(zerodesk, "amend", "mine", "--quantity", "0.5")["status"] == "DONE"


def test_a_post_only_order_that_would_trade_is_refused(zerodesk: Zerodesk) -> None:
    order = answer(
        zerodesk, "order", "buy", "1", "BTC-USD", "--price", "100", "--post-only", code=1
    )
    assert order["rejection"]["code"] == "MATCHING_POST_ONLY_WOULD_CROSS"


@pytest.mark.parametrize(
    ("options", "told", "line"),
    [
        (("--display", "0.2"), {"display_quantity": "0.2"}, "GTC, shows 0.2"),
        (("--tif", "ioc", "--min", "0.1"), {"min_quantity": "0.1"}, "IOC, at least 0.1"),
        (("--self-trade", "decrement"), {"self_trade": "DECREMENT"}, "self-trade: DECREMENT"),
        (("--stop", "105"), {"trigger": "STOP", "trigger_price": "105"}, "105 USD"),
        (("--take-profit", "95"), {"trigger": "TAKE_PROFIT", "status": "ARMED"}, "take profit"),
        (("--stop", "105", "--trail", "2"), {"trail": "2"}, "trailing by 2"),
        (("--stop", "105", "--trail-bps", "50"), {"trail_bps": 50}, "trailing by 50 bps"),
        (("--or-stop", "105"), {"stop_price": "105"}, "105 USD, at the market"),
        (("--or-stop", "105", "--stop-limit", "106"), {"stop_limit_price": "106"}, "limit 106"),
        (("--post-only", "--slide"), {"post_only": True, "slides": True}, "post-only or slides"),
    ],
)
def test_special_terms_are_options_and_are_shown(
    zerodesk: Zerodesk, options: tuple[str, ...], told: dict[str, Any], line: str
) -> None:
    words = ("order", "buy", "1", "BTC-USD", "--price", "99", *options, "--id", "mine")
    assert answer(zerodesk, *words).items() >= told.items()
    assert line in zerodesk(*words).stdout


@pytest.mark.parametrize(
    ("options", "then"),
    [
        (("--then-price", "110"), {"type": "LIMIT", "price": "110"}),
        (
            ("--then-stop", "90", "--then-quantity", "0.5"),
            {
                "type": "MARKET",
                "quantity": "0.5",
                "trigger": "STOP",
                "trigger_price": "90",
            },
        ),
        (
            ("--then-price", "110", "--then-stop", "90"),
            {"type": "LIMIT", "price": "110", "stop_price": "90"},
        ),
    ],
)
def test_an_order_says_what_follows_it(
    zerodesk: Zerodesk, venue: FakeVenue, options: tuple[str, ...], then: dict[str, Any]
) -> None:
    words = ("order", "buy", "1", "BTC-USD", "--price", "99", *options, "--id", "mine")
    placed = answer(zerodesk, *words)
    [asked] = [o["body"] for o in venue.orders.values() if o["client_order_id"] == "mine"]
    usual = {"side": "SELL", "quantity": "1", "post_only": False}
    assert asked["then"] == usual | then
    assert placed["then"] in zerodesk(*words).stdout


def test_a_quantity_of_nothing_that_follows_is_refused(
    zerodesk: Zerodesk, venue: FakeVenue
) -> None:
    words = ("order", "buy", "1", "BTC-USD", "--price", "99", "--id", "alone")
    result = zerodesk(*words, "--then-quantity", "0.5")
    assert result.exit_code == 2
    assert "--then-quantity goes with --then-price or --then-stop" in result.stderr
    assert "alone" not in {order["client_order_id"] for order in venue.orders.values()}


def test_no_average_price_is_a_dash_without_a_currency(zerodesk: Zerodesk) -> None:
    words = ("order", "buy", "1", "BTC-USD", "--id", "mine", "--price")
    assert re.search(r"average price +- *\n", zerodesk(*words, "99").stdout)


def test_an_amount_is_spent_at_the_market(zerodesk: Zerodesk) -> None:
    words = ("order", "buy", "50", "BTC-USD", "--amount", "--id", "mine")
    spent = answer(zerodesk, *words)
    shown = {name: spent[name] for name in ("status", "quote_amount", "filled_quantity", "price")}
    assert shown == {
        "status": "FILLED",
        "quote_amount": "50",
        "filled_quantity": "0.5",
        "price": None,
    }
    assert re.search(r"amount\s+50 USD", zerodesk(*words).stdout)


def test_orders_and_fills_are_tables_for_people(zerodesk: Zerodesk) -> None:
    zerodesk("order", "buy", "1", "BTC-USD", "--price", "100")
    zerodesk("order", "buy", "1", "BTC-USD", "--price", "99")
    orders, fills = zerodesk("orders", "--status", "all").stdout, zerodesk("fills").stdout
    assert "OPEN" in orders
    assert "FILLED" in orders
    assert "0.05 USD" in fills
    assert "taker" in fills


def test_the_book_is_a_ladder_with_asks_above_bids(zerodesk: Zerodesk) -> None:
    zerodesk("order", "buy", "1", "BTC-USD", "--price", "99.00")
    text = zerodesk("book", "BTC-USD").stdout
    assert "price (USD)" in text
    assert "quantity (BTC)" in text
    assert text.index("100.00") < text.index("99.00")


def test_markets_trades_and_balances_carry_units(zerodesk: Zerodesk) -> None:
    zerodesk("order", "buy", "1", "BTC-USD", "--price", "100.00")
    assert re.search(r"BTC-USD.*100\.00 USD.*2 / 5 bps.*500 bps", zerodesk("markets").stdout)
    trades = zerodesk("trades", "BTC-USD").stdout
    assert "price (USD)" in trades
    assert "100.00" in trades
    balances = zerodesk("balances").stdout
    assert "in each currency's units" in balances
    assert "899.95" in balances


def test_every_listing_is_one_json_document(zerodesk: Zerodesk) -> None:
    assert answer(zerodesk, "book", "BTC-USD")["asks"][0]["quantity"] == "2.5"
    assert answer(zerodesk, "markets")["markets"][0]["collar_bps"] == 500
    assert answer(zerodesk, "trades", "BTC-USD") == {"trades": [], "next_cursor": None}
    assert answer(zerodesk, "fills")["fills"] == []
    assert answer(zerodesk, "balances")["account_id"] == "alice"


def test_a_problem_names_field_value_and_rule(zerodesk: Zerodesk) -> None:
    result = zerodesk("order", "buy", "1", "BTC-USD", "--price", "100.005")
    assert result.exit_code == 4
    assert "INTAKE_OFF_TICK" in result.stderr
    assert "100.005" in result.stderr
    assert "0.01" in result.stderr


def test_a_problem_is_json_too_when_asked(zerodesk: Zerodesk) -> None:
    problem = answer(zerodesk, "order", "buy", "1", "ETH-USD", "--price", "1", code=4)
    assert problem["error"]["code"] == "INTAKE_UNKNOWN_SYMBOL"
    assert "zerodesk markets" in problem["error"]["hint"]


@pytest.mark.parametrize("quantity", ["0", "1e3", "much", "NaN"])
def test_what_is_no_amount_is_a_usage_error(
    zerodesk: Zerodesk, venue: FakeVenue, quantity: str
) -> None:
    before = len(venue.orders)
    result = zerodesk("order", "buy", quantity, "BTC-USD", "--price", "1")
    assert result.exit_code == 2
    assert "QUANTITY" in result.stderr
    assert len(venue.orders) == before


def test_an_unknown_market_is_a_problem(zerodesk: Zerodesk) -> None:
    assert zerodesk("book", "NO-USD").exit_code == 4
    assert zerodesk("trades", "nonsense").exit_code == 4


def test_one_may_act_for_another_account(zerodesk: Zerodesk, operator: Client) -> None:
    operator.list_market(a_market())
    zerodesk("account", "create", "bob")
    assert answer(zerodesk, "balances", "--account", "bob")["account_id"] == "bob"
    assert zerodesk("balances").exit_code == 2, "two accounts, and none of them is demo"
    assert "alice, bob" in zerodesk("balances").stderr


def test_an_operator_has_a_book_come_to_this_region(zerodesk: Zerodesk) -> None:
    told = zerodesk("takeover", "btc-usd", "--reason", "the other region is dead")
    assert told.exit_code == 0
    assert "epoch 1 ends" in told.stdout
    assert zerodesk("takeover", "XRP-USD", "--reason", "none").exit_code == 4


def test_an_operator_has_a_market_hold_an_auction_and_ends_it(zerodesk: Zerodesk) -> None:
    asked = ("auction", "btc-usd", "--reason", "the day ends")
    begun = zerodesk(*asked, "--kind", "closing", "--seconds", "60")
    assert begun.stdout.strip() == "BTC-USD is AUCTION, 0.25 BTC at 60000.5 USD"
    assert "AUCTION, 0.25 BTC at 60000.5 USD" in " ".join(zerodesk("markets").stdout.split())
    assert zerodesk(*asked, "--end").stdout.strip() == "BTC-USD is HALTED"
    assert zerodesk(*asked, "--end").exit_code == 4


def test_an_operator_has_a_price_read_outside_and_sees_how_that_fares(zerodesk: Zerodesk) -> None:
    url = "https://api.example.com/v1/ticker"
    where = ("--price", "/data/amount", "--observed-at", "/at", "--reason", "launch")
    [feed] = answer(zerodesk, "feed", "set", "btc-usd", url, *where)["feeds"]
    assert (feed["symbol"], feed["url"], feed["price"]) == ("BTC-USD", url, "/data/amount")
    shown = " ".join(zerodesk("feed", "list").stdout.split())
    assert "BTC-USD api.example.com OPEN 3" in shown
    assert "status 503" in shown
    assert answer(zerodesk, "feed", "remove", "btc-usd", "--reason", "dear")["feeds"] == []
    assert zerodesk("feed", "remove", "BTC-USD", "--reason", "again").exit_code == 4


def test_an_operator_halts_a_market_and_resumes_it(zerodesk: Zerodesk, venue: FakeVenue) -> None:
    halted = zerodesk("halt", "btc-usd", "--reason", "the feed is wrong")
    assert (halted.exit_code, halted.stdout.strip()) == (0, "BTC-USD is HALTED")
    shown = answer(zerodesk, "markets")["markets"][0]
    assert (shown["state_by"], shown["state_reason"]) == ("operator", "the feed is wrong")
    assert "HALTED (operator, since 2026" in " ".join(zerodesk("markets").stdout.split())
    assert answer(zerodesk, "resume", "BTC-USD", "--reason", "mended")["state"] == "OPEN"
    assert venue.trading_states == [
        ("BTC-USD", "HALTED", "the feed is wrong"),
        ("BTC-USD", "OPEN", "mended"),
    ]


def test_an_operator_kills_a_symbol_and_the_venue_and_lists_who_did(zerodesk: Zerodesk) -> None:
    killed = answer(zerodesk, "kill", "symbol", "btc-usd", "--reason", "runaway")["kills"]
    assert [(one["stops"], one["is_on"], one["author"]) for one in killed] == [
        ("market:BTC-USD", True, "operator")
    ]
    assert answer(zerodesk, "markets")["markets"][0]["state"] == "HALTED"
    assert zerodesk("kill", "venue", "--reason", "breach").exit_code == 0
    off = answer(zerodesk, "unkill", "symbol", "BTC-USD", "--reason", "mended")["kills"]
    assert [(one["stops"], one["is_on"]) for one in off] == [
        ("market:BTC-USD", False),
        ("venue", True),
    ]
    shown = " ".join(zerodesk("kills").stdout.split())
    assert "market:BTC-USD off operator 2026" in shown
    assert "venue on operator 2026" in shown
    halt, of_account = answer(zerodesk, "halts")["halts"]
    assert (of_account["stops"], of_account["how"]) == ("account:carol", "LOSS")
    assert (halt["stops"], halt["how"], halt["until"]) == ("venue", "KILL_SWITCH", None)
    assert "breach" in zerodesk("halts").stdout
    [killed] = answer(zerodesk, "kill", "account", "alice", "--reason", "leaked")["kills"]
    assert (killed["stops"], killed["is_on"]) == ("account:alice", True)
    assert zerodesk("unkill", "account", "nobody", "--reason", "r").exit_code == 4
    for wrong in (("kill", "symbol"), ("kill", "venue", "BTC-USD"), ("kill", "planet")):
        assert zerodesk(*wrong, "--reason", "r").exit_code == 2
    assert zerodesk("kill", "symbol", "XRP-USD", "--reason", "r").exit_code == 4


def test_an_order_without_an_answer_is_found_out_about_by_its_id(
    zerodesk: Zerodesk, venue: FakeVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The book may take it yet: a second command with an id of its own would be a second order."""
    monkeypatch.setattr(session, "RetryPolicy", lambda: RetryPolicy(faults_s=0))
    words = ("order", "buy", "1", "BTC-USD", "--price", "99.00", "--json")
    with monkeypatch.context() as late:
        late.setattr(venue, "place", taken_and_not_answered(venue.place))
        told = zerodesk(*words)
    assert told.exit_code == 3
    hint = json.loads(told.stdout)["error"]["hint"]
    assert "may yet be carried out" in hint
    [named] = re.findall(r"--id \S+", hint)
    assert answer(zerodesk, *words, *named.split())["status"] == "OPEN"
    assert len(answer(zerodesk, "orders")["orders"]) == 1


def taken_and_not_answered(place: Callable[..., object]) -> Callable[..., object]:
    def late(*asked: object) -> object:
        place(*asked)
        raise Refusal(503, "UNAVAILABLE", "No whole answer in time.")

    return late
