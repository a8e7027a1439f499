"""Statements: a stretch of an account's journal, with the balances before and after it."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.api.problems import ProblemCode, ProblemError, ended, refused
from zerodesk_aws.clock import as_ms, now_ms
from zerodesk_aws.contracts.statements import (
    AskStatement,
    Statement,
    StatementRecord,
)
from zerodesk_aws.journal import JournalRecord
from zerodesk_aws.streams import account_stream
from zerodesk_aws.views.balances import balances_of, entries_view


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records ``first`` to ``last``; none where ``last`` is before ``first``."""

    first: int
    last: int


class Statements:
    """Answers for statements."""

    def __init__(self, accounts: AccountJournal) -> None:
        self._accounts = accounts

    def page(self, account_id: str, asked: AskStatement) -> Statement:
        """Return a page of a statement.

        The cursor keeps the end of the stretch, so that what is recorded meanwhile does not move
        the closing balances from page to page.

        Raises
        ------
        ProblemError
            NOT_FOUND: never opened. INTAKE_BAD_VALUE: a stretch that has not happened.
        """
        latest = self._accounts.latest(account_id)
        if not latest.state.opened:
            raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
        pages = Pages(int, "statement", account_id, *_binding(asked))
        behind = pages.position(asked.cursor)
        stretch = self._stretch(latest, asked)
        after = stretch.first - 1
        if behind is not None:
            # A cursor may be made up: it leads nowhere outside the stretch that is asked for.
            stretch = Stretch(stretch.first, max(after, min(behind[1], stretch.last)))
            after = max(after, behind[0])
        records = self._records(account_id, after, stretch.last, asked.limit)
        end = records[-1].sequence if records else stretch.last
        is_empty = stretch.last < stretch.first
        return Statement(
            account_id=account_id,
            stream=account_stream(account_id),
            from_sequence=None if is_empty else stretch.first,
            to_sequence=None if is_empty else stretch.last,
            opening=balances_of(self._accounts.at(account_id, stretch.first - 1).state),
            closing=balances_of(self._accounts.at(account_id, stretch.last).state),
            records=[_record(record) for record in records],
            next_cursor=pages.cursor(end, stretch.last) if end < stretch.last else None,
        )

    def _records(self, account_id: str, after: int, last: int, limit: int) -> list[JournalRecord]:
        if after >= last:
            return []
        records = self._accounts.read(account_id, after, limit=limit)
        return list(takewhile(lambda record: record.sequence <= last, records))

    def _stretch(self, latest: Account, asked: AskStatement) -> Stretch:
        if asked.by_time:
            return self._stretch_of_time(latest, asked)
        for field in ("from_sequence", "to_sequence"):
            sequence = getattr(asked, field)
            if sequence is not None and sequence > latest.sequence:
                rule = f"at most {latest.sequence}, the latest record"
                raise refused(ProblemCode.INTAKE_BAD_VALUE, field, str(sequence), rule)
        return Stretch(asked.from_sequence or 1, asked.to_sequence or latest.sequence)

    def _stretch_of_time(self, latest: Account, asked: AskStatement) -> Stretch:
        first, last, now = 1, latest.sequence, now_ms()
        if asked.from_time is not None:
            from_ms = as_ms(asked.from_time)
            if from_ms > now:
                raise _in_the_future("from_time", from_ms)
            first = self._first_since(latest, from_ms)
        if asked.to_time is not None:
            to_ms = as_ms(asked.to_time)
            if to_ms > now:
                raise _in_the_future("to_time", to_ms)
            last = self._first_since(latest, to_ms) - 1
        return Stretch(first, last)

    def _first_since(self, latest: Account, at_ms: int) -> int:
        """Return the first record at or after a time; one beyond the latest if there is none.

        The times of an account's records never go back, so some twenty reads find it in a million.
        """

        def recorded_at_ms(sequence: int) -> int:
            return self._accounts.at(latest.account_id, sequence).recorded_at_ms

        sequences = range(1, latest.sequence + 1)
        return 1 + bisect_left(sequences, at_ms, key=recorded_at_ms)


def _binding(asked: AskStatement) -> list[str]:
    """Return what a cursor is bound to: the stretch, as it was asked for."""
    return [
        str(bound)
        for bound in (asked.from_sequence, asked.to_sequence, asked.from_time, asked.to_time)
    ]


def _in_the_future(field: str, at_ms: int) -> ProblemError:
    return refused(ProblemCode.INTAKE_BAD_VALUE, field, iso_ms(at_ms), "not in the future")


def _record(record: JournalRecord) -> StatementRecord:
    return StatementRecord(
        sequence=record.sequence,
        hash=record.hash,
        recorded_at=iso_ms(record.recorded_at_ms),
        cause=_cause(record.body["cause"]),
        entries=entries_view(record.body["entries"]),
    )


def _cause(cause: dict[str, Any]) -> dict[str, Any]:
    """Return a cause as clients know its ids; fills are listed elsewhere, here they are counted.

    Fundings are told as the record has them, in ticks, lots and minor units.
    """
    told = {
        name: value.partition("#")[2] or value if name.endswith("_id") else value
        for name, value in cause.items()
        if name != "fills"
    }
    return told | ({"fills": len(cause["fills"])} if "fills" in cause else {})
