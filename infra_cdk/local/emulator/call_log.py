"""A log of what is asked of AWS, for whoever counts calls.

Whoever starts the local cloud with ``ZERODESK_CALL_LOG`` naming a file finds a line in it for every
request that names its operation in a header, as those to DynamoDB, the queue, the bus and the
workflows do: ``DynamoDB PutItem``. What a workflow asks by itself is none of them.
"""

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

TARGET = b"x-amz-target"


class CallLog:
    """Writes down what is asked."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a", buffering=1, encoding="utf-8")

    def note(self, scope: MutableMapping[str, Any]) -> None:
        """Note a request, if it says what it wants."""
        for name, value in scope.get("headers", []):
            if name == TARGET:
                self._file.write(f"{called(value.decode())}\n")


def called(target: str) -> str:
    """Return service and operation of the header's value.

    Examples
    --------
    >>> called("DynamoDB_20120810.PutItem"), called("AWSEvents.PutEvents")
    ('DynamoDB PutItem', 'AWSEvents PutEvents')
    """
    service, _, operation = target.rpartition(".")
    return f"{service.partition('_')[0]} {operation}"
