"""What a FIFO queue hands out: one message group at a time, in order."""

from collections.abc import Callable
from typing import Any

BATCH_BOUND = 10
"""SQS's own, for FIFO queues."""


def collect_one_group(
    messages: list[dict[str, Any]],
    max_number: int,
    *,
    now: float,
    timeout_seconds: float,
    receipt: Callable[[], str],
) -> list[dict[str, Any]]:
    """Take the first messages, in order, of the first group that nobody is working on.

    Parameters
    ----------
    messages
        The queue's messages in the order of sending; those taken are changed in place.
    max_number
        At most so many, and never more than ``BATCH_BOUND``.
    now
        Seconds since the epoch.
    timeout_seconds
        How long what is taken stays hidden from others.
    receipt
        Makes a new receipt handle.
    """
    busy: set[str] = set()
    taken: list[dict[str, Any]] = []
    chosen = None
    for message in messages:
        group = message["group_id"]
        if message["visible_at"] > now:
            # In flight, or delayed: what is behind it in its group must wait for it.
            busy.add(group)
        if group in busy or (chosen is not None and group != chosen):
            continue
        chosen = group
        message["receipt_handle"] = receipt()
        message["visible_at"] = now + timeout_seconds
        message["receive_count"] += 1
        if message.get("first_receive_at") is None:
            message["first_receive_at"] = now
        taken.append(message)
        if len(taken) == min(max_number, BATCH_BOUND):
            break
    return taken
