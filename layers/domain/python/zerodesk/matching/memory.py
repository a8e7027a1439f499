"""Which commands a book has seen, for as long as a repeat may still arrive. Part of the fold.

An id is known until record time passes the time from which its bound counts by more than
``COMMAND_BOUND_MS``. The comparison is made at each question; dropping ids is only a matter of
memory, done between records and never undone.
"""

from itertools import takewhile
from typing import Final

from zerodesk.matching.order import BookOrder
from zerodesk.orders import COMMAND_BOUND_MS, Command

NEW: Final = "NEW"
REPEAT: Final = "REPEAT"
LATE: Final = "LATE"

PURGE_EVERY_MS: Final = 10_000


class CommandMemory:
    """Command ids in the order in which they came, each with the time its bound counts from.

    No id counts from more than a bound after it came (see ``decide``), so ``purge``, which stops
    at the first id that is still known, keeps none for longer than two bounds.
    """

    __slots__ = ("_purge_at_ms", "since_ms")

    def __init__(self) -> None:
        self.since_ms: dict[str, int] = {}
        self._purge_at_ms = 0

    def knows(self, command_id: str, time_ms: int) -> bool:
        """Whether a command was seen and its bound has not passed at a record time."""
        since_ms = self.since_ms.get(command_id)
        return since_ms is not None and since_ms + COMMAND_BOUND_MS >= time_ms

    def remember(self, command_id: str, since_ms: int) -> int | None:
        """Remember a command; returns what ``forget`` needs to take it back."""
        replaced_ms = self.since_ms.pop(command_id, None)
        self.since_ms[command_id] = since_ms
        return replaced_ms

    def forget(self, command_id: str, replaced_ms: int | None) -> None:
        """Take back the latest ``remember`` that has not been taken back."""
        del self.since_ms[command_id]
        if replaced_ms is not None:
            self.since_ms[command_id] = replaced_ms

    def purge(self, time_ms: int) -> None:
        """Drop ids whose bound has passed. Call between records, with the book's time."""
        if time_ms < self._purge_at_ms:
            return
        self._purge_at_ms = time_ms + PURGE_EVERY_MS
        horizon_ms = time_ms - COMMAND_BOUND_MS
        past = takewhile(lambda item: item[1] < horizon_ms, self.since_ms.items())
        for command_id, _ in list(past):
            del self.since_ms[command_id]

    def known_at(self, time_ms: int) -> dict[str, int]:
        """Return the ids that are known at a time, for a snapshot."""
        horizon_ms = time_ms - COMMAND_BOUND_MS
        return {key: since_ms for key, since_ms in self.since_ms.items() if since_ms >= horizon_ms}


def admission(
    memory: CommandMemory, resting: dict[str, BookOrder], command: Command, time_ms: int
) -> tuple[str, int]:
    """Return what a command is to a book, and record time with the command in.

    Record time is never earlier than the command was sent, and never a machine's clock; a
    command that carries no ``sent_at_ms`` was sent when it was accepted. NEW is decided; a
    REPEAT was decided before, or its order rests; LATE is past its bound, and whether it was
    decided before is not known any more.
    """
    command_id, accepted_at_ms = command["command_id"], command["accepted_at_ms"]
    sent_at_ms = command.get("sent_at_ms", accepted_at_ms)
    time_ms = sent_at_ms if sent_at_ms > time_ms else time_ms
    since_ms = memory.since_ms.get(command_id)
    if since_ms is not None and since_ms + COMMAND_BOUND_MS >= time_ms:
        return REPEAT, time_ms
    if command_id in resting:
        return REPEAT, time_ms
    return (LATE if accepted_at_ms + COMMAND_BOUND_MS < time_ms else NEW), time_ms
