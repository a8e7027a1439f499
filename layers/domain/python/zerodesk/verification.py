"""One stream of the journal, record by record, believed only as far as it adds up.

Nothing is taken from whoever hands the records over: hashes are computed again from the bodies,
books are folded, accounts and the house are audited.
"""

from dataclasses import dataclass, fields
from typing import Any, Final, Protocol, Self

from zerodesk.codec import GENESIS_HASH, record_hash, record_text, state_hash
from zerodesk.ledger import LedgerError, assert_balanced
from zerodesk.matching import Book, JournalCorruptError
from zerodesk.reconciliation import AccountAudit, BookAudit, HouseAudit, NothingShown, Transit

FIRST_EPOCH: Final = 1

Audit = AccountAudit | BookAudit | HouseAudit


class VerificationError(ValueError):
    """A record that cannot be believed: which one, and why."""

    def __init__(self, stream: str, sequence: int, detail: str) -> None:
        super().__init__(f"{stream} record {sequence}: {detail}")
        self.stream, self.sequence, self.detail = stream, sequence, detail

    def __reduce__(self) -> tuple[type[Self], tuple[str, int, str]]:
        """Let another process have it."""
        return type(self), (self.stream, self.sequence, self.detail)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the journal has it."""

    stream: str
    sequence: int
    previous_hash: str
    hash: str
    epoch: int
    code_version: str
    recorded_at_ms: int
    body: dict[str, Any]

    def true_hash(self) -> str:
        """Return the hash that the record should have."""
        return record_hash(
            self.stream,
            self.sequence,
            self.previous_hash,
            self._text(),
            epoch=self.epoch,
            code_version=self.code_version,
            recorded_at_ms=self.recorded_at_ms,
        )

    def _text(self) -> bytes:
        """Return what is hashed of the body."""
        return record_text(self.body)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-able values."""
        return {name: getattr(self, name) for name in NAMES}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the record that ``to_dict`` wrote.

        Raises
        ------
        TypeError
            A field is missing, or there is one too many.
        """
        return cls(**values)


NAMES: Final = tuple(one.name for one in fields(Record))


@dataclass(frozen=True, slots=True)
class ReadRecord(Record):
    """A record with the text from which its body was read, and never another.

    Hashing that text saves writing it again, which costs more than reading it. A text that is not
    the one that was written hashes to something else, canonical or not.
    """

    text: bytes

    def _text(self) -> bytes:
        return self.text


class Fold(Protocol):
    """What a stream's records come to."""

    def apply(self, record: Record) -> None:
        """Take the next record in, or raise ValueError or another fault of a record."""

    def state(self) -> Any:
        """Return what the records so far come to, as JSON-able values."""

    @property
    def audit(self) -> Audit | None:
        """What is to be held against other streams, if anything is."""


class _BookFold:
    """A book: folded by its own rules, and audited by others."""

    def __init__(self, book: Book, audit: BookAudit) -> None:
        self._book, self.audit = book, audit

    @classmethod
    def behind(cls, state: dict[str, Any]) -> Self:
        return cls(Book.from_state(state), BookAudit.behind(state))

    def apply(self, record: Record) -> None:
        self._book.apply(record.body)
        self.audit.apply(record.sequence, record.body)
        _no_breach(self.audit)

    def state(self) -> Any:
        state = self._book.state()
        if not self.audit.agrees_with(state):
            raise ValueError("the audit has other orders open than the fold")
        return state


class _AccountFold:
    """An account: each record has the state after it, which must follow from the entries."""

    def __init__(self, audit: AccountAudit) -> None:
        self.audit = audit

    def apply(self, record: Record) -> None:
        self.audit.apply(record.sequence, record.body)
        _no_breach(self.audit)

    def state(self) -> Any:
        return self.audit.state


class _HouseFold:
    """The house in one currency: what it has must follow from what it was given."""

    def __init__(self, audit: HouseAudit, state: Any = None) -> None:
        self.audit = audit
        self._state = state

    def apply(self, record: Record) -> None:
        self.audit.apply(record.sequence, record.body)
        _no_breach(self.audit)
        self._state = record.body["state"]

    def state(self) -> Any:
        return self._state


class _OtherFold:
    """Any other stream: each record has the state after it, and entries that sum to zero."""

    audit: Audit | None = None

    def __init__(self, state: Any = None) -> None:
        self._state = state

    def apply(self, record: Record) -> None:
        assert_balanced(record.body["entries"])
        self._state = record.body["state"]

    def state(self) -> Any:
        return self._state


def _no_breach(audit: Audit) -> None:
    if not audit.findings.clean:
        raise ValueError(audit.findings.breaches[0].detail)


def _fold_of(stream: str) -> Fold:
    kind, _, name = stream.partition("#")
    match kind:
        case "book":
            return _BookFold(Book(name), BookAudit(name, NothingShown()))
        case "account":
            return _AccountFold(AccountAudit(name))
        case "house":
            return _HouseFold(HouseAudit(name))
        case _:
            return _OtherFold()


def _fold_behind(stream: str, sequence: int, state: Any) -> Fold:
    kind, _, name = stream.partition("#")
    match kind:
        case "book":
            return _BookFold.behind(state)
        case "account":
            return _AccountFold(AccountAudit.behind(name, sequence, state))
        case "house":
            return _HouseFold(HouseAudit.behind(name, sequence, state), state)
        case _:
            return _OtherFold(state)


class Verifier:
    """Follows one stream from its first record, or from behind a record whose state is vouched for.

    ``epoch`` is the latest record's, ``began_in`` the one before the first that was taken: None
    as long as nothing was taken behind a state, which does not say it.
    """

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.sequence = 0
        self.hash = GENESIS_HASH
        self.epoch: int | None = FIRST_EPOCH
        self.began_in: int | None = FIRST_EPOCH
        self._fold = _fold_of(stream)

    @classmethod
    def behind(cls, stream: str, sequence: int, record_hash: str, state: Any) -> Self:
        """Return one that begins behind a record, from the state that the record led to.

        Whoever has it begin there answers for the state, the hash and the epoch: for ``began_in``,
        which is then taken from the first record.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is no state of such a stream.
        """
        verifier = cls(stream)
        verifier.sequence, verifier.hash = sequence, record_hash
        verifier.epoch = verifier.began_in = None
        verifier._fold = _fold_behind(stream, sequence, state)
        return verifier

    def take(self, record: Record) -> None:
        """Verify the next record: its place, its hash, its money, and that it follows.

        Raises
        ------
        VerificationError
            It cannot be believed. Nothing behind it can be, either: the verifier is done.
        """
        fault = self._fault_of(record)
        if fault is not None:
            raise VerificationError(self.stream, self.sequence + 1, fault)
        try:
            self._fold.apply(record)
        except (JournalCorruptError, LedgerError, KeyError, TypeError, ValueError) as error:
            raise VerificationError(self.stream, record.sequence, str(error)) from error
        if self.began_in is None:
            self.began_in = record.epoch - ("takeover" in record.body)
        self.sequence, self.hash, self.epoch = record.sequence, record.hash, record.epoch

    def _fault_of(self, record: Record) -> str | None:
        if (record.stream, record.sequence) != (self.stream, self.sequence + 1):
            return f"record {record.sequence} of {record.stream} stands there"
        if record.previous_hash != self.hash:
            return "the chain is broken"
        if record.hash != record.true_hash():
            return "it does not hash to what it says"
        if self.epoch is not None and record.epoch != self.epoch + ("takeover" in record.body):
            return f"epoch {record.epoch} after {self.epoch}"
        return None

    @property
    def audit(self) -> Audit | None:
        """The stream's audit, to be held against those of others; None for a control stream."""
        return self._fold.audit

    @property
    def transit(self) -> Transit | None:
        """The account's side of its transfers so far; None for any other stream."""
        return self._fold.audit.transit if isinstance(self._fold, _AccountFold) else None

    def state(self) -> Any:
        """Return what the stream comes to, as JSON-able values; None for a stream of nothing.

        Raises
        ------
        VerificationError
            It is not what the audit comes to.
        """
        try:
            return self._fold.state()
        except ValueError as error:
            raise VerificationError(self.stream, self.sequence, str(error)) from error

    def state_hash(self) -> str:
        """Return the hash of the state: the same in every process and every later version."""
        return state_hash(self.state())
