"""Withdrawals: posted when the money has left, void when it stays."""

from back_office.accounts import opened
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.bus import Bus
from zerodesk_aws.contracts import funds as contracts
from zerodesk_aws.entry import count, logger
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.views.funds import withdrawal_view
from zerodesk_aws.withdrawals import Withdrawals, gate_id

BY_OPERATOR = "by an operator"


class WithdrawalOffice:
    """Brings withdrawals to their end."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts, self._orders = accounts, orders
        self._withdrawals = Withdrawals(accounts, orders, bus, markets)

    def reserved(self, account_id: str) -> contracts.Withdrawals:
        """Return the reserved withdrawals of an account, or refuse with NOT_FOUND."""
        reserved = opened(self._accounts, account_id).state.withdrawals
        items = self._orders.get_many(account_id, reserved) if reserved else {}
        oldest_first = sorted(items.values(), key=lambda item: int(item.placed_at_ms))
        return contracts.Withdrawals(withdrawals=[withdrawal_view(item) for item in oldest_first])

    def post(self, account_id: str, withdrawal_id: str) -> contracts.Withdrawal:
        """Post a withdrawal, or find it posted.

        Raises
        ------
        ProblemError
            NOT_FOUND: never asked for. WITHDRAWAL_NOT_RESERVED: refused, or void by now.
        """
        item = self._withdrawals.post(self._asked(account_id, withdrawal_id))
        return self._ended(item, WithdrawalStatus.POSTED)

    def void(self, account_id: str, withdrawal_id: str) -> contracts.Withdrawal:
        """Void a withdrawal, or find it void; refuses as ``post`` does."""
        item = self._withdrawals.void(self._asked(account_id, withdrawal_id), BY_OPERATOR)
        return self._ended(item, WithdrawalStatus.VOIDED)

    def _asked(self, account_id: str, withdrawal_id: str) -> OrderItem:
        item = self._orders.get(account_id, gate_id(withdrawal_id))
        if item is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no withdrawal of this id.")
        return item

    def _ended(self, item: OrderItem, wanted: WithdrawalStatus) -> contracts.Withdrawal:
        if item.status != wanted:
            detail = f"The withdrawal is {item.status} and stays so."
            raise ended(ProblemCode.WITHDRAWAL_NOT_RESERVED, detail)
        count(f"Withdrawals{wanted.title()}")
        logger.info(
            "withdrawal ended", account_id=item.account_id, withdrawal=item.order_id, status=wanted
        )
        return withdrawal_view(item)
