"""The orders of a book, audited: as its records open, amend and fill them, and as they show.

What a record says of an order, its terms, what remains of it and what is held for it, is held
against what its events make of it, by the formulas of the market alone.
"""

from typing import Any, NamedTuple

from zerodesk.instruments import Market
from zerodesk.money import format_minor
from zerodesk.orders import OrderStatus
from zerodesk.reconciliation.findings import Breach, BreachCode, Check, Findings
from zerodesk.reconciliation.open_orders import OpenOrder


class Amended(NamedTuple):
    """An amend that took effect, and what its own hold gave to its order's."""

    amend_id: str
    account_id: str
    order_id: str
    moved_minor: int


class AuditedOrders:
    """The orders that a book has open, and what was found wrong with them."""

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.market: Market | None = None
        self.orders: dict[str, OpenOrder] = {}
        self.following: dict[str, str] = {}
        """The order that waits for another one, by the id of that."""
        self.findings = Findings()

    @property
    def subject(self) -> str:
        """The book's name in a breach."""
        return f"book#{self.symbol}"

    def _listed(self) -> Market:
        if self.market is None:
            raise ValueError(f"{self.symbol} trades before it is listed")
        return self.market

    def _reduce(self, sequence: int, event: dict[str, Any]) -> str:
        """Take lots off an order that are not to be traded any more; returns its id."""
        order_id, lots = event["order_id"], event["by_lots"]
        order = self.orders.get(order_id)
        if order is None or not 0 < lots <= order.remaining_lots:
            detail = f"{lots} lots are taken off {order_id}, which is not open with as many"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
        else:
            order.quantity_lots -= lots
            order.remaining_lots -= lots
            got_enough = order.left_minor is not None and order.quantity_lots > 0
            order.is_reduced_away = order.remaining_lots == 0 and not got_enough
        return str(order_id)

    def _amend(self, sequence: int, event: dict[str, Any]) -> str:
        """Give an order the terms that it is amended to; returns its id."""
        order_id: str = event["order_id"]
        order = self.orders.get(order_id)
        remaining_lots = 0
        if order is not None:
            remaining_lots = order.remaining_lots + event["quantity_lots"] - order.quantity_lots
        if order is None or order.account_id != event["account_id"] or remaining_lots <= 0:
            detail = f"{event['command_id']} amends {order_id}, which cannot be as it says: {event}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
            return order_id
        stays = event["price_ticks"] == order.price_ticks and remaining_lots <= order.remaining_lots
        if event["keeps_priority"] != stays or event["remaining_lots"] != remaining_lots:
            detail = f"{event['command_id']} amends {order} otherwise than it may: {event}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
        if not event["keeps_priority"]:
            # What comes in anew has no stop any more: it was of a pair that had traded.
            order.stop_limit_ticks = None
        order.price_ticks = event["price_ticks"]
        order.quantity_lots, order.remaining_lots = event["quantity_lots"], remaining_lots
        return order_id

    def _take_amended_holds(
        self, sequence: int, amends: list[Amended], held_deltas: dict[tuple[str, str], int]
    ) -> None:
        """Hold what amends gave up against what they say that they moved."""
        for amended in amends:
            order = self.orders.get(amended.order_id)
            currency = "" if order is None else order.currency
            gave_minor = -held_deltas.pop((currency, amended.amend_id), 0)
            if gave_minor != amended.moved_minor:
                detail = f"{amended}, the postings move {gave_minor}"
                self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)

    def _orders_after(
        self,
        sequence: int,
        projections: dict[str, dict[str, Any]],
        touched: set[str],
        held_deltas: dict[tuple[str, str], int],
    ) -> dict[str, OpenOrder]:
        """Bring the holds of the touched orders up to date and drop the closed; return them all."""
        after: dict[str, OpenOrder] = {}
        for order_id in sorted(touched):
            order = self.orders.get(order_id)
            if order is None:
                detail = f"postings move the hold of {order_id}, which is not open"
                self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
                continue
            order.held_minor += held_deltas.pop((order.currency, order_id), 0)
            self._compare_order(sequence, order, projections.get(order_id))
            after[order_id] = order
        strays = sorted(order_id for (_, order_id), minor in held_deltas.items() if minor)
        if strays:
            detail = f"postings move holds in a currency that is not theirs: {strays}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
        return after

    def _compare_order(
        self, sequence: int, order: OpenOrder, projection: dict[str, Any] | None
    ) -> None:
        """Compare an order with its projection, and its hold with its need."""
        self.findings.checked[Check.HOLDS] += 1
        status = OrderStatus(projection["status"]) if projection else None
        executed_lots = order.quantity_lots - order.remaining_lots
        told = projection and (
            projection["remaining_lots"],
            projection["filled_lots"],
            projection["held_minor"],
        )
        computed = (order.remaining_lots, executed_lots, order.held_minor)
        is_done = order.remaining_lots == 0 and not order.is_reduced_away
        if told != computed or (status is OrderStatus.FILLED) != is_done:
            detail = f"{order.order_id}: the record shows {projection}, its trades {computed}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
        is_open = status is not None and status.is_open
        need_minor = order.need_minor(self._listed()) if is_open else 0
        if order.held_minor != need_minor:
            detail = (
                f"{order.order_id} ({status}) holds "
                f"{format_minor(order.held_minor, order.currency)} {order.currency}, "
                f"needs {format_minor(need_minor, order.currency)}"
            )
            self._breach(BreachCode.HOLD_NOT_NEED, sequence, detail)
        if not is_open:
            del self.orders[order.order_id]
            self.following.pop(order.after, None)

    def _breach(self, code: BreachCode, sequence: int, detail: str) -> None:
        self.findings.breach(Breach(code, self.subject, detail, sequence, (self.symbol,)))
