"""The shortcuts through pynamodb return what pynamodb returns, and send what it sends."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from botocore.client import BaseClient
from pynamodb.exceptions import AttributeDeserializationError

from tests.simulation import requests, shortcuts
from zerodesk_aws.tables.bind import bound, found, update
from zerodesk_aws.tables.cursors import CursorItem
from zerodesk_aws.tables.items import standing
from zerodesk_aws.tables.journal import JournalItem
from zerodesk_aws.tables.market_model import MarketItem
from zerodesk_aws.tables.order_model import ByPlaced, OrderModel

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
BEHIND = {"LastEvaluatedKey": {"name": {"S": "b"}}}
PAGES: list[dict[str, Any]] = [
    {"Items": [{"name": {"S": "a"}}, {"name": {"S": "b"}}]} | BEHIND,
    {"Items": []} | BEHIND,
    {"Items": [{"name": {"S": "c"}}, {"name": {"S": "d"}}]},
]


@pytest.fixture
def short() -> Iterator[None]:
    with ExitStack() as stack:
        shortcuts.take(stack)
        requests.take(stack)
        yield


@pytest.mark.parametrize(
    ("model", "item"), [(OrderModel, ORDER), (JournalItem, RECORD), (CursorItem, CURSOR)]
)
def test_an_item_is_read_as_pynamodb_reads_it(
    model: Any, item: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    plain = model.from_raw_data({name: dict(value) for name, value in item.items()})
    expected = {name: getattr(plain, name) for name in model.get_attributes()}
    request.getfixturevalue("short")
    quick = model.from_raw_data(item)
    assert {name: getattr(quick, name) for name in model.get_attributes()} == expected


def test_a_value_of_another_type_is_refused_as_pynamodb_refuses_it(short: None) -> None:
    with pytest.raises(AttributeDeserializationError):
        CursorItem.from_raw_data({"name": {"S": "n"}, "position": {"S": "text"}})


def ask_everything() -> None:
    """Make every kind of request that the stores make."""
    orders, records = bound(OrderModel, "orders"), bound(JournalItem, "journal")
    cursors, markets = bound(CursorItem, "cursors"), bound(MarketItem, "market")
    orders(
        "alice",
        "o1",
        placed_at_ms=1,
        kind="order",
        fingerprint="f",
        request={"a": None},
        status="QUEUED",
        updated_at_ms=2,
    ).save(condition=OrderModel.order_id.does_not_exist())
    records(
        "book#X",
        3,
        previous_hash="0",
        hash="1",
        code_version="0",
        epoch=1,
        recorded_at_ms=-5,
        body=b"\x00",
    ).save(condition=JournalItem.sequence.does_not_exist())
    unseen = OrderModel.book_sequence.does_not_exist() | (OrderModel.book_sequence < 7)
    update(
        orders,
        "alice",
        "o1",
        actions=[
            OrderModel.status.set("OPEN"),
            OrderModel.rejection.set({"S": "odd"}),
            OrderModel.fee_minor.set(0.5),
            OrderModel.account_sequence.set(None),  # type: ignore[arg-type]
        ],
        condition=unseen & OrderModel.status.is_in("QUEUED", "HELD"),
    )
    update(
        cursors,
        "c",
        actions=[CursorItem.owner.remove(), CursorItem.position.set(4)],
        condition=CursorItem.owner == "me",
    )
    update(markets, "X", actions=[MarketItem.view.set({"a": [1]})])
    list(
        records.query(
            "book#X",
            JournalItem.sequence > 5,
            consistent_read=True,
            attributes_to_get=["hash", "sequence"],
        )
    )
    list(orders.by_placed.query("alice", ByPlaced.placed_at_ms.between(1, 2), limit=3))
    newest_first = records.query("book#X", scan_index_forward=False, limit=2, page_size=1)
    list(newest_first)
    earliest = found(records, "book#X", JournalItem.sequence <= 9, limit=2, page_size=1)
    list(earliest)
    list(found(records, "book#X", page_size=5, newest_first=True, attributes=("hash",)))
    list(standing("journal", [{"stream": {"S": "book#X"}, "sequence": {"N": "4"}}]))
    list(orders.batch_get([("alice", "o1"), ("bob", "o2")], attributes_to_get=["status"]))
    orders.get("alice", "o1", consistent_read=True, attributes_to_get=["status", "kind"])


def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    nothing = {"Items": [], "Count": 0, "ScannedCount": 0, "Item": {"status": {"S": "OPEN"}}}

    def record(_: Any, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        found.append((operation, asked))
        return nothing | {"Responses": {"orders": [], "journal": []}, "UnprocessedKeys": {}}

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", record)
        ask_everything()
    for _, asked in found:
        # A set of keys comes in any order.
        for batch in asked.get("RequestItems", {}).values():
            batch["Keys"].sort(key=str)
    return found


def test_requests_are_as_pynamodb_writes_them(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = sent(monkeypatch)
    request.getfixturevalue("short")
    assert sent(monkeypatch) == plain
    assert len(plain) == 13


def test_which_keys_go_together_is_the_same_in_every_process(
    short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = []

    def record(_: Any, __: str, asked: dict[str, Any]) -> dict[str, Any]:
        keys = asked["RequestItems"]["orders"]["Keys"]
        asked_for.append([key["order_id"]["S"] for key in keys])
        return {"Responses": {"orders": []}, "UnprocessedKeys": {}}

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    names = [f"o{number:03}" for number in range(150)]
    list(bound(OrderModel, "orders").batch_get([("alice", name) for name in reversed(names)]))
    assert asked_for == [names[:100], names[100:]]


@pytest.mark.parametrize("limit", [None, 0, 1, 2, 3, 4, 9])
def test_pages_are_read_as_pynamodb_reads_them(
    limit: int | None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read() -> tuple[list[str], list[Any]]:
        asked_for = []

        def answer(_: Any, __: str, asked: dict[str, Any]) -> dict[str, Any]:
            asked_for.append(asked)
            page = PAGES[len(asked_for) - 1]
            return page | {"Count": len(page["Items"]), "ScannedCount": len(page["Items"])}

        with monkeypatch.context() as patched:
            patched.setattr(BaseClient, "_make_api_call", answer)
            names = bound(CursorItem, "cursors").query("c", limit=limit, page_size=2)
            return [item.name for item in names], asked_for

    plain = read()
    request.getfixturevalue("short")
    assert read() == plain
    assert len(plain[0]) == (4 if limit is None else min(limit, 4))


def test_an_item_that_is_not_there_is_none_of_the_model(
    short: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *_: {})
    cursors = bound(CursorItem, "cursors")
    with pytest.raises(cursors.DoesNotExist):
        cursors.get("c")
