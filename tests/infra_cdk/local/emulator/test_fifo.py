"""A FIFO queue hands out one group at a time and never passes a message that is being worked on."""

import itertools
from typing import Any

from infra_cdk.local.emulator.fifo import BATCH_BOUND, collect_one_group

NOW = 1_000.0


def a_message(group: str, *, visible_at: float = 0.0) -> dict[str, Any]:
    return {"group_id": group, "visible_at": visible_at, "receive_count": 0}


def collected(messages: list[dict[str, Any]], max_number: int = 10) -> list[int]:
    handles = itertools.count()
    taken = collect_one_group(
        messages,
        max_number,
        now=NOW,
        timeout_seconds=30.0,
        receipt=lambda: f"receipt-{next(handles)}",
    )
    return [next(i for i, each in enumerate(messages) if each is one) for one in taken]


def test_batch_holds_the_first_group_in_order() -> None:
    assert collected([a_message("BTC"), a_message("ETH"), a_message("BTC")]) == [0, 2]


def test_next_batch_holds_the_next_group() -> None:
    messages = [a_message("BTC"), a_message("ETH"), a_message("BTC")]
    collected(messages)
    assert collected(messages) == [1]


def test_group_with_a_message_in_flight_waits() -> None:
    messages = [a_message("BTC", visible_at=NOW + 30), a_message("BTC"), a_message("BTC")]
    assert collected(messages) == []


def test_message_behind_one_that_failed_does_not_overtake_it() -> None:
    messages = [a_message("BTC"), a_message("BTC")]
    collected(messages, max_number=1)
    assert collected(messages) == []


def test_message_that_was_not_deleted_in_time_comes_again_with_its_count() -> None:
    messages = [a_message("BTC")]
    collected(messages)
    messages[0]["visible_at"] = NOW - 1
    assert collected(messages) == [0]
    assert messages[0]["receive_count"] == 2
    assert messages[0]["first_receive_at"] == NOW


def test_batch_is_bounded_whatever_is_asked() -> None:
    assert len(collected([a_message("BTC") for _ in range(30)], max_number=100)) == BATCH_BOUND
