"""What accounts have, and what moved it, as the API shows them."""

from collections.abc import Iterable, Sequence
from typing import Any

from zerodesk.accounts import AccountState
from zerodesk.money import format_minor
from zerodesk_aws.accounts import Account
from zerodesk_aws.contracts.balances import Balance, Balances
from zerodesk_aws.contracts.statements import StatementEntry


def balances_of(state: AccountState) -> list[Balance]:
    """Return an account's balances, by currency."""
    return [
        Balance(
            currency=currency,
            available=format_minor(state.available_minor(currency), currency),
            held=format_minor(state.held_minor(currency), currency),
            isolated=format_minor(state.isolated_minor(currency), currency),
            total=format_minor(state.total_minor(currency), currency),
        )
        for currency in state.currencies()
    ]


def entries_view(entries: Iterable[Sequence[Any]]) -> list[StatementEntry]:
    """Return a record's entries as the API shows them."""
    return [
        StatementEntry(
            ledger_account=ledger_account,
            currency=currency,
            amount=format_minor(amount_minor, currency),
        )
        for ledger_account, currency, amount_minor in entries
    ]


def balances_view(account: Account) -> Balances:
    """Return an account's balances as the API shows them."""
    return Balances(
        account_id=account.account_id,
        account_sequence=account.sequence,
        balances=balances_of(account.state),
    )
