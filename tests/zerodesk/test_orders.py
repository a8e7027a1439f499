"""The identity of an order, and the life that its status may have."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.orders import CLIENT_ORDER_ID, OrderStatus, cancel_id_for, order_id_for

NAMES = st.text(alphabet="abcABC019._-", min_size=1, max_size=36)


@given(NAMES, NAMES)
def test_an_order_id_is_a_letter_and_26_of_base32(account_id: str, client_order_id: str) -> None:
    assert re.fullmatch(r"o[a-z2-7]{26}", order_id_for(account_id, client_order_id))


def test_the_same_client_id_of_another_account_is_another_order() -> None:
    assert order_id_for("alice", "1") != order_id_for("bob", "1")


@given(NAMES, NAMES, NAMES, NAMES)
def test_different_orders_have_different_ids(a: str, b: str, c: str, d: str) -> None:
    assert ((a, b) == (c, d)) == (order_id_for(a, b) == order_id_for(c, d))


def test_an_order_has_one_cancel() -> None:
    order_id = order_id_for("alice", "1")
    assert cancel_id_for(order_id) == "c" + order_id[1:]


@pytest.mark.parametrize("text", ["a", "A-1_2.3", "x" * 36])
def test_client_order_ids_that_are_taken(text: str) -> None:
    assert re.fullmatch(CLIENT_ORDER_ID, text)


@pytest.mark.parametrize("text", ["", "x" * 37, "a b", "a/b", "é", "a\n", "\u0661"])
def test_client_order_ids_that_are_refused(text: str) -> None:
    assert not re.fullmatch(CLIENT_ORDER_ID, text)


def test_every_status_is_pending_open_or_terminal_and_only_one_of_them() -> None:
    for status in OrderStatus:
        assert [status.is_pending, status.is_open, status.is_terminal].count(True) == 1


def test_an_order_that_waits_for_its_trigger_or_is_partially_filled_is_open_too() -> None:
    assert {status for status in OrderStatus if status.is_open} == {
        OrderStatus.ARMED,
        OrderStatus.OPEN,
        OrderStatus.PARTIALLY_FILLED,
    }
