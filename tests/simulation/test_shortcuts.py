"""The shortcuts through pynamodb return what pynamodb returns."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.simulation import shortcuts
from zerodesk_aws.tables.cursors import CursorItem
from zerodesk_aws.tables.journal import JournalItem
from zerodesk_aws.tables.orders import OrderItem

ORDER = {
    "account_id": {"S": "alice"},
    "order_id": {"S": "o1"},
    "placed_at_ms": {"N": "1764000000000"},
    "kind": {"S": "order"},
    "fingerprint": {"S": "f"},
    "request": {"S": '{"price_ticks": null}'},
    "status": {"S": "FILLED"},
    "filled_lots": {"N": "12"},
    "updated_at_ms": {"N": "1764000000001"},
    "account_sequence": {"NULL": True},
}
RECORD = {
    "stream": {"S": "book#BTC-USD"},
    "sequence": {"N": "7"},
    "previous_hash": {"S": "0"},
    "hash": {"S": "1"},
    "code_version": {"S": "0.1.0"},
    "epoch": {"N": "1"},
    "recorded_at_ms": {"N": "-5"},
    "body": {"B": b"\x00\xff"},
}
CURSOR = {"name": {"S": "settlement#BTC-USD"}, "position": {"N": "0.5"}}


@pytest.fixture
def short() -> Iterator[None]:
    with ExitStack() as stack:
        shortcuts.take(stack)
        yield


@pytest.mark.parametrize(
    ("model", "item"), [(OrderItem, ORDER), (JournalItem, RECORD), (CursorItem, CURSOR)]
)
def test_an_item_is_read_as_pynamodb_reads_it(
    model: Any, item: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    plain = model.from_raw_data({name: dict(value) for name, value in item.items()})
    expected = {name: getattr(plain, name) for name in model.get_attributes()}
    request.getfixturevalue("short")
    quick = model.from_raw_data(item)
    assert {name: getattr(quick, name) for name in model.get_attributes()} == expected
