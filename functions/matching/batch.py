"""An SQS batch as the books see it: commands per symbol, in the order they were sent."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zerodesk.orders import Command, TakeOver


class Group:
    """The messages of one book: their ids and the commands that they carry.

    ``takeover`` has this region become the book's home before it decides.
    """

    __slots__ = ("commands", "message_ids", "symbol", "takeover")

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.takeover: TakeOver | None = None
        self.message_ids: list[str] = []
        self.commands: list[Command] = []


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
            group.takeover = command
            continue
        command["sent_at_ms"] = int(attributes["SentTimestamp"])
        group.commands.append(command)
    yield from found.values()
