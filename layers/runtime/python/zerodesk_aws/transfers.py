"""Transfers on the journal: a saga of two records, each written once, whoever drives it on.

1. the sender's gate item    2. the sender's record: sent, or refused; the bus is told
3. the receiver's gate item  4. the receiver's record; the bus is told, and its item shows it
5. the sender's item shows that all is done

Each step may be repeated and changes nothing then. A process that dies leaves the sender's item
pending, so a repeat of the request or the sweeper goes through the steps again. The receiver is
credited only after the sender's record stands, and the sender's item is done only after the
receiver's record stands.
"""

from typing import Final

from zerodesk.accounts import NOTHING_SAID, Change
from zerodesk.orders import OrderStatus
from zerodesk.spending import REJECTED
from zerodesk.transfers import receive, send
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.funds_announcements import transfer_received, transfer_sent
from zerodesk_aws.gates import seen, without_shown
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import ANSWERED, DONE, OrderItem, Orders

KIND: Final = "transfer"
RECEIPT: Final = "receipt"


def gate_id(transfer_id: str) -> str:
    """Return the id of a transfer's gate item, the sender's."""
    return f"transfer#{transfer_id}"


def receipt_id(from_account_id: str, transfer_id: str) -> str:
    """Return the id of a transfer's gate item at the receiver; no account's id has a hash sign."""
    return f"receipt#{from_account_id}#{transfer_id}"


class Transfers:
    """The transfers between accounts."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts, self._orders, self._bus = accounts, orders, bus
        self._markets = markets

    def drive(self, item: OrderItem) -> OrderItem:
        """Take a transfer to its end from wherever it stands; return the sender's item."""
        if item.status in ANSWERED:
            return item
        sender = self._send(item)
        answer = sender.state.answered.get(item.order_id)
        # An answer that the account has forgotten is shown by the item: there is an end already.
        if answer is not None and answer.get("status") == REJECTED:
            self._orders.move_gate(
                item.account_id, item.order_id, answer, sender.sequence, at_ms=now_ms()
            )
        elif answer is not None:
            self._bus.publish([transfer_sent(item)])
            self._receive(item)
            self._orders.finish_gate(item.account_id, item.order_id, sender.sequence, now_ms())
        standing = self._orders.get(item.account_id, item.order_id)
        assert standing is not None, "items are never deleted"
        return standing

    def _send(self, item: OrderItem) -> Account:
        gate, asked = item.order_id, item.request

        def decide(account: Account) -> Change | None:
            # The account first, then the item: an id leaves the account only after the item
            # shows its end.
            if gate in account.state.answered:
                return None
            if self._orders.status(item.account_id, gate) != OrderStatus.QUEUED:
                return None
            state = without_shown(account, self._orders)
            return send(
                state,
                gate,
                asked["to_account_id"],
                asked["currency"],
                asked["amount_minor"],
                {"reason": asked["reason"]} if "reason" in asked else NOTHING_SAID,
                seen(self._markets, state, max(now_ms(), account.recorded_at_ms)),
            )

        return self._accounts.commit(item.account_id, decide)

    def _receive(self, item: OrderItem) -> None:
        asked = item.request
        account_id = asked["to_account_id"]
        receipt = receipt_id(item.account_id, asked["transfer_id"])
        receipt_item, _ = self._orders.open_gate(
            account_id,
            receipt,
            kind=RECEIPT,
            fingerprint=item.fingerprint,
            request=asked | {"from_account_id": item.account_id},
            at_ms=now_ms(),
        )

        def decide(account: Account) -> Change | None:
            answered = receipt in account.state.answered
            if answered or self._orders.status(account_id, receipt) == DONE:
                return None
            return receive(
                without_shown(account, self._orders),
                receipt,
                transfer_id=item.order_id,
                from_account_id=item.account_id,
                currency=asked["currency"],
                amount_minor=asked["amount_minor"],
                isolated=asked.get("isolated", ""),
            )

        receiver = self._accounts.commit(account_id, decide)
        if receipt_item.status != DONE:
            self._bus.publish([transfer_received(receipt_item)])
        self._orders.finish_gate(account_id, receipt, receiver.sequence, now_ms())
