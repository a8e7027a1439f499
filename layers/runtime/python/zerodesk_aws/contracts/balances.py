"""What accounts have, as the API shows it."""

from zerodesk_aws.contracts.fields import AccountId, Amount, Contract, Currency


class Balance(Contract):
    """What an account has of a currency: total is available and held together."""

    currency: Currency
    available: Amount
    held: Amount
    total: Amount


class Balances(Contract):
    """All that an account has, at one record of its journal."""

    account_id: AccountId
    account_sequence: int
    balances: list[Balance]
