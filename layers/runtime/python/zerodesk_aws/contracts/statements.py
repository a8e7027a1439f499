"""Statements: what an account had, what happened, what it has, record by record."""

from typing import Any, Self

from pydantic import Field, model_validator

from zerodesk_aws.contracts.balances import Balance
from zerodesk_aws.contracts.fields import (
    BAD_VALUE,
    AccountId,
    Amount,
    Contract,
    Currency,
    ReadTime,
    Timestamp,
    refusal,
)
from zerodesk_aws.contracts.paging import DEFAULT_PAGE, Cursor, Limit, Sequence


class AskStatement(Contract):
    """A stretch of an account's journal, by sequence or by time; all of it by default."""

    from_sequence: Sequence | None = Field(default=None, description="The first record of it.")
    to_sequence: Sequence | None = Field(default=None, description="The last record of it.")
    from_time: ReadTime | None = Field(default=None, description="Records from this time on.")
    to_time: ReadTime | None = Field(default=None, description="Records before this time.")
    limit: Limit = DEFAULT_PAGE
    cursor: Cursor | None = None

    @property
    def by_time(self) -> bool:
        """Whether the stretch is one of time."""
        return self.from_time is not None or self.to_time is not None

    @model_validator(mode="after")
    def _is_a_stretch(self) -> Self:
        by_sequence = self.from_sequence is not None or self.to_sequence is not None
        if by_sequence and self.by_time:
            field = "from_time" if self.from_time is not None else "to_time"
            raise refusal(BAD_VALUE, "absent where a sequence is given", field)
        if self.from_sequence and self.to_sequence and self.from_sequence > self.to_sequence:
            raise refusal(BAD_VALUE, "from_sequence or later", "to_sequence")
        if self.from_time and self.to_time and self.from_time >= self.to_time:
            raise refusal(BAD_VALUE, "after from_time", "to_time")
        return self


class StatementEntry(Contract):
    """One leg: what a ledger account received, or gave if it is negative."""

    ledger_account: str = Field(
        description="available and held are the account's own; external, transit and "
        "clearing#<symbol> are what it stands against.",
        examples=["available"],
    )
    currency: Currency
    amount: Amount


class StatementRecord(Contract):
    """One record: its place in the journal, why it was written, and its entries, which balance."""

    sequence: int
    hash: str = Field(description="Of the record and, through it, of all before it.")
    recorded_at: Timestamp
    cause: dict[str, Any] = Field(
        description="kind, and what it refers to by id.",
        examples=[{"kind": "deposit", "deposit_id": "wire-1"}],
    )
    entries: list[StatementEntry]


class Statement(Contract):
    """A page of a statement: the balances before and after the whole stretch, and some records.

    Records come oldest first. opening plus all entries of available and held is closing. The
    sequences are null when the stretch has no record.
    """

    account_id: AccountId
    stream: str = Field(description="The journal's stream.", examples=["account#alice"])
    from_sequence: int | None
    to_sequence: int | None
    opening: list[Balance]
    closing: list[Balance]
    records: list[StatementRecord]
    next_cursor: str | None
