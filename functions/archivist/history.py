"""Time travel: any stream as it was behind any of its records."""

from typing import Any, Final

from zerodesk.codec import canonical_json, state_hash
from zerodesk.times import iso_ms
from zerodesk.verification import Record
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import as_ms
from zerodesk_aws.contracts import journal as contracts
from zerodesk_aws.faults import JournalCorruptError
from zerodesk_aws.journal import Journal, JournalRecord
from zerodesk_aws.recovery import LiveBook, Recovery

MAX_ANSWER_BYTES: Final = 4_000_000
"""Of records or a state in one answer; Lambda carries 6 MB."""

MAX_AHEAD: Final = 5_000
"""How far a book is folded on from where the last look ended. Snapshots lie closer to one another,
but a part of an export is as long, and the next one begins where it ends."""


class History:
    """Answers about the past of one journal."""

    def __init__(self, journal: Journal, accounts: AccountJournal, recovery: Recovery) -> None:
        self._journal, self._accounts, self._recovery = journal, accounts, recovery
        self._folded: LiveBook | None = None

    def records(self, asked: contracts.ListRecords) -> contracts.RecordPage:
        """Return records as they stand; at least one, if there is one, and no more than fit."""
        page: list[contracts.JournalRecord] = []
        room_bytes = MAX_ANSWER_BYTES
        after = asked.from_sequence - 1
        for record in self._journal.read(asked.stream, after, limit=asked.limit):
            room_bytes -= len(canonical_json(record.body))
            if page and room_bytes < 0:
                break
            page.append(contracts.JournalRecord.model_validate(as_read(record).to_dict()))
        return contracts.RecordPage(records=page)

    def state(self, asked: contracts.AskState) -> contracts.StateAt:
        """Return a stream's state at a point, or refuse with NOT_FOUND."""
        record = self._record(asked)
        state = self.state_behind(record)
        fits = len(canonical_json(state)) <= MAX_ANSWER_BYTES
        return contracts.StateAt(
            stream=record.stream,
            sequence=record.sequence,
            record_hash=record.hash,
            recorded_at=iso_ms(record.recorded_at_ms),
            state_hash=state_hash(state),
            state=state if fits else None,
        )

    def _record(self, asked: contracts.AskState) -> JournalRecord:
        found: JournalRecord | None = None
        if asked.sequence is None and asked.time is None:
            found = self._journal.latest(asked.stream)
        elif sequence := asked.sequence or self._position(asked):
            found = next(self._journal.read(asked.stream, sequence - 1, limit=1), None)
        if found is None:
            raise ended(ProblemCode.NOT_FOUND, f"The stream has no record{_where(asked)}.")
        return found

    def _position(self, asked: contracts.AskState) -> int:
        assert asked.time is not None, "asked for neither a sequence nor the end"
        return self._journal.position_at(asked.stream, as_ms(asked.time))

    def state_behind(self, record: JournalRecord) -> dict[str, Any]:
        """Return what a stream came to behind one of its records."""
        kind, _, name = record.stream.partition("#")
        if kind == "book":
            return self._book_behind(record, name)
        if kind == "account":
            return self._accounts.at(name, record.sequence).state.to_dict()
        state: dict[str, Any] = record.body["state"]
        return state

    def _book_behind(self, record: JournalRecord, symbol: str) -> dict[str, Any]:
        """Return a book's state, folded from where the last look ended or from a snapshot."""
        live = self._before(record, symbol)
        if missing := record.sequence - live.book.sequence:
            after = live.book.sequence
            for standing in self._journal.read(record.stream, after, limit=missing):
                if standing.previous_hash != live.tip.hash:
                    break
                live.book.apply(standing.body)
                live.tip = standing.tip
        if live.tip != record.tip:
            raise JournalCorruptError(f"{record.stream}: {record.tip} does not follow {live.tip}")
        self._folded = live
        return live.book.state()

    def _before(self, record: JournalRecord, symbol: str) -> LiveBook:
        """Return a book at a record or before it: an export goes on part after part."""
        # Taken out while it changes: one that a fault leaves half way is not kept.
        live, self._folded = self._folded, None
        if live is not None and live.book.symbol == symbol:
            ahead = record.sequence - live.book.sequence
            if 0 <= ahead <= MAX_AHEAD:
                return live
        return self._recovery.start(symbol, upto=record.sequence)


def _where(asked: contracts.AskState) -> str:
    if asked.sequence is not None:
        return f" {asked.sequence}"
    return "" if asked.time is None else " until then"


def as_read(record: JournalRecord) -> Record:
    """Return a record without what this process has made of it."""
    return Record(
        stream=record.stream,
        sequence=record.sequence,
        previous_hash=record.previous_hash,
        hash=record.hash,
        epoch=record.epoch,
        code_version=record.code_version,
        recorded_at_ms=record.recorded_at_ms,
        body=record.body,
    )
