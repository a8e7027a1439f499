"""Pages through a journal from its end: the newest entries of the newest records first."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from zerodesk_aws.journal import JournalRecord

T = TypeVar("T")

MAX_RECORDS: Final = 300
"""Records read for one page. A page that finds little in so many ends early."""

Position = tuple[int, int]
"""(sequence of a record, index of an entry in it)."""


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A page, and the position of its end if there may be more behind it."""

    entries: list[T]
    end: Position | None


def page_back(
    records: Callable[[int | None], Iterator[JournalRecord]],
    entries_of: Callable[[JournalRecord], Sequence[T]],
    behind: Position | None,
    limit: int,
    *,
    wanted: Callable[[T], bool] = lambda _: True,
    is_last: Callable[[JournalRecord], bool] = lambda _: False,
) -> Found[T]:
    """Return entries behind a position, the newest first.

    Parameters
    ----------
    records
        Gives at most ``MAX_RECORDS`` records below a sequence, the newest first.
    entries_of
        A record's entries in their order.
    behind
        Where the page before ended; None for the first.
    limit
        How many entries at most.
    wanted
        Which entries count.
    is_last
        Whether nothing wanted can lie before a record.
    """
    found: list[T] = []
    seen = 0
    sequence = 0
    for record in records(None if behind is None else behind[0] + 1):
        seen, sequence = seen + 1, record.sequence
        for index, entry in _reversed(entries_of(record)):
            position = (sequence, index)
            if (behind is None or position < behind) and wanted(entry):
                found.append(entry)
                if len(found) == limit:
                    return Found(found, position)
        if is_last(record):
            return Found(found, None)
    return Found(found, (sequence, 0) if seen == MAX_RECORDS else None)


def _reversed(entries: Sequence[T]) -> Iterable[tuple[int, T]]:
    return zip(range(len(entries) - 1, -1, -1), reversed(entries), strict=True)
