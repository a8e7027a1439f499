"""A FIFO queue in memory: groups in order, visibility, redelivery, dead letters.

While messages of a group are in flight, nothing else of it is handed out. What is not deleted in
time is handed out again, also while whoever had it is still at work. It deduplicates by message
group, as the queue of commands does.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.cloud.faults import refused

DEDUPLICATION_MS: Final = 5 * 60 * 1000
MAX_MESSAGES: Final = 10
MAX_BODY_BYTES: Final = 1024 * 1024
NAME: Final = re.compile(r"[!-~]{1,128}", re.ASCII)
"""A message group, or a deduplication id."""

FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What a body may not hold: XML could not, either."""

PARAMETERS: Final = {"QueueUrl", "MessageBody", "MessageGroupId", "MessageDeduplicationId"}


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
    _known: dict[tuple[str, str], Message] = field(default_factory=dict)

    def send(self, asked: dict[str, Any], now_ms: float) -> dict[str, Any]:
        """Take a message, unless one with its deduplication id came in the last five minutes."""
        _check(asked)
        body, group = asked["MessageBody"], asked["MessageGroupId"]
        known = (group, asked["MessageDeduplicationId"])
        message = self._known.get(known)
        if message is None or now_ms - message.sent_at_ms >= DEDUPLICATION_MS:
            self.sent += 1
            message = Message(f"m{self.sent}", group, body, int(now_ms))
            self._known[known] = message
            self.groups.setdefault(group, deque()).append(message)
        return {"MessageId": message.message_id}

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

    def delete(self, receipt: Receipt, now_ms: float) -> bool:
        """Delete a message; False when the receipt ran out: the message is handed out again."""
        message = receipt.message
        messages = self.groups[message.group]
        if message not in messages:
            return True
        if message.receives != receipt.receives or message.invisible_until_ms <= now_ms:
            return False
        messages.remove(message)
        return True

    @property
    def bodies(self) -> list[str]:
        """What was ever sent, each message once."""
        return [message.body for message in self._known.values()]

    def next_visible_ms(self) -> float | None:
        """Return when the next message can be handed out, None when there is none."""
        heads = [messages[0].invisible_until_ms for messages in self.groups.values() if messages]
        return min(heads, default=None)


def _check(asked: dict[str, Any]) -> None:
    """Refuse what SQS refuses."""
    if not asked.keys() <= PARAMETERS:
        raise NotImplementedError(f"SendMessage with {sorted(asked)} is not in this model")
    if "MessageGroupId" not in asked:
        raise refused("SendMessage", "MissingParameter", "MessageGroupId")
    for name in ("MessageGroupId", "MessageDeduplicationId"):
        if NAME.fullmatch(asked.get(name, "")) is None:
            raise refused("SendMessage", "InvalidParameterValue", name)
    body = asked["MessageBody"]
    if not body or len(body.encode(errors="surrogatepass")) > MAX_BODY_BYTES:
        raise refused("SendMessage", "InvalidParameterValue", "a body of 1 byte to 1 MB")
    if FORBIDDEN.search(body) is not None:
        raise refused("SendMessage", "InvalidMessageContents", "a character outside the set")
