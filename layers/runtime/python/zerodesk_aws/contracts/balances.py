"""What accounts have, as the API shows it."""

from pydantic import Field

from zerodesk_aws.contracts.fields import AccountId, Amount, Contract, Currency


class Balance(Contract):
    """What an account has of a currency: total is available, held and isolated together."""

    currency: Currency
    available: Amount
    held: Amount
    isolated: Amount = Field(description="In the pots of isolated positions.")
    total: Amount


class Balances(Contract):
    """All that an account has, at one record of its journal."""

    account_id: AccountId
    account_sequence: int
    balances: list[Balance]
