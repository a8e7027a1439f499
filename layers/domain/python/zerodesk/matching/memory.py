"""Which commands a book has seen, for as long as a repeat may still arrive. Part of the fold.

An id is known until record time passes the time from which its bound counts by more than
``COMMAND_BOUND_MS``. The comparison is made at each question; dropping ids is only a matter of
memory, done between records and never undone.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Self

from zerodesk.codec import canonical_json, state_hash
from zerodesk.matching.order import BookOrder
from zerodesk.orders import COMMAND_BOUND_MS

if TYPE_CHECKING:
    from zerodesk.commands import Command

NEW: Final = "NEW"
REPEAT: Final = "REPEAT"
LATE: Final = "LATE"

PURGE_EVERY_MS: Final = 10_000

SPAN_MS: Final = 1_000
"""How finely ids are grouped by the time their bound counts from: a group is dropped as one, and
hashed as one. At 5,000 commands a second one of them costs 2 ms to hash."""


class CommandMemory:
    """Command ids, each with the time its bound counts from.

    New ids count from about now, so all groups but the newest stand still until they are dropped,
    and ``digests_at`` hashes again only those that changed since it was last asked. No id counts
    from more than a bound after it came (see ``decide``), so none is kept longer than two bounds.

    ``since_ms`` alone says what is known. Groups are looked at once in many records, so ids join
    theirs all at once, when that is done: those beyond the first ``_grouped``, who came last.
    """

    __slots__ = ("_digests", "_grouped", "_spans", "purge_at_ms", "since_ms")

    def __init__(self) -> None:
        self.since_ms: dict[str, int] = {}
        self._spans: dict[int, dict[str, int]] = {}
        self._grouped = 0
        self._digests: dict[int, str] = {}
        self.purge_at_ms = 0

    @classmethod
    def of(cls, known: dict[str, int]) -> Self:
        """Return a memory of ids with their times, as ``known_at`` returned them."""
        memory, spans = cls(), defaultdict[int, dict[str, int]](dict)
        for command_id, since_ms in known.items():
            spans[since_ms // SPAN_MS][command_id] = since_ms
        memory.since_ms, memory._spans = dict(known), dict(spans)
        memory._grouped = len(known)
        return memory

    def lay(self, span: int, ids: dict[str, int], digest: str) -> None:
        """Have a group of ids as it stands, where there is none; ``digest`` is its hash.

        Raises
        ------
        ValueError
            The group is there, or an id in it is.
        """
        known = len(self.since_ms) + len(ids)
        self.since_ms |= ids
        if span in self._spans or len(self.since_ms) != known:
            raise ValueError(f"commands of {span * SPAN_MS} ms are known twice")
        self._spans[span], self._digests[span] = ids, digest
        self._grouped = known

    def knows(self, command_id: str, time_ms: int) -> bool:
        """Whether a command was seen and its bound has not passed at a record time."""
        since_ms = self.since_ms.get(command_id)
        return since_ms is not None and since_ms + COMMAND_BOUND_MS >= time_ms

    def remember(self, command_id: str, since_ms: int) -> int | None:
        """Remember a command; returns what ``forget`` needs to take it back."""
        replaced_ms = self.since_ms.get(command_id)
        if replaced_ms is not None:
            self._drop(command_id, replaced_ms)
        self.add(command_id, since_ms)
        return replaced_ms

    def forget(self, command_id: str, replaced_ms: int | None) -> None:
        """Take back the latest ``remember`` that has not been taken back."""
        self._drop(command_id, self.since_ms[command_id])
        if replaced_ms is not None:
            self.add(command_id, replaced_ms)

    def add(self, command_id: str, since_ms: int) -> None:
        """Remember a command that is not known; ``forget`` takes it back."""
        self.since_ms[command_id] = since_ms

    def _group(self) -> None:
        """Have every id in its group.

        They are read from where they stand: looking each of them up again would find none of them
        in the processor's cache any more.
        """
        spans, span, ids = self._spans, None, {}
        ungrouped = len(self.since_ms) - self._grouped
        for command_id, since_ms in islice(reversed(self.since_ms.items()), ungrouped):
            if since_ms // SPAN_MS != span:
                span = since_ms // SPAN_MS
                ids = spans.setdefault(span, {})
                self._digests.pop(span, None)
            ids[command_id] = since_ms
        self._grouped = len(self.since_ms)

    def _drop(self, command_id: str, since_ms: int) -> None:
        del self.since_ms[command_id]
        span = since_ms // SPAN_MS
        ids = self._spans.get(span)
        # It may have joined no group so far.
        if ids is not None and ids.pop(command_id, None) is not None:
            self._grouped -= 1
            self._digests.pop(span, None)

    def purge(self, time_ms: int) -> None:
        """Drop ids whose bound has passed. Call between records, with the book's time."""
        if time_ms < self.purge_at_ms:
            return
        self.purge_at_ms = time_ms + PURGE_EVERY_MS
        self._group()
        horizon_ms = time_ms - COMMAND_BOUND_MS
        for span in [span for span in self._spans if (span + 1) * SPAN_MS <= horizon_ms]:
            ids = self._spans.pop(span)
            for command_id in ids:
                del self.since_ms[command_id]
            self._grouped -= len(ids)
            self._digests.pop(span, None)

    def known_at(self, time_ms: int) -> dict[str, int]:
        """Return the ids that are known at a time, for a snapshot."""
        horizon_ms = time_ms - COMMAND_BOUND_MS
        return {key: since_ms for key, since_ms in self.since_ms.items() if since_ms >= horizon_ms}

    def digests_at(self, time_ms: int) -> list[list[Any]]:
        """Return [span, hash of its ids with their times] of all that is known at a time."""
        return [
            [span, self._digest(span, ids) if is_whole else _hash(ids)]
            for span, ids, is_whole in self._groups_at(time_ms)
        ]

    def texts_at(self, time_ms: int) -> list[tuple[int, bytes]]:
        """Return (span, the text whose hash ``digests_at`` says) of all that is known at a time."""
        return [(span, canonical_json(_sorted(ids))) for span, ids, _ in self._groups_at(time_ms)]

    def _groups_at(self, time_ms: int) -> Iterator[tuple[int, dict[str, int], bool]]:
        """Yield (span, its ids that are known at a time, whether these are all), oldest first."""
        self._group()
        horizon_ms = time_ms - COMMAND_BOUND_MS
        for span, ids in sorted(self._spans.items()):
            if not ids or (span + 1) * SPAN_MS <= horizon_ms:
                continue
            if span * SPAN_MS >= horizon_ms:
                yield span, ids, True
            elif known := {key: at_ms for key, at_ms in ids.items() if at_ms >= horizon_ms}:
                yield span, known, False

    def _digest(self, span: int, ids: dict[str, int]) -> str:
        digest = self._digests.get(span)
        if digest is None:
            digest = self._digests[span] = _hash(ids)
        return digest


def _hash(since_ms: dict[str, int]) -> str:
    return state_hash(_sorted(since_ms))


def _sorted(since_ms: dict[str, int]) -> list[list[Any]]:
    """Return ids, sorted, and their times: two lists, for half the cost of a map."""
    ids = sorted(since_ms)
    return [ids, [since_ms[command_id] for command_id in ids]]


def admission(
    memory: CommandMemory, resting: dict[str, BookOrder], command: "Command", time_ms: int
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
