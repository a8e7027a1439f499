"""The FIFO queue of commands: one message group per symbol."""

import json
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config

from zerodesk.orders import Command


class CommandQueue:
    """Sends commands on their way to their books."""

    def __init__(self, queue_url: str, region: str | None = None) -> None:
        self._queue_url = queue_url
        self._sqs: Any = boto3.client(
            "sqs",
            region_name=region,
            config=Config(connect_timeout=1, read_timeout=3, retries={"total_max_attempts": 3}),
        )

    def in_region(self, region: str) -> "CommandQueue":
        """Return the queue of the same name in another region."""
        here: str = self._sqs.meta.region_name
        return CommandQueue(self._queue_url.replace(here, region), region)

    def send(self, command: Command) -> None:
        """Send one command to its book.

        Each send is a message of its own: the book tells repeats apart by the command's id,
        for longer than the queue's five minutes.
        """
        self._sqs.send_message(
            QueueUrl=self._queue_url,
            MessageBody=json.dumps(command, separators=(",", ":")),
            MessageGroupId=command["symbol"],
            MessageDeduplicationId=uuid4().hex,
        )
