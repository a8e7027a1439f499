"""One amend against one account: what it needs beyond its order's hold is held under its own id."""

from typing import Any, cast

from risk_check.decision import refusal
from risk_check.surroundings import Surroundings
from zerodesk.accounts import Change, Hold, reject
from zerodesk.instruments import Product, product_of
from zerodesk.orders import AmendCommand, OrderStatus, Side
from zerodesk.pricing.order_quote import Quote
from zerodesk.risk.amends import Amended, admit_amend, beyond_hold_minor
from zerodesk_aws.accounts import Account
from zerodesk_aws.clock import now_ms
from zerodesk_aws.gates import without_shown
from zerodesk_aws.tables.orders import STILL_MOVING, OrderItem, Orders


class AmendCheck:
    """Decides an amend at each try, and then has the command for the book, if there is one."""

    def __init__(
        self,
        asked: dict[str, Any],
        quoted: dict[str, Any],
        orders: Orders,
        surroundings: Surroundings,
    ) -> None:
        self._asked, self._quoted, self._orders = asked, quoted, orders
        self._surroundings = surroundings
        self.unheld: AmendCommand | None = None

    def __call__(self, account: Account) -> Change | None:
        """Decide on the account first, then on the items, both read strongly."""
        asked, state = self._asked, account.state
        self.unheld = None
        amend_id, order_id = asked["command_id"], asked["order_id"]
        items = self._orders.get_many(account.account_id, [amend_id, order_id])
        gate = items.get(amend_id)
        if gate is None or gate.status != OrderStatus.QUEUED:
            return None
        if amend_id in state.holds or amend_id in state.answered:
            return None
        order, held = items.get(order_id), state.holds.get(order_id)
        stands = order is not None and held is not None and order.status in STILL_MOVING
        command = amend_command(asked, order if stands else None, held)
        # What needs nothing more at its old price adds no risk, whatever the mark is now. Of an
        # order that has ended there is nothing to amend. The book says so, and nobody before it:
        # a try before this one may have sent it the amend.
        adds_risk = stands and (command["held_minor"] > 0 or "price_ticks" in asked["changes"])
        if adds_risk and self._quoted["verdict"] == "REFUSED":
            return reject(state, amend_id, refusal(self._quoted))
        if not command["held_minor"]:
            self.unheld = command
            return None
        whole_lots = state.holds[order_id].whole_lots or 0
        placed = state.holds[order_id].command
        quote = Quote.from_dict(self._quoted["quote"])
        case = self._surroundings.case(
            without_shown(account, self._orders),
            asked["symbol"],
            Side(asked["side"]),
            max(0, command.get("quantity_lots", 0) - whole_lots),
            quote._replace(need_minor=command["held_minor"]),
            max(now_ms(), account.recorded_at_ms),
            reduce_only=placed["kind"] == "place" and placed.get("reduce_only", False),
        )
        return admit_amend(case, command)


def amend_command(
    asked: dict[str, Any], order: OrderItem | None, held: Hold | None
) -> AmendCommand:
    """Return the amend as it goes to the book, with what it needs beyond its order's hold.

    What the order has done and holds is as the book showed it last: one record of the book said
    both. Without an order or a hold there is nothing to amend, and the book will say so.
    """
    command = AmendCommand(
        kind="amend",
        command_id=asked["command_id"],
        account_id=asked["account_id"],
        symbol=asked["symbol"],
        order_id=asked["order_id"],
        post_only=asked["post_only"],
        held_minor=0 if order is None or held is None else _beyond(asked, order, held),
        accepted_at_ms=asked["accepted_at_ms"],
    )
    slides = {"slides": True} if asked.get("slides") else {}
    return cast("AmendCommand", command | asked["changes"] | slides)


def _beyond(asked: dict[str, Any], order: OrderItem, held: Hold) -> int:
    placed, changes, filled_lots = held.command, asked["changes"], int(order.filled_lots)
    assert placed["kind"] == "place", "an order is held as it was placed"
    quantity_lots, price_ticks = order.quantity_lots, order.limit_ticks
    counted_minor: float | None = order.held_minor
    return beyond_hold_minor(
        Amended(
            is_buy=placed["side"] == Side.BUY,
            price_ticks=changes.get("price_ticks", price_ticks),
            remaining_lots=changes.get("quantity_lots", quantity_lots) - filled_lots,
            rate_bps=max(placed["maker_bps"], placed["taker_bps"]),
            held_minor=held.held_minor if counted_minor is None else int(counted_minor),
            tick_value_minor=asked["tick_value_minor"],
            delivered_minor=asked["delivered_minor"],
            added_lots=changes.get("quantity_lots", quantity_lots) - quantity_lots,
            is_option=product_of(asked["symbol"]) is Product.OPTION,
        )
    )
