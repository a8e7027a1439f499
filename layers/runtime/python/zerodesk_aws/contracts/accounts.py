"""What an operator asks for: accounts, keys, deposits, corrections, partners."""

from typing import Annotated

from pydantic import Field

from zerodesk_aws.contracts.balances import Balance
from zerodesk_aws.contracts.fields import (
    AccountId,
    Amount,
    Contract,
    Currency,
    DepositId,
    Hash,
    KeyId,
    Partner,
    PositiveDecimal,
    Reason,
    ShortText,
    Timestamp,
)
from zerodesk_aws.contracts.paging import Sequence
from zerodesk_aws.contracts.roles import Role
from zerodesk_aws.contracts.statements import StatementEntry


class OpenAccount(Contract):
    """An account to open."""

    account_id: AccountId
    name: ShortText


class Account(Contract):
    """An account."""

    account_id: AccountId
    name: str


class Accounts(Contract):
    """Every account, by id."""

    accounts: list[Account]


class IssueKey(Contract):
    """A key to make."""

    role: Annotated[Role, Field(strict=False)] = Role.TRADER


class Key(Contract):
    """A new key. ``api_key`` is shown this once; only a digest of it is kept."""

    key_id: KeyId
    api_key: str
    account_id: AccountId
    role: Annotated[Role, Field(strict=False)]


class RevokedKey(Contract):
    """A key that is accepted no more, once the authorizer's cache has run out."""

    key_id: KeyId
    revoked_at: Timestamp


class MakeDeposit(Contract):
    """Money from outside, to credit once: the same ``deposit_id`` and body again is the same."""

    deposit_id: DepositId
    currency: Currency
    amount: PositiveDecimal


class FundInsurance(MakeDeposit):
    """Money of the house for the insurance fund, to credit once."""

    reason: Reason


class Deposit(Contract):
    """A deposit that stands in the account's journal, and the account as it is now."""

    deposit_id: DepositId
    account_id: AccountId
    currency: Currency
    amount: Amount
    account_sequence: int
    balances: list[Balance]


class MakeReversal(Contract):
    """A record of an account to reverse. The same again is the same; a record is reversed once."""

    sequence: Sequence = Field(description="The record.")
    hash: Hash | None = Field(default=None, description="Its hash, to be sure which one it is.")
    reason: ShortText = Field(description="Why, in words; it stands in the journal.")


class Reversal(Contract):
    """A reversal that stands in the account's journal, and the account as it is now."""

    account_id: AccountId
    sequence: int = Field(description="The record that is reversed.")
    hash: str
    reason: str
    reversal_sequence: int = Field(description="The record that reverses it.")
    entries: list[StatementEntry]
    balances: list[Balance]


class BindPartner(Contract):
    """The account for which a partner's orders are placed."""

    account_id: AccountId


class PartnerBinding(Contract):
    """A partner, by the source of its events, and its account."""

    source: Partner
    account_id: AccountId
