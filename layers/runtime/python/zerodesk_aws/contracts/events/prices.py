"""``prices.*``: what a price feed observed."""

from pydantic import Field

from zerodesk_aws.contracts.fields import Contract, PositiveDecimal, ReadTime, Symbol


class IndexPriceObserved(Contract):
    """A price feed observed a price."""

    symbol: Symbol
    price: PositiveDecimal = Field(description="Quote units; taken to the nearest tick.")
    observed_at: ReadTime
