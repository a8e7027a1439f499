"""The FIFO queue of commands: one message group per symbol."""

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from zerodesk_aws.clients import client

if TYPE_CHECKING:
    from zerodesk.commands import Command, TakeOver

QUEUE_HOST: Final = re.compile(r"https://sqs\.([a-z0-9-]+)\.")


class CommandQueue:
    """Sends commands on their way to their books.

    Parameters
    ----------
    queue_url
        Of this region or of another one: where a region does not trade, another does for it.
    region
        Where the queue is, if its address does not say so.
    """

    def __init__(self, queue_url: str, region: str | None = None) -> None:
        self._queue_url = queue_url
        said = QUEUE_HOST.match(queue_url)
        self._region = region or (said and said[1])

    @cached_property
    def _sqs(self) -> Any:
        # Of all that may send commands, few processes ever do: a region that lost a book, a cancel.
        return client("sqs", self._region, read_timeout=3, retries={"total_max_attempts": 3})

    def send(self, command: "Command | TakeOver") -> None:
        """Send one command to its book, or have the book taken over.

        Each send is a message of its own: the book tells repeats apart by the command's id,
        for longer than the queue's five minutes.
        """
        self._sqs.send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps(command, separators=(",", ":")),
            MessageGroupId=command["symbol"],
            MessageDeduplicationId=uuid4().hex,
        )
