"""A FIFO queue in memory: groups in order, visibility, redelivery, dead letters.

While messages of a group are in flight, nothing else of it is handed out. What is not deleted in
time is handed out again, also while whoever had it is still at work.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.cloud.faults import refused

DEDUPLICATION_MS: Final = 5 * 60 * 1000
MAX_MESSAGES: Final = 10
MAX_BODY_BYTES: Final = 1024 * 1024


@dataclass(slots=True)
class Message:
    """One message. ``invisible_until_ms`` says until when it is in flight."""

    message_id: str
    group: str
    body: str
    sent_at_ms: int
    receives: int = 0
    invisible_until_ms: float = 0.0

    def to_record(self) -> dict[str, Any]:
        """Return the message as an event source mapping hands it to a function."""
        return {
            "messageId": self.message_id,
            "receiptHandle": f"{self.message_id}-{self.receives}",
            "body": self.body,
            "attributes": {
                "MessageGroupId": self.group,
                "SentTimestamp": str(self.sent_at_ms),
                "ApproximateReceiveCount": str(self.receives),
            },
            "eventSource": "aws:sqs",
        }


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message as it was handed out: worth nothing once it is handed out again."""

    message: Message
    receives: int


@dataclass(slots=True)
class FifoQueue:
    """One FIFO queue with its dead letters."""

    visibility_ms: float
    receives_max: int
    groups: dict[str, deque[Message]] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0
    _known: dict[tuple[str, str], tuple[float, str]] = field(default_factory=dict)

    def send(self, asked: dict[str, Any], now_ms: float) -> dict[str, Any]:
        """Take a message, unless one with its deduplication id came in the last five minutes."""
        body, group = asked["MessageBody"], asked["MessageGroupId"]
        if not body or len(body.encode()) > MAX_BODY_BYTES:
            raise refused("SendMessage", "InvalidParameterValue", "a body of 1 byte to 1 MB")
        known = (group, asked["MessageDeduplicationId"])
        since_ms, message_id = self._known.get(known, (-DEDUPLICATION_MS, ""))
        if now_ms - since_ms >= DEDUPLICATION_MS:
            self.sent += 1
            message_id = f"m{self.sent}"
            self._known[known] = (now_ms, message_id)
            message = Message(message_id, group, body, int(now_ms))
            self.groups.setdefault(group, deque()).append(message)
        return {"MessageId": message_id, "SequenceNumber": str(self.sent)}

    def receive(self, now_ms: float, limit: int = MAX_MESSAGES) -> list[Receipt]:
        """Hand out messages of groups of which none is in flight, each group's in order."""
        taken: list[Receipt] = []
        for messages in self.groups.values():
            self._bury(messages, now_ms)
            if not messages or messages[0].invisible_until_ms > now_ms:
                continue
            for message in messages:
                if len(taken) == limit or message.invisible_until_ms > now_ms:
                    break
                message.receives += 1
                message.invisible_until_ms = now_ms + self.visibility_ms
                taken.append(Receipt(message, message.receives))
        return taken

    def _bury(self, messages: deque[Message], now_ms: float) -> None:
        """Put aside what was handed out too often; the group goes on behind it."""
        while (
            messages
            and messages[0].receives >= self.receives_max
            and messages[0].invisible_until_ms <= now_ms
        ):
            self.dead.append(messages.popleft())

    def delete(self, receipt: Receipt) -> None:
        """Delete a message, if it has not been handed out again."""
        messages = self.groups[receipt.message.group]
        if receipt.message.receives == receipt.receives and receipt.message in messages:
            messages.remove(receipt.message)

    def next_visible_ms(self) -> float | None:
        """Return when the next message can be handed out, None when there is none."""
        heads = [messages[0].invisible_until_ms for messages in self.groups.values() if messages]
        return min(heads, default=None)
