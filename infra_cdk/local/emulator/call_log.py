"""A log of what is asked of AWS, for whoever counts calls.

Whoever starts the local cloud with ``ZERODESK_CALL_LOG`` naming a file finds a line in it for every
request that names its operation in a header, as those to DynamoDB, the queue, the bus and the
workflows do, with the function that asks: ``DynamoDB PutItem zerodesk-local-matching``. What a
workflow asks by itself is none of them.
"""

import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, Final, TextIO

TARGET: Final = b"x-amz-target"
AGENT: Final = b"user-agent"
APPLICATION: Final = re.compile(r"\bapp/(\S+)")
NO_FUNCTION: Final = "-"


class CallLog:
    """Writes down what is asked."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a", buffering=1, encoding="utf-8")

    def note(self, scope: MutableMapping[str, Any]) -> None:
        """Note a request, if it says what it wants."""
        headers: dict[bytes, bytes] = dict(scope.get("headers", []))
        if TARGET in headers:
            whose = asked_by(headers.get(AGENT, b"").decode())
            self._file.write(f"{called(headers[TARGET].decode())} {whose}\n")


def called(target: str) -> str:
    """Return service and operation of the header's value.

    Examples
    --------
    >>> called("DynamoDB_20120810.PutItem"), called("AWSEvents.PutEvents")
    ('DynamoDB PutItem', 'AWSEvents PutEvents')
    """
    service, _, operation = target.rpartition(".")
    return f"{service.partition('_')[0]} {operation}"


def asked_by(agent: str) -> str:
    """Return the function of a user agent, which the emulator gave it as its application's id.

    Examples
    --------
    >>> asked_by("Boto3/1.44 app/zerodesk-local-matching Botocore/1.44"), asked_by("curl/8")
    ('zerodesk-local-matching', '-')
    """
    named = APPLICATION.search(agent)
    return named[1] if named else NO_FUNCTION
