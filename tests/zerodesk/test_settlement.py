"""What a book's records owe to each account."""

from typing import Any

import pytest

from zerodesk.settlement import dues_by_account, leaves_something
from zerodesk.turnover import TickValue

TRADE = {
    "type": "TradeExecuted",
    "trade_id": "BTC-USD-1",
    "price_ticks": 10,
    "quantity_lots": 2,
    "maker_order_id": "om",
    "maker_account_id": "mary",
    "maker_fee_minor": 1,
    "taker_order_id": "ot",
    "taker_account_id": "tom",
    "taker_fee_minor": 2,
    "taker_side": "BUY",
    "executed_at_ms": 6,
}

TICK = TickValue("USD", 5)


def a_record(**changes: Any) -> dict[str, Any]:
    return {"time_ms": 7, "events": [], "postings": [], "releases": []} | changes


def test_each_account_is_owed_its_own_rows_and_the_fees_stay_in_the_book() -> None:
    rows = [["tom", "ot", "USD", -22, 0], ["mary", "om", "USD", 0, 19]]
    fees = ["fees#BTC-USD", "", "USD", 0, 3]
    dues = dues_by_account("BTC-USD", [(4, a_record(postings=[*rows, fees]))], TICK)
    assert sorted(dues) == ["mary", "tom"]
    assert dues["tom"][0].postings == (("tom", "ot", "USD", -22, 0),)


def test_a_trade_is_a_fill_on_each_side_with_its_own_fee() -> None:
    rows = [["tom", "ot", "USD", -22, 0], ["mary", "om", "USD", 0, 19]]
    dues = dues_by_account("BTC-USD", [(4, a_record(postings=rows, events=[TRADE]))], TICK)
    (mary,), (tom,) = dues["mary"][0].fills, dues["tom"][0].fills
    assert (mary["side"], mary["liquidity"], mary["fee_minor"]) == ("SELL", "MAKER", 1)
    assert (tom["side"], tom["liquidity"], tom["fee_minor"]) == ("BUY", "TAKER", 2)
    assert tom["executed_at_ms"] == mary["executed_at_ms"] == 6


def test_an_account_that_trades_with_itself_gets_both_fills() -> None:
    own = TRADE | {"maker_account_id": "tom"}
    rows = [["tom", "ot", "USD", -22, 0]]
    dues = dues_by_account("BTC-USD", [(4, a_record(postings=rows, events=[own]))], TICK)
    assert [fill["liquidity"] for fill in dues["tom"][0].fills] == ["MAKER", "TAKER"]


def test_a_release_alone_is_a_due_and_records_keep_their_order() -> None:
    first = (4, a_record(releases=[["tom", "ot"]]))
    second = (5, a_record(postings=[["tom", "ox", "USD", -1, 1]]))
    dues = dues_by_account("BTC-USD", [first, second], TICK)
    assert [due.sequence for due in dues["tom"]] == [4, 5]
    assert dues["tom"][0].releases == ("ot",)


def test_a_record_that_owes_nobody_yields_nothing() -> None:
    assert dues_by_account("BTC-USD", [(1, a_record())], TICK) == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"orders": {"o1": {"status": "OPEN"}}}, False),
        ({"orders": {"o1": {"status": "REJECTED", "if_pending": True}}}, True),
        ({"releases": [["mary", "om"]]}, True),
        ({"postings": [["mary", "om", "USD", 0, 19]]}, True),
    ],
)
def test_a_record_leaves_something_that_moves_money_gives_back_or_answers_what_waits(
    changes: dict[str, Any], *, expected: bool
) -> None:
    assert leaves_something(a_record(orders={}) | changes) is expected
