"""What reconciliation answers: the report of one run."""

from pydantic import Field

from zerodesk_aws.contracts.fields import Amount, Contract, Currency, Symbol, Timestamp


class Check(Contract):
    """One thing that must hold: how often it was looked at, and how often it did not."""

    name: str = Field(examples=["holds equal open orders"])
    checked: int
    breaches: int


class ReconciledBook(Contract):
    """One book as its journal says."""

    symbol: Symbol
    sequence: int = Field(description="The last record that was read.")
    settled_sequence: int = Field(description="The record up to which accounts are settled.")
    records: int
    trades: int
    open_orders: int
    fees: dict[str, Amount] = Field(description="What the book has collected, by currency.")


class Totals(Contract):
    """One currency over everything.

    deposits - withdrawals = users + in_transit + fees + house + open + in_clearing.
    """

    currency: Currency
    deposits: Amount
    withdrawals: Amount = Field(description="What went outside.")
    users: Amount = Field(description="What accounts have, available and held.")
    in_transit: Amount = Field(description="What accounts sent one another and have not received.")
    fees: Amount = Field(description="What books collected and the house does not have yet.")
    house: Amount = Field(description="Fees that were swept to the house.")
    open: Amount = Field(
        description="Of books in which nothing is delivered: minus the cost of all open positions."
    )
    in_clearing: Amount = Field(description="What is traded and not settled; 0 when all is quiet.")


class Breach(Contract):
    """Something that is wrong."""

    code: str = Field(examples=["HOLD_DIFFERS"])
    subject: str = Field(description="The stream or item that it is about.")
    detail: str
    sequence: int | None = Field(default=None, description="The record, where there is one.")


class ReconciliationReport(Contract):
    """Everything that was compared, and everything that is wrong."""

    balanced: bool = Field(description="Everything was read to its end, and nothing is wrong.")
    complete: bool = Field(
        description="Every stream was read to its end, accounts by this run or, where they stood "
        "still, by one before; else the next run goes on."
    )
    checked_at: Timestamp
    checks: list[Check]
    books: list[ReconciledBook]
    accounts: int
    totals: list[Totals]
    breaches: list[Breach]
