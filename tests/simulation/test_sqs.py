"""The FIFO queue in memory: order, flight, redelivery, dead letters."""

import json
from typing import Any

import pytest

from tests.simulation.cloud.sqs import FifoQueue


@pytest.fixture
def queue() -> FifoQueue:
    return FifoQueue(visibility_ms=1_000, receives_max=3)


def send(queue: FifoQueue, name: str, group: str = "BTC-USD", at_ms: float = 0.0) -> None:
    queue.send(
        {
            "MessageBody": json.dumps(name),
            "MessageGroupId": group,
            "MessageDeduplicationId": name,
        },
        at_ms,
    )


def names(receipts: list[Any]) -> list[str]:
    return [json.loads(receipt.message.body) for receipt in receipts]


def test_a_group_is_handed_out_in_order_and_is_closed_while_in_flight(queue: FifoQueue) -> None:
    for name in ("a", "b", "c"):
        send(queue, name)
    send(queue, "x", group="ETH-USD")
    first = queue.receive(0.0, 2)
    assert names(first) == ["a", "b"]
    assert names(queue.receive(1.0)) == ["x"]
    for receipt in first:
        queue.delete(receipt)
    assert names(queue.receive(2.0)) == ["c"]


def test_what_is_not_deleted_comes_again_and_an_old_receipt_deletes_nothing(
    queue: FifoQueue,
) -> None:
    send(queue, "a")
    (first,) = queue.receive(0.0)
    assert queue.receive(999.0) == []
    (second,) = queue.receive(1_000.0)
    queue.delete(first)
    assert len(queue.groups["BTC-USD"]) == 1
    queue.delete(second)
    assert len(queue.groups["BTC-USD"]) == 0


def test_after_three_receives_a_message_is_put_aside_and_its_group_goes_on(
    queue: FifoQueue,
) -> None:
    send(queue, "poison")
    for turn in range(3):
        assert names(queue.receive(turn * 1_000.0)) == ["poison"]
    send(queue, "next")
    assert names(queue.receive(3_000.0)) == ["next"]
    assert [json.loads(message.body) for message in queue.dead] == ["poison"]


def test_a_deduplication_id_counts_for_five_minutes(queue: FifoQueue) -> None:
    send(queue, "a")
    send(queue, "a", at_ms=299_999.0)
    send(queue, "a", at_ms=300_000.0)
    assert len(queue.groups["BTC-USD"]) == 2
