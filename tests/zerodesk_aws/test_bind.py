"""What the tables are asked for: of an item no more than is read, and moved only forward."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from zerodesk.turnover import TickValue
from zerodesk_aws.tables.bind import bound, found, update
from zerodesk_aws.tables.cursors import CursorItem, Cursors
from zerodesk_aws.tables.holders import HolderItem, Holders
from zerodesk_aws.tables.items import got, move_forward, standing
from zerodesk_aws.tables.market_model import MarketItem

Asked = list[tuple[str, dict[str, Any]]]
KEY = {"symbol": {"S": "X"}}


@pytest.fixture
def asked(aws: None) -> Iterator[Asked]:
    """Return what is asked of the tables, of which there are three."""
    for model, name in ((CursorItem, "cursors"), (HolderItem, "holders"), (MarketItem, "market")):
        bound(model, name).create_table(billing_mode="PAY_PER_REQUEST")
    heard: Asked = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def listening(client: Any, operation: str, given: dict[str, Any]) -> Any:
        heard.append((operation, given))
        return call(client, operation, given)

    with patch.object(BaseClient, "_make_api_call", listening):
        yield heard


def shown(number: int, view: str = "{}") -> dict[str, dict[str, Any]]:
    return {"book_sequence": {"N": str(number)}, "view": {"S": view}}


def test_no_call_has_to_tell_what_it_consumed(asked: Asked) -> None:
    market = bound(MarketItem, "market")
    move_forward("market", KEY, shown(1), by="book_sequence")
    update(market, "X", actions=[MarketItem.book_sequence.set(2)])
    got("market", KEY)
    list(found(market, "X", page_size=1))
    list(standing("market", [KEY]))
    market.get("X")
    assert [operation for operation, _ in asked] == [
        "UpdateItem",
        "UpdateItem",
        "GetItem",
        "Query",
        "BatchGetItem",
        "GetItem",
    ]
    assert not [given for _, given in asked if "ReturnConsumedCapacity" in given]


@pytest.mark.parametrize(("number", "moves"), [(4, False), (5, False), (6, True)])
def test_an_item_is_moved_only_by_a_higher_number(
    asked: Asked, number: int, *, moves: bool
) -> None:
    assert move_forward("market", KEY, shown(5, '"first"'), by="book_sequence")
    assert move_forward("market", KEY, shown(number, '"then"'), by="book_sequence") is moves
    item = got("market", KEY)
    assert item is not None
    assert (item["view"] == {"S": '"then"'}) is moves


def test_an_item_without_one_of_the_values_asked_for_stays_as_it_is(asked: Asked) -> None:
    first, among = shown(1, "open"), ("view", ("open", "held"))
    assert not move_forward("market", KEY, first, by="book_sequence", among=among), "there is none"
    assert move_forward("market", KEY, first, by="book_sequence")
    assert move_forward("market", KEY, shown(2, "over"), by="book_sequence", among=among)
    assert not move_forward("market", KEY, shown(3, "open"), by="book_sequence", among=among)


def test_what_is_no_refusal_is_raised_as_the_table_answered_it(asked: Asked) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        move_forward("elsewhere", KEY, shown(1), by="book_sequence")


def test_an_item_that_is_not_there_is_none(asked: Asked) -> None:
    assert got("market", KEY) is None


def test_a_cursor_is_asked_for_its_position_alone(asked: Asked) -> None:
    cursors = Cursors("cursors")
    assert cursors.position("c") == 0
    cursors.acquire("c", "me", at_ms=1, until_ms=2)
    cursors.advance_and_release("c", 7, "me", {"1": 2}, None)
    asked.clear()
    assert cursors.position("c") == 7
    [(operation, given)] = asked
    names = given["ExpressionAttributeNames"].values()
    assert (operation, list(names)) == ("GetItem", ["position"])
    assert given["ConsistentRead"]


def test_a_lease_is_its_owners_until_it_runs_out(asked: Asked) -> None:
    cursors = Cursors("cursors")
    assert cursors.acquire("c", "me", at_ms=10, until_ms=20) == (0, {}, None)
    assert cursors.acquire("c", "you", at_ms=20, until_ms=30) is None
    assert cursors.acquire("c", "me", at_ms=15, until_ms=20) is not None
    assert cursors.acquire("c", "you", at_ms=21, until_ms=30) is not None
    cursors.release("c", "me")
    assert cursors.acquire("c", "me", at_ms=22, until_ms=30) is None
    cursors.release("c", "you")
    assert cursors.acquire("c", "me", at_ms=22, until_ms=30) is not None


def test_a_cursor_moves_forward_whoever_has_its_lease_and_never_back(asked: Asked) -> None:
    cursors, tick = Cursors("cursors"), TickValue("USD", 5)
    cursors.acquire("c", "me", at_ms=1, until_ms=9)
    cursors.advance_and_release("c", 7, "me", {"1": 2}, tick)
    assert cursors.acquire("c", "you", at_ms=2, until_ms=9) == (7, {"1": 2}, tick)
    cursors.advance_and_release("c", 8, "me", {"1": 3}, None)
    assert cursors.acquire("c", "me", at_ms=3, until_ms=9) is None, "the lease is another's"
    cursors.advance_and_release("c", 6, "you", {"1": 1}, None)
    assert cursors.acquire("c", "you", at_ms=4, until_ms=9) == (8, {"1": 3}, tick)


def test_an_older_record_of_an_account_moves_no_holder_back(asked: Asked) -> None:
    holders = Holders("holders")
    assert holders.show("X", "alice", 5, 3)
    assert not holders.show("X", "alice", 4, 0)
    assert holders.of("X") == ["alice"]
