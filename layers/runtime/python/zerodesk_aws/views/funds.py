"""Money on its way as the API shows it."""

from typing import Any, Final

from zerodesk.money import format_minor
from zerodesk.orders import OrderStatus
from zerodesk.times import iso_ms
from zerodesk.transfers import TransferStatus
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.contracts.funds import Transfer, Withdrawal
from zerodesk_aws.contracts.orders import Rejection
from zerodesk_aws.tables.orders import DONE, OrderItem
from zerodesk_aws.views.numbers import whole

TRANSFER_STATUSES: Final = {
    OrderStatus.QUEUED.value: TransferStatus.PENDING,
    DONE: TransferStatus.SETTLED,
    OrderStatus.REJECTED.value: TransferStatus.REJECTED,
}
"""What the status of a transfer's item means."""


def withdrawal_view(item: OrderItem) -> Withdrawal:
    """Return a withdrawal's item as the API shows it."""
    asked: dict[str, Any] = item.request
    return Withdrawal(
        withdrawal_id=asked["withdrawal_id"],
        account_id=item.account_id,
        currency=asked["currency"],
        amount=format_minor(asked["amount_minor"], asked["currency"]),
        status=WithdrawalStatus(item.status),
        rejection=None if item.rejection is None else Rejection(**item.rejection),
        account_sequence=whole(item.account_sequence),
        asked_at=iso_ms(int(item.placed_at_ms)),
        updated_at=iso_ms(int(item.updated_at_ms)),
    )


def transfer_view(item: OrderItem) -> Transfer:
    """Return a transfer's item, the sender's, as the API shows it."""
    asked: dict[str, Any] = item.request
    return Transfer(
        transfer_id=asked["transfer_id"],
        from_account_id=item.account_id,
        to_account_id=asked["to_account_id"],
        currency=asked["currency"],
        amount=format_minor(asked["amount_minor"], asked["currency"]),
        status=TRANSFER_STATUSES[item.status],
        rejection=None if item.rejection is None else Rejection(**item.rejection),
        account_sequence=whole(item.account_sequence),
        asked_at=iso_ms(int(item.placed_at_ms)),
        updated_at=iso_ms(int(item.updated_at_ms)),
    )
