"""What the house has."""

from pydantic import Field

from zerodesk_aws.contracts.fields import Amount, Contract, Currency, Symbol


class SweptBook(Contract):
    """A book whose fees are swept to the house up to a record."""

    symbol: Symbol
    book_sequence: int


class HouseBalance(Contract):
    """What the house has of a currency, and from which books."""

    currency: Currency
    balance: Amount
    house_sequence: int = Field(description="The latest record of the stream house#<currency>.")
    swept: list[SweptBook]


class House(Contract):
    """What the house has, by currency. Fees that were not swept yet are with their books."""

    balances: list[HouseBalance]
