"""What an account does with its money other than trade, as the API shows it."""

from typing import Annotated

from pydantic import Field

from zerodesk.transfers import TransferStatus
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.contracts.fields import (
    AccountId,
    Amount,
    Contract,
    Currency,
    PositiveDecimal,
    Timestamp,
    TransferId,
    WithdrawalId,
)
from zerodesk_aws.contracts.orders import Rejection
from zerodesk_aws.contracts.paging import DEFAULT_PAGE, Cursor, Limit


class AskWithdrawal(Contract):
    """Money to take out, once: the same ``withdrawal_id`` and body again is the same."""

    withdrawal_id: WithdrawalId
    currency: Currency
    amount: PositiveDecimal


class Withdrawal(Contract):
    """A withdrawal as it stands.

    RESERVED: held, until the back office posts it (the money has left) or voids it (it is free
    again). One that stays reserved for 72 hours is void.
    """

    withdrawal_id: WithdrawalId
    account_id: AccountId
    currency: Currency
    amount: Amount
    status: Annotated[WithdrawalStatus, Field(strict=False)]
    rejection: Rejection | None
    account_sequence: int | None = Field(
        description="A record of the account's journal at which it stood as it stands."
    )
    asked_at: Timestamp
    updated_at: Timestamp


class Withdrawals(Contract):
    """The withdrawals of an account that are reserved, the oldest first."""

    withdrawals: list[Withdrawal]


class ListReserved(Contract):
    """A page of what is reserved."""

    limit: Limit = DEFAULT_PAGE
    cursor: Cursor | None = None


class ReservedPage(Contract):
    """Reserved withdrawals of all accounts, by account, the oldest first in each.

    A page may be short; the list ends where next_cursor is null.
    """

    withdrawals: list[Withdrawal]
    next_cursor: str | None


class AskTransfer(Contract):
    """Money for another account, once: the same ``transfer_id`` and body again is the same."""

    transfer_id: TransferId
    to_account_id: AccountId
    currency: Currency
    amount: PositiveDecimal


class Transfer(Contract):
    """A transfer as it stands. PENDING: it is on its way, and will arrive."""

    transfer_id: TransferId
    from_account_id: AccountId
    to_account_id: AccountId
    currency: Currency
    amount: Amount
    status: Annotated[TransferStatus, Field(strict=False)]
    rejection: Rejection | None
    account_sequence: int | None = Field(
        description="A record of the sender's journal at which it stood as it stands."
    )
    asked_at: Timestamp
    updated_at: Timestamp
