"""What the bus hears of an account's money outside of trades.

Each is told after its record stands and before its gate item shows it. So an item that shows an
answer was told of, and whoever drives on one that does not tells it again: at least once, perhaps
twice or late. ``event_id`` is the same at every repeat and no other event's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.bus import Announcement
from zerodesk_aws.tables.orders import OrderItem

FUNDS: Final = "zerodesk.funds"
MOVED: Final = {
    WithdrawalStatus.RESERVED: "WithdrawalReserved",
    WithdrawalStatus.POSTED: "WithdrawalPosted",
    WithdrawalStatus.VOIDED: "WithdrawalVoided",
}
"""What a withdrawal's new status is told as; a refusal moves nothing, and whoever asked knows."""


def deposit_credited(item: OrderItem) -> Announcement:
    """Return that an account has a deposit, by its gate item."""
    return _told("DepositCredited", item.account_id, item.order_id, item.request)


def withdrawal_moved(item: OrderItem, status: str) -> Iterator[Announcement]:
    """Yield what a withdrawal came to, by its gate item and the status that it gets."""
    kind = MOVED.get(WithdrawalStatus(status))
    if kind is not None:
        yield _told(kind, item.account_id, item.order_id, item.request)


def transfer_sent(item: OrderItem) -> Announcement:
    """Return that an amount has left an account for another one, by the sender's gate item."""
    return _told("TransferSent", item.account_id, item.order_id, item.request)


def transfer_received(receipt: OrderItem) -> Announcement:
    """Return that an amount has arrived from another account, by the receiver's gate item."""
    facts = {name: value for name, value in receipt.request.items() if name != "to_account_id"}
    return _told("TransferReceived", receipt.account_id, receipt.order_id, facts)


def record_reversed(account_id: str, gate: str, answer: Mapping[str, Any]) -> Announcement:
    """Return that a record of an account was reversed, by what the account remembers of it."""
    facts = {name: answer[name] for name in ("sequence", "reversal_sequence", "reason")}
    return _told("RecordReversed", account_id, gate, facts)


def _told(kind: str, account_id: str, gate: str, facts: Mapping[str, Any]) -> Announcement:
    # An account's id has no hash sign, so no two requests come to the same event.
    place = {"event_id": f"{kind}#{account_id}#{gate}", "account_id": account_id}
    return Announcement(FUNDS, kind, {**place, **facts})
