"""An SQS batch as the books see it: commands per symbol, in the order they were sent."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from zerodesk.commands import Command, TakeOver

TRIES: Final = 3
"""Deliveries of a message: behind the last one the queue puts it to the dead letters."""


class Message(NamedTuple):
    """A command with the message that carries it, which was delivered so many times."""

    message_id: str
    tries: int
    command: "Command"

    @property
    def is_last_try(self) -> bool:
        """Whether nobody will see the message again, but among the dead letters."""
        return self.tries >= TRIES


class Group:
    """The messages of one book, each with its command.

    ``takeover`` has this region become the book's home before it decides. ``unreadable_ids`` are
    of messages that carry no command, nor anything else.
    """

    __slots__ = ("messages", "symbol", "takeover", "takeover_ids", "unreadable_ids")

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.takeover: TakeOver | None = None
        self.takeover_ids: list[str] = []
        self.messages: list[Message] = []
        self.unreadable_ids: list[str] = []

    @property
    def message_ids(self) -> list[str]:
        """All that was delivered for the book."""
        decided = [message.message_id for message in self.messages]
        return self.takeover_ids + decided + self.unreadable_ids


def groups(event: dict[str, Any]) -> Iterator[Group]:
    """Yield a batch's messages by message group; each command knows when it was sent."""
    found: dict[str, Group] = {}
    for message in event["Records"]:
        attributes, message_id = message["attributes"], message["messageId"]
        symbol = attributes["MessageGroupId"]
        group = found.setdefault(symbol, Group(symbol))
        command = _read(message["body"])
        if command is None:
            group.unreadable_ids.append(message_id)
        elif command.get("kind") == "take_over":
            group.takeover = command
            group.takeover_ids.append(message_id)
        else:
            command["sent_at_ms"] = int(attributes["SentTimestamp"])
            tries = int(attributes["ApproximateReceiveCount"])
            group.messages.append(Message(message_id, tries, command))
    yield from found.values()


def _read(body: str) -> Any:
    try:
        command = json.loads(body)
    except ValueError:
        return None
    return command if isinstance(command, dict) else None
