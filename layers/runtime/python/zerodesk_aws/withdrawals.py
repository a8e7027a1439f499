"""Withdrawals on the journal: reserved once, posted or void once, whoever asks how often.

The gate item makes the request one; the account's records make it happen; the bus is told; the item
then shows it. Whoever finds the item behind drives it on from wherever it stands.
"""

from collections.abc import Callable
from typing import Final

from zerodesk.accounts import AccountState, Change
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk.withdrawals import post, void, withdraw
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.funds_announcements import withdrawal_moved
from zerodesk_aws.gates import seen, without_shown
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import OrderItem, Orders

KIND: Final = "withdrawal"

Finish = Callable[[AccountState, str], Change]
"""Posts or voids a reserved withdrawal."""


def gate_id(withdrawal_id: str) -> str:
    """Return the id of a withdrawal's gate item."""
    return f"withdrawal#{withdrawal_id}"


class Withdrawals:
    """The withdrawals of accounts. Each method returns the item as it stands afterwards."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts, self._orders, self._bus = accounts, orders, bus
        self._markets = markets

    def reserve(self, item: OrderItem) -> OrderItem:
        """Reserve or refuse a withdrawal whose gate item stands, unless that has been done."""
        gate, asked = item.order_id, item.request

        def decide(account: Account) -> Change | None:
            # The account first, then the item: an id leaves the account only after the item
            # shows its end.
            if _known(account.state, gate):
                return None
            if self._orders.status(item.account_id, gate) != WithdrawalStatus.QUEUED:
                return None
            state = without_shown(account, self._orders)
            at_ms = now_ms()
            return withdraw(
                state,
                gate,
                asked["currency"],
                asked["amount_minor"],
                at_ms=at_ms,
                seen=seen(self._markets, state, max(at_ms, account.recorded_at_ms)),
            )

        return self._show(self._accounts.commit(item.account_id, decide), item)

    def post(self, item: OrderItem) -> OrderItem:
        """Let a withdrawal leave, unless it has left or is void."""
        return self._finish(item, post)

    def void(self, item: OrderItem, reason: str) -> OrderItem:
        """Set a withdrawal's money free again, unless it has left or is void."""
        return self._finish(item, lambda state, gate: void(state, gate, reason))

    def _finish(self, item: OrderItem, finish: Finish) -> OrderItem:
        if item.status == WithdrawalStatus.QUEUED:
            item = self.reserve(item)
        if WithdrawalStatus(item.status).is_final:
            return item

        def decide(account: Account) -> Change | None:
            if item.order_id not in account.state.withdrawals:
                return None
            return finish(without_shown(account, self._orders), item.order_id)

        return self._show(self._accounts.commit(item.account_id, decide), item)

    def _show(self, account: Account, item: OrderItem) -> OrderItem:
        """Bring the item up to what the account says of it. What it says no more, is shown."""
        gate = item.order_id
        if _known(account.state, gate):
            reserved = {"status": WithdrawalStatus.RESERVED.value}
            answer = account.state.answered.get(gate, reserved)
            if item.status != answer["status"]:
                self._bus.publish(withdrawal_moved(item, answer["status"]))
            self._orders.move_gate(
                account.account_id, gate, answer, account.sequence, at_ms=now_ms()
            )
        standing = self._orders.get(account.account_id, gate)
        assert standing is not None, "items are never deleted"
        return standing


def _known(state: AccountState, gate: str) -> bool:
    return gate in state.withdrawals or gate in state.answered
