"""Cancels of many: a gate item that names the orders, and a command to each of their books.

The orders are those that the account's journal holds as of one record, so what is held later is not
among them. The item is done once each of them is final, and the orders say themselves what they
are: whoever finds one that is not sends its book the command again.

An order that follows another one is named too. It ends with the one that it follows, but if that
has been filled by then, it stands by itself, and the account does not know it yet.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from zerodesk.commands import CancelAllCommand
from zerodesk.orders import OrderStatus, mass_cancel_id_for
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.orders import STILL_MOVING, OrderItem, Orders

KIND: Final = "cancel_all"

Books = dict[str, list[list[Any]]]
"""By symbol: [order, when it was accepted] of each that is to be cancelled there."""

NEVER_MS: Final = 0
"""When an order that follows another one was accepted by itself: the book does not wait for it."""


class MassCancels:
    """Opens cancels of many, and drives them on."""

    def __init__(self, accounts: AccountJournal, orders: Orders, queue: CommandQueue) -> None:
        self._accounts, self._orders, self._queue = accounts, orders, queue

    def open(
        self,
        account_id: str,
        command_id: str,
        cancel_id: str,
        symbol: str | None,
        *,
        at_ms: int,
        spared: Collection[str] = (),
    ) -> OrderItem:
        """Return the item of a cancel: the one that stands, or one of what is held now.

        Parameters
        ----------
        account_id, command_id
            Whose orders, and the id by which items and books know the cancel.
        cancel_id
            The same as its client names it.
        symbol
            Of which market; None is of every one.
        at_ms
            Now.
        spared
            Markets whose orders stay, of every one.
        """
        standing = self._orders.get(account_id, command_id)
        if standing is not None:
            return standing
        account = self._accounts.latest(account_id)
        books: Books = defaultdict(list)
        leaders: dict[str, str] = {}
        for order_id, hold in account.state.holds.items():
            command = hold.command
            if command["kind"] != "place" or symbol not in (None, command["symbol"]):
                continue
            if command["symbol"] in spared:
                continue
            accepted_at_ms = command["accepted_at_ms"]
            if "after" in command:
                leaders[order_id], accepted_at_ms = command["after"], NEVER_MS
            books[command["symbol"]].append([order_id, accepted_at_ms])
        item, _ = self._orders.open_gate(
            account_id,
            command_id,
            kind=KIND,
            fingerprint=named(symbol),
            request={
                "cancel_id": cancel_id,
                "symbol": symbol,
                "account_sequence": account.sequence,
                "books": dict(books),
                "leaders": leaders,
            },
            at_ms=at_ms,
        )
        return item

    def cancel_held(
        self,
        account_id: str,
        cancel_id: str,
        at_ms: int,
        symbol: str | None = None,
        spared: Collection[str] = (),
    ) -> None:
        """Have all cancelled that an account holds, by the venue's word; a repeat drives that on.

        In one market, or in every one that is not ``spared``. No client can have given a cancel of
        its own the id.
        """
        command_id = mass_cancel_id_for(account_id, cancel_id)
        item = self.open(account_id, command_id, cancel_id, symbol, at_ms=at_ms, spared=spared)
        self.drive(item, self.left(item, orders_of(item)), at_ms)

    def was_opened(self, account_id: str, cancel_id: str) -> bool:
        """Whether a cancel was opened, so that it is driven on by itself."""
        return self._orders.get(account_id, mass_cancel_id_for(account_id, cancel_id)) is not None

    def drive(self, item: OrderItem, left: set[str], at_ms: int) -> None:
        """Send the command to each book with orders that are left; without any, the item is done.

        It is sent as of now: the book knows it by its id, and it is not to be refused for its age.
        """
        request: dict[str, Any] = item.request
        for symbol, orders in request["books"].items():
            if left.isdisjoint(order_id for order_id, _ in orders):
                continue
            self._queue.send(
                CancelAllCommand(
                    kind="cancel_all",
                    command_id=item.order_id,
                    account_id=item.account_id,
                    symbol=symbol,
                    account_sequence=request["account_sequence"],
                    orders=orders,
                    accepted_at_ms=at_ms,
                )
            )
        if not left:
            sequence = request["account_sequence"]
            self._orders.finish_gate(item.account_id, item.order_id, sequence, at_ms)

    def left(self, item: OrderItem, among: set[str]) -> set[str]:
        """Return which of these orders are not final yet, read strongly.

        One that follows may not be shown yet where its leading order is shown as filled.
        """
        request: dict[str, Any] = item.request
        leaders = {one: request["leaders"][one] for one in among & request["leaders"].keys()}
        statuses = self._orders.statuses(item.account_id, sorted(among.union(leaders.values())))
        moving = {order_id for order_id in among if statuses.get(order_id) in STILL_MOVING}
        return moving | {
            order_id
            for order_id, leader in leaders.items()
            if order_id not in statuses and statuses.get(leader) == OrderStatus.FILLED
        }


def named(symbol: str | None) -> str:
    """Return what tells a repeat of a cancel from one of another market with the same id."""
    return fingerprint({"symbol": symbol})


def orders_of(item: OrderItem) -> set[str]:
    """Return the orders that a cancel names."""
    return {order_id for orders in item.request["books"].values() for order_id, _ in orders}
