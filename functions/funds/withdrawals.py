"""Withdrawals: the request, before and after the protocol of zerodesk_aws.withdrawals."""

from funds.refusals import refusal_on_record
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.once import take_in
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.bus import Bus
from zerodesk_aws.contracts.funds import AskWithdrawal, Withdrawal
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import amount_minor_of
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.views.funds import withdrawal_view
from zerodesk_aws.withdrawals import KIND, Withdrawals, gate_id


class WithdrawalDesk:
    """Takes withdrawals in."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._orders = orders
        self._withdrawals = Withdrawals(accounts, orders, bus, markets)

    def ask(self, account_id: str, asked: AskWithdrawal) -> tuple[Withdrawal, bool]:
        """Reserve a withdrawal, once; return it as it stands, and whether it is new.

        Raises
        ------
        ProblemError
            RISK_*, LEDGER_*: refused, for good. INTAKE_IDEMPOTENCY_CONFLICT: the id had another
            body.
        """
        request = {
            "withdrawal_id": asked.withdrawal_id,
            "currency": asked.currency,
            "amount_minor": amount_minor_of(asked.amount, asked.currency),
        }
        gate = gate_id(asked.withdrawal_id)
        item, is_new = take_in(
            self._orders, account_id, gate, request, kind=KIND, named="withdrawal_id"
        )
        item = self._withdrawals.reserve(item)
        if item.status == WithdrawalStatus.REJECTED:
            count("WithdrawalsRefused")
            raise refusal_on_record(item)
        if is_new:
            count("WithdrawalsReserved")
            logger.info("withdrawal reserved", account_id=account_id, withdrawal=item.order_id)
        return withdrawal_view(item), is_new

    def one(self, account_id: str, withdrawal_id: str) -> Withdrawal:
        """Return a withdrawal of an account as it stands, or refuse with NOT_FOUND."""
        item = self._orders.get(account_id, gate_id(withdrawal_id))
        if item is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no withdrawal of this id.")
        return withdrawal_view(item)
