"""``zerodesk.funds``: an account's money outside of trades."""

from pydantic import Field

from zerodesk_aws.contracts.fields import (
    AccountId,
    Contract,
    Currency,
    DepositId,
    TransferId,
    WithdrawalId,
)


class OfFunds(Contract):
    """What happened to an account's money outside of trades."""

    event_id: str = Field(description="The same at every repeat, and no other event's.")
    account_id: AccountId


class MoneyMoved(OfFunds):
    """An amount of a currency, in minor units."""

    currency: Currency
    amount_minor: int


class DepositCredited(MoneyMoved):
    """Money came in from outside, and is free."""

    deposit_id: DepositId
    author: AccountId | None = Field(
        default=None, description="Of a deposit to the insurance fund: by whose word."
    )
    reason: str | None = Field(default=None, description="And why.")


class WithdrawalReserved(MoneyMoved):
    """Money on its way out is held, until it is posted or void."""

    withdrawal_id: WithdrawalId


class WithdrawalPosted(MoneyMoved):
    """Money has left for the outside."""

    withdrawal_id: WithdrawalId


class WithdrawalVoided(MoneyMoved):
    """Money that was reserved is free again."""

    withdrawal_id: WithdrawalId


class TransferSent(MoneyMoved):
    """Money has left an account for another one; it arrives there for certain."""

    transfer_id: TransferId
    to_account_id: AccountId
    reason: str | None = Field(default=None, description="Of a payment by the insurance fund: why.")


class TransferReceived(MoneyMoved):
    """Money has arrived from another account, and is free."""

    transfer_id: TransferId
    from_account_id: AccountId
    reason: str | None = Field(default=None, description="Of a payment by the insurance fund: why.")


class RecordReversed(OfFunds):
    """A record of an account was reversed by a later one of it."""

    sequence: int
    reversal_sequence: int
    reason: str
