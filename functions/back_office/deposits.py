"""Deposits: the request, before and after the protocol of zerodesk_aws.deposits."""

from collections.abc import Mapping

from back_office.accounts import opened, refuse_fund
from zerodesk.money import format_minor
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.once import take_in
from zerodesk_aws.bus import Bus
from zerodesk_aws.contracts.accounts import Deposit, MakeDeposit
from zerodesk_aws.deposits import KIND, Deposits, gate_id
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import amount_minor_of
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.views.balances import balances_of


class DepositOffice:
    """Credits accounts."""

    def __init__(self, accounts: AccountJournal, orders: Orders, bus: Bus) -> None:
        self._accounts, self._orders = accounts, orders
        self._deposits = Deposits(accounts, orders, bus)

    def make(self, account_id: str, asked: MakeDeposit) -> tuple[Deposit, bool]:
        """Credit a deposit to somebody, once; return it with the account, and whether it is new."""
        refuse_fund(account_id)
        return self.credit(account_id, asked, {})

    def credit(
        self, account_id: str, asked: MakeDeposit, said: Mapping[str, str]
    ) -> tuple[Deposit, bool]:
        """Credit a deposit, once, whose record says what is said of it beside the amount."""
        amount_minor = amount_minor_of(asked.amount, asked.currency)
        request = {
            "deposit_id": asked.deposit_id,
            "currency": asked.currency,
            "amount_minor": amount_minor,
            **said,
        }
        opened(self._accounts, account_id)
        gate = gate_id(asked.deposit_id)
        item, is_new = take_in(
            self._orders, account_id, gate, request, kind=KIND, named="deposit_id"
        )
        account = self._deposits.drive(item)
        if is_new:
            count("DepositsMade")
            logger.info("deposit made", account_id=account_id, deposit_id=asked.deposit_id)
        deposit = Deposit(
            deposit_id=asked.deposit_id,
            account_id=account_id,
            currency=asked.currency,
            amount=format_minor(amount_minor, asked.currency),
            account_sequence=account.sequence,
            balances=balances_of(account.state),
        )
        return deposit, is_new
