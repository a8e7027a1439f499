"""Deposits: money from outside, journaled once, however often it is asked for.

The gate item makes the request one; the account's record makes it happen; the bus is told; the item
then shows it. Whoever finds the item not done drives it on from wherever it stands.
"""

from typing import Final

from zerodesk.accounts import Change, deposit
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.funds_announcements import deposit_credited
from zerodesk_aws.gates import without_shown
from zerodesk_aws.tables.orders import DONE, OrderItem, Orders

KIND: Final = "deposit"
SAID: Final = ("author", "reason")
"""What a deposit to the insurance fund says of itself, in its record too."""


def gate_id(deposit_id: str) -> str:
    """Return the id of a deposit's gate item."""
    return f"deposit#{deposit_id}"


class Deposits:
    """The deposits of accounts."""

    def __init__(self, accounts: AccountJournal, orders: Orders, bus: Bus) -> None:
        self._accounts, self._orders, self._bus = accounts, orders, bus

    def drive(self, item: OrderItem) -> Account:
        """Credit a deposit, unless that has been done; return the account."""
        account_id, gate, asked = item.account_id, item.order_id, item.request

        def decide(account: Account) -> Change | None:
            # The account first, then the item: an id leaves the account only after the item is
            # done.
            if self._orders.status(account_id, gate) == DONE or gate in account.state.answered:
                return None
            state = without_shown(account, self._orders)
            said = {name: asked[name] for name in SAID if name in asked}
            return deposit(state, gate, asked["currency"], asked["amount_minor"], said)

        account = self._accounts.commit(account_id, decide)
        if item.status != DONE:
            self._bus.publish([deposit_credited(item)])
            self._orders.finish_gate(account_id, gate, account.sequence, now_ms())
        return account
