"""An SQS batch as the books see it: commands per symbol, in the order they were sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from zerodesk.orders import Command


class TakeOver(TypedDict):
    """What an operator sends to the region that is to become a book's home."""

    kind: Literal["take_over"]
    symbol: str


@dataclass(slots=True)
class Group:
    """The messages of one book: their ids and the commands that they carry."""

    symbol: str
    takes_over: bool = False
    """Whether an operator has this region become the book's home before it decides."""
    message_ids: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)


def groups(event: dict[str, Any]) -> Iterator[Group]:
    """Yield a batch's messages by message group; each command knows when it was sent."""
    found: dict[str, Group] = {}
    for message in event["Records"]:
        attributes = message["attributes"]
        symbol = attributes["MessageGroupId"]
        group = found.setdefault(symbol, Group(symbol))
        command: Command | TakeOver = json.loads(message["body"])
        group.message_ids.append(message["messageId"])
        if command["kind"] == "take_over":
            group.takes_over = True
            continue
        command["sent_at_ms"] = int(attributes["SentTimestamp"])
        group.commands.append(command)
    yield from found.values()
