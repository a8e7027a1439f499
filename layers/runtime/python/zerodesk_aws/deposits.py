"""Deposits: money from outside, journaled once, however often it is asked for.

The gate item makes the request one; the account's record makes it happen; the item then shows it.
Whoever finds the item not done drives it on from wherever it stands.
"""

from typing import Final

from zerodesk.accounts import Change, deposit
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.gates import without_shown
from zerodesk_aws.tables.orders import DONE, Orders

KIND: Final = "deposit"


def gate_id(deposit_id: str) -> str:
    """Return the id of a deposit's gate item."""
    return f"deposit#{deposit_id}"


def apply_deposit(
    accounts: AccountJournal,
    orders: Orders,
    account_id: str,
    deposit_id: str,
    currency: str,
    amount_minor: int,
) -> Account:
    """Credit a deposit whose gate item stands, unless that has been done; return the account."""
    gate = gate_id(deposit_id)

    def decide(account: Account) -> Change | None:
        # The account first, then the item: an id leaves the account only after the item is done.
        if orders.status(account_id, gate) == DONE or gate in account.state.answered:
            return None
        return deposit(without_shown(account, orders), gate, currency, amount_minor)

    account = accounts.commit(account_id, decide)
    orders.finish_gate(account_id, gate, account.sequence, now_ms())
    return account
