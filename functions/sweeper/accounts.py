"""Accounts: send again what has no answer, be it an item or a hold."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sweeper.bounds import YOUNG_MS
from sweeper.items import PendingItems
from sweeper.unsettled import Unsettled
from zerodesk.accounts import AccountState
from zerodesk.orders import OrderStatus
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk.withdrawals import BOUND_MS
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.deposits import Deposits
from zerodesk_aws.entry import logger
from zerodesk_aws.kills import AccountKills
from zerodesk_aws.limits import VenueLimits
from zerodesk_aws.loss_stops import LossStops
from zerodesk_aws.mass_cancels import MassCancels, orders_of
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.reversals import Reversals, unshown
from zerodesk_aws.switches import Switches
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.transfers import Transfers
from zerodesk_aws.withdrawals import Withdrawals
from zerodesk_aws.workflows import Workflow

if TYPE_CHECKING:
    from zerodesk.commands import CancelCommand

TIMED_OUT = "reserved for too long"
OPEN = tuple(status.value for status in OrderStatus if status.is_open)


class AccountSweep:
    """Drives what accounts have asked for on: orders, cancels, deposits, transfers..."""

    def __init__(
        self,
        accounts: AccountJournal,
        orders: Orders,
        pending: PendingItems,
        queue: CommandQueue,
        order_workflow: Workflow,
        bus: Bus,
        markets: Markets,
    ) -> None:
        self._accounts, self._orders, self._pending = accounts, orders, pending
        self._queue, self._order_workflow = queue, order_workflow
        self._mass_cancels = MassCancels(accounts, orders, queue)
        self._loss_stops = LossStops(accounts, markets, self._mass_cancels, bus)
        self._kills = AccountKills(accounts, orders, queue)
        self._switches = Switches(orders, self._mass_cancels)
        self._reversals = Reversals(accounts, orders, bus, markets)
        self._transfers = Transfers(accounts, orders, bus, markets)
        self._withdrawals = Withdrawals(accounts, orders, bus, markets)
        self._deposits = Deposits(accounts, orders, bus)

    def sweep(
        self, account_id: str, unsettled: Unsettled, limits: VenueLimits, now_ms: int
    ) -> Iterator[str]:
        """Drive one account on; yield what was done, by the name under which it is counted."""
        # First the account, then its items: who is settled in between shows as answered.
        state = self._accounts.latest(account_id).state
        yield from self._kill(account_id, state, now_ms)
        if self._loss_stops.look(account_id, state, limits, now_ms):
            yield "LossStops"
        yield from self._holds(account_id, state, unsettled, now_ms)
        yield from self._unshown(account_id, state)
        for item in self._pending.find(account_id, now_ms):
            try:
                yield from self._item(item, state, now_ms)
            except Exception:  # noqa: BLE001 - a transfer's receiver may be in trouble, not this one
                logger.exception("not driven on", account_id=account_id, item=item.order_id)
                yield "Failures"

    def _kill(self, account_id: str, state: AccountState, now_ms: int) -> Iterator[str]:
        """Cancel what a killed account holds, if whoever killed it did not come to that."""
        kill = state.terms.kill
        if kill is None or not state.holds or self._kills.has_cancelled(account_id, kill):
            return
        self._kills.cancel(account_id, kill, now_ms)
        yield "Kills"

    def _holds(
        self, account_id: str, state: AccountState, unsettled: Unsettled, now_ms: int
    ) -> Iterator[str]:
        """Send the command of each hold that its book has not answered, as far as is known.

        The book answers a repeat of an order that it has done with by a release of its hold. An
        order that rests, or that is answered and about to be settled, is let be.
        """
        old_ms = now_ms - YOUNG_MS
        old = {
            order_id: hold.command
            for order_id, hold in state.holds.items()
            if hold.command["accepted_at_ms"] <= old_ms
        }
        statuses = self._orders.statuses(account_id, old)
        for order_id, command in old.items():
            if statuses.get(order_id) in OPEN:
                continue
            if command.get("after") in state.holds:
                # It comes with the order that it follows, and is answered with it.
                continue
            if (command["symbol"], order_id) in unsettled:
                continue
            self._queue.send(command)
            logger.info("hold sent again", account_id=account_id, order_id=order_id)
            yield "Holds"

    def _unshown(self, account_id: str, state: AccountState) -> Iterator[str]:
        """Show the reversals whose items never came, so that the account may forget them."""
        remembered = unshown(state)
        shown = set(self._orders.shown(account_id, list(remembered)))
        for gate, answer in remembered.items():
            if gate not in shown:
                self._reversals.show(account_id, gate, answer)
                yield "Reversals"

    def _item(self, item: OrderItem, state: AccountState, now_ms: int) -> Iterator[str]:
        match item.kind:
            case "order" if item.order_id not in state.holds:
                self._order_workflow.start(item.request)
                yield "Orders"
            case "amend" if item.order_id not in state.holds:
                self._order_workflow.start(item.request)
                yield "Amends"
            case "cancel" | "cancel_all" | "cancel_after" if done := self._cancel(item, now_ms):
                yield done
            case "deposit":
                self._deposits.drive(item)
                yield "Deposits"
            case "transfer":
                self._transfers.drive(item)
                yield "Transfers"
            case "withdrawal" if self._withdrawal(item, state, now_ms):
                yield "Withdrawals"
            case _:
                return
        logger.info("driven on", account_id=item.account_id, item=item.order_id, kind=item.kind)

    def _cancel(self, item: OrderItem, now_ms: int) -> str | None:
        """Drive a cancel on, of one order or of many; None if its time has not come."""
        match item.kind:
            case "cancel":
                # As of now: it is not the fault of a cancel that got lost to have grown old.
                command: CancelCommand = item.request | {"accepted_at_ms": now_ms}
                self._queue.send(command)
                return "Cancels"
            case "cancel_all":
                left = self._mass_cancels.left(item, orders_of(item))
                self._mass_cancels.drive(item, left, now_ms)
                return "MassCancels"
            case _:
                return "Switches" if self._switches.fire(item, now_ms) else None

    def _withdrawal(self, item: OrderItem, state: AccountState, now_ms: int) -> bool:
        """Drive a withdrawal on; False if it waits for the back office, as it may for long."""
        reserved = state.withdrawals.get(item.order_id)
        if reserved is None or item.status == WithdrawalStatus.QUEUED:
            # Not reserved yet, or ended: the item is behind the account, or both are.
            self._withdrawals.reserve(item)
            return True
        if reserved.reserved_at_ms >= now_ms - BOUND_MS:
            return False
        self._withdrawals.void(item, TIMED_OUT)
        return True
