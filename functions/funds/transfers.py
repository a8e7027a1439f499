"""Transfers: the request, before and after the saga of zerodesk_aws.transfers."""

from typing import Final

from funds.refusals import refusal_on_record
from zerodesk.transfers import TransferStatus
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.once import take_in
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.bus import Bus
from zerodesk_aws.contracts.funds import AskTransfer, Transfer
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import amount_minor_of
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.transfers import KIND, Transfers, gate_id
from zerodesk_aws.views.funds import transfer_view

TO: Final = "to_account_id"


class TransferDesk:
    """Takes transfers in."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts, self._orders = accounts, orders
        self._transfers = Transfers(accounts, orders, bus, markets)

    def ask(self, account_id: str, asked: AskTransfer) -> tuple[Transfer, bool]:
        """Transfer an amount, once; return the transfer as it stands, and whether it is new.

        Raises
        ------
        ProblemError
            INTAKE_BAD_VALUE: to oneself. INTAKE_UNKNOWN_ACCOUNT: to nowhere. RISK_*, LEDGER_*:
            refused, for good. INTAKE_IDEMPOTENCY_CONFLICT: the id had another body.
        """
        request = {
            "transfer_id": asked.transfer_id,
            TO: asked.to_account_id,
            "currency": asked.currency,
            "amount_minor": amount_minor_of(asked.amount, asked.currency),
        }
        self._check_receiver(account_id, asked.to_account_id)
        gate = gate_id(asked.transfer_id)
        item, is_new = take_in(
            self._orders, account_id, gate, request, kind=KIND, named="transfer_id"
        )
        item = self._transfers.drive(item)
        transfer = transfer_view(item)
        if transfer.status is TransferStatus.REJECTED:
            count("TransfersRefused")
            raise refusal_on_record(item)
        if is_new:
            count("TransfersSettled")
            logger.info(
                "transfer settled",
                account_id=account_id,
                transfer=item.order_id,
                to_account_id=asked.to_account_id,
            )
        return transfer, is_new

    def one(self, account_id: str, transfer_id: str) -> Transfer:
        """Return a transfer that an account sent as it stands, or refuse with NOT_FOUND."""
        item = self._orders.get(account_id, gate_id(transfer_id))
        if item is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has sent no transfer of this id.")
        return transfer_view(item)

    def _check_receiver(self, account_id: str, to_account_id: str) -> None:
        """Refuse a transfer to oneself or to nowhere. An account that is open stays open."""
        if to_account_id == account_id:
            rule = "another account than the one that pays"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, TO, to_account_id, rule)
        if not self._accounts.latest(to_account_id).state.opened:
            rule = "an account that is open"
            raise refused(ProblemCode.INTAKE_UNKNOWN_ACCOUNT, TO, to_account_id, rule)
