"""The journal as operators read it: records as they stand, and states at a point."""

from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from zerodesk_aws.contracts.fields import BAD_VALUE, Contract, ReadTime, Timestamp, refusal, text
from zerodesk_aws.contracts.paging import count_up_to, counted

STREAM: Final = r"[a-z]{1,16}#[A-Za-z0-9._-]{1,40}"
STREAM_RULE: Final = "the name of a stream, such as book#BTC-USD, account#alice or control#markets"
MAX_SEQUENCE: Final = 999_999_999
MAX_RECORDS: Final = 500

Stream = Annotated[str, text(STREAM, STREAM_RULE)]
FromSequence = Annotated[
    int, count_up_to(MAX_SEQUENCE), counted(MAX_SEQUENCE, "The first record of the page.")
]
AtSequence = Annotated[
    int, count_up_to(MAX_SEQUENCE), counted(MAX_SEQUENCE, "The record behind which to look.")
]
RecordLimit = Annotated[
    int, count_up_to(MAX_RECORDS), counted(MAX_RECORDS, "How many records a page has at most.")
]


class ListRecords(Contract):
    """Which records of which stream."""

    stream: Stream
    from_sequence: FromSequence = 1
    limit: RecordLimit = 100


class JournalRecord(Contract):
    """A record as it stands; whoever reads it can compute its hash again."""

    stream: str
    sequence: int
    previous_hash: str
    hash: str
    epoch: int
    code_version: str
    recorded_at_ms: int
    body: dict[str, Any]


class RecordPage(Contract):
    """Records in order. A page may be short; the stream ends where one is empty."""

    records: list[JournalRecord]


class AskState(Contract):
    """Of which stream, and when: behind a record, at a time, or now."""

    stream: Stream
    sequence: AtSequence | None = None
    time: ReadTime | None = Field(default=None, description="Behind the last record until then.")

    @model_validator(mode="after")
    def _is_one_point(self) -> Self:
        if self.sequence is not None and self.time is not None:
            raise refusal(BAD_VALUE, "absent where a sequence is given", "time")
        return self


class StateAt(Contract):
    """What a stream came to behind one of its records."""

    stream: str
    sequence: int
    record_hash: str
    recorded_at: Timestamp
    state_hash: str = Field(description="The same in every process and every later version.")
    state: dict[str, Any] | None = Field(
        description="Null where it is too large for an answer; an export leads to it."
    )


class AskExport(Contract):
    """Which stream to export: all that it has, or from one of its records to another."""

    stream: Stream
    first: AtSequence | None = None
    last: AtSequence | None = None

    @model_validator(mode="after")
    def _is_closed(self) -> Self:
        for name, end, other in (
            ("first", self.first, self.last),
            ("last", self.last, self.first),
        ):
            if end is None and other is not None:
                raise refusal(BAD_VALUE, "given where the range's other end is", name)
        if self.first is not None and self.last is not None and self.first > self.last:
            raise refusal(BAD_VALUE, "at most last", "first", self.first)
        return self


class Exported(Contract):
    """Where the stream's archive ends now."""

    stream: str
    added: int = Field(description="How many records; 0 when the archive had them all.")
    last: int = Field(description="The last record in the archive.")
    manifest_hash: str = Field(description="Of the newest manifest: it vouches for all of it.")
