"""Order items only ever move forward, whoever has news and however late it comes."""

from typing import Any

import pytest

from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.order_model import OrderModel
from zerodesk_aws.tables.orders import OrderItem, Orders, Row


@pytest.fixture
def orders(aws: None) -> Orders:
    bound(OrderModel, "orders").create_table(billing_mode="PAY_PER_REQUEST")
    orders = Orders("orders")
    orders.open_gate("alice", "o1", kind="order", fingerprint="f", request={}, at_ms=1)
    return orders


def a_record(status: str, **more: Any) -> dict[str, Any]:
    shown = {"account_id": "alice", "status": status} | more
    return {"time_ms": 2, "commands": [], "orders": {"o1": shown}}


def matched(orders: Orders, *rows: Row) -> None:
    for call in (*orders.opening(rows), *orders.showing(rows)):
        call()


def test_an_item_is_read_and_written_as_its_model_does_it() -> None:
    attributes: dict[str, Any] = {
        "account_id": "alice",
        "order_id": "o1",
        "placed_at_ms": 1,
        "kind": "order",
        "fingerprint": "f",
        "request": {"price_ticks": None, "symbol": "BTC-USD"},
        "status": "FILLED",
        "filled_lots": 2,
        "remaining_lots": 0,
        "price_ticks": 3,
        "held_minor": 4,
        "filled_notional_minor": 5,
        "fee_minor": -6,
        "rejection": {"code": "\u00e9"},
        "account_sequence": 7,
        "book_sequence": 8,
        "updated_at_ms": 9,
    }
    model, item = OrderModel(**attributes), OrderItem(**attributes)
    assert set(OrderItem.__annotations__) == set(attributes) == set(OrderModel.get_attributes())
    assert item.written() == model.serialize()
    assert vars(OrderItem.read(model.serialize())) == attributes


def test_an_item_that_nothing_has_become_of_is_as_its_model_has_it() -> None:
    asked: dict[str, Any] = {
        "account_id": "alice",
        "order_id": "o1",
        "placed_at_ms": 1,
        "kind": "order",
    }
    put = asked | {"fingerprint": "f", "request": {}, "status": "QUEUED", "updated_at_ms": 1}
    item, model = OrderItem(**put), OrderModel(**put)
    assert item.written() == model.serialize()
    for name in OrderModel.get_attributes():
        assert getattr(item, name) == getattr(model, name)


def test_a_later_record_moves_an_item_and_an_earlier_one_does_not(orders: Orders) -> None:
    matched(orders, (5, a_record("PARTIALLY_FILLED", filled_lots=2)))
    matched(orders, (4, a_record("OPEN", filled_lots=0)))
    item = orders.get("alice", "o1")
    assert item is not None
    assert (item.status, item.filled_lots, item.book_sequence) == ("PARTIALLY_FILLED", 2, 5)


def test_what_has_ended_stays_ended(orders: Orders) -> None:
    matched(orders, (5, a_record("FILLED")))
    matched(orders, (6, a_record("CANCELLED")))
    assert orders.status("alice", "o1") == "FILLED"


def test_a_late_refusal_is_left_to_settlement(orders: Orders) -> None:
    matched(orders, (6, a_record("REJECTED", if_pending=True)))
    assert orders.status("alice", "o1") == "QUEUED"
    orders.catch_up([(6, a_record("REJECTED", if_pending=True))])
    assert orders.status("alice", "o1") == "REJECTED"


def test_a_late_refusal_never_beats_the_fill_that_came_before_it(orders: Orders) -> None:
    refused = a_record("REJECTED", if_pending=True)
    orders.catch_up([(5, a_record("FILLED")), (6, refused)])
    assert orders.status("alice", "o1") == "FILLED"
    orders.catch_up([(7, refused)])
    assert orders.status("alice", "o1") == "FILLED"


def test_a_late_refusal_does_not_touch_an_order_that_rests(orders: Orders) -> None:
    matched(orders, (5, a_record("OPEN")))
    orders.catch_up([(6, a_record("REJECTED", if_pending=True))])
    assert orders.status("alice", "o1") == "OPEN"


def test_a_refused_order_that_a_cancel_buried_first_counts_as_shown(orders: Orders) -> None:
    assert orders.shown("alice", ["o1"]) == []
    orders.catch_up([(5, a_record("CANCELLED", if_pending=True))])
    orders.project_rejection("alice", "o1", {"code": "RISK_INSUFFICIENT_BALANCE"}, 3, 4)
    assert orders.status("alice", "o1") == "CANCELLED"
    assert orders.shown("alice", ["o1"]) == ["o1"]


def test_records_of_one_batch_show_the_last_word_of_an_item_by_one_call(orders: Orders) -> None:
    partly, filled = a_record("PARTIALLY_FILLED", filled_lots=2), a_record("FILLED", filled_lots=3)
    [shows] = orders.showing([(5, partly), (6, filled)])
    shows()
    item = orders.get("alice", "o1")
    assert item is not None
    assert (item.status, item.filled_lots, item.book_sequence) == ("FILLED", 3, 6)


def test_what_follows_an_order_is_put_by_its_first_record_and_moved_by_a_later_one(
    orders: Orders,
) -> None:
    then = {"command_id": "o2"}
    terms = {"then": {"side": "SELL"}}
    orders.open_gate("alice", "o0", kind="order", fingerprint="f", request=terms, at_ms=1)
    command = {"account_id": "alice", "command_id": "o0", "then": then}
    waits, opens = ({"account_id": "alice", "status": one} for one in ("HELD", "OPEN"))
    taken_in = {"time_ms": 2, "commands": [command], "orders": {"o2": waits}}
    opened = {"time_ms": 3, "commands": [], "orders": {"o2": opens}}
    matched(orders, (5, taken_in), (6, opened))
    assert orders.status("alice", "o2") == "OPEN"
