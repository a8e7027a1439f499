"""The insurance fund pays: a transfer to the account, for which the account's record has asked.

The record is the fence: it stands behind the very state that owed, and says how much. The transfer
is named after it, so it is made once, whoever drives it on how often, and the sweeper does too.
"""

from collections.abc import Mapping
from typing import Any, Final

from zerodesk.insurance import FUND, runs_low
from zerodesk.liquidations import Liquidation, order_name
from zerodesk.orders import order_id_for
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.clock import now_ms
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import ANSWERED, Orders
from zerodesk_aws.transfers import KIND, Transfers, gate_id

FUND_LOW: Final = "InsuranceFundLow"
"""Counted when a payment leaves little, and when an account is left owing."""


class Insurance:
    """What the fund has, and its payments."""

    def __init__(
        self, accounts: AccountJournal, orders: Orders, bus: Bus, markets: Markets
    ) -> None:
        self._accounts, self._orders = accounts, orders
        self._transfers = Transfers(accounts, orders, bus, markets)

    def funds(self) -> Mapping[str, int]:
        """Return what the fund has by currency, minor units; nothing before its first deposit."""
        return self._accounts.latest(FUND).state.available

    def is_under_way(self, account_id: str, liquidation: Liquidation) -> bool:
        """Whether the payment that was asked for last is neither made nor refused."""
        if not liquidation.paying:
            return False
        gate = gate_id(payment_id(account_id, liquidation, liquidation.paying))
        return self._orders.status(FUND, gate) not in ANSWERED

    def pay(self, account_id: str, liquidation: Liquidation, isolated: str | None) -> None:
        """Make the payment that was asked for last, from wherever it stands.

        What an ``isolated`` position owes comes into its pot.
        """
        transfer_id = payment_id(account_id, liquidation, liquidation.paying)
        request: dict[str, Any] = {
            "transfer_id": transfer_id,
            "to_account_id": account_id,
            "currency": liquidation.currency,
            "amount_minor": liquidation.asked_minor,
            "reason": f"liquidation {liquidation.number}, step {liquidation.paying}",
        }
        if isolated is not None:
            request["isolated"] = isolated
        item, _ = self._orders.open_gate(
            FUND,
            gate_id(transfer_id),
            kind=KIND,
            fingerprint=fingerprint(request),
            request=request,
            at_ms=now_ms(),
        )
        self._transfers.drive(item)
        left_minor = self.funds().get(liquidation.currency, 0)
        if runs_low(left_minor, liquidation.asked_minor):
            count(FUND_LOW)
            told = {"currency": liquidation.currency, "left_minor": left_minor}
            logger.warning("insurance fund runs low", extra=told)


def payment_id(account_id: str, liquidation: Liquidation, step: int) -> str:
    """Return the id of the transfer by which a step is paid; no client can have given it."""
    return order_id_for(account_id, order_name(liquidation, step))
