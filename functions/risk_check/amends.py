"""One amend against one account: what it needs beyond its order's hold is held under its own id."""

from typing import Any, cast

from risk_check.surroundings import Surroundings
from zerodesk.accounts import Change, Hold, reject
from zerodesk.commands import AmendCommand
from zerodesk.instruments import Product, product_of
from zerodesk.orders import OrderStatus, Side
from zerodesk.pricing.order_quote import Quote
from zerodesk.rejections import Rejection
from zerodesk.risk.amends import Amended, admit_amend, beyond_hold_minor
from zerodesk_aws.accounts import Account
from zerodesk_aws.clock import now_ms
from zerodesk_aws.gates import without_shown
from zerodesk_aws.tables.orders import OrderItem, Orders


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
        """Decide on the account first, then on the items, both read strongly.

        What is not held leaves nothing in the account, so the account never refuses it: an earlier
        try may be on its way to the book, which then answers whichever comes first.
        """
        asked, state = self._asked, account.state
        self.unheld = None
        amend_id, order_id = asked["command_id"], asked["order_id"]
        items = self._orders.get_many(account.account_id, [amend_id, order_id])
        gate, order, held = items.get(amend_id), items.get(order_id), state.holds.get(order_id)
        if gate is None or gate.status != OrderStatus.QUEUED:
            return None
        if amend_id in state.holds or amend_id in state.answered:
            return None
        # Of an order that is gone there is nothing to amend, and the book will say so.
        if not asked["may_need_more"] or order is None or held is None:
            self.unheld = unheld_command(asked, self._quoted)
            return None
        if self._quoted["verdict"] == "REFUSED":
            return reject(state, amend_id, Rejection.from_dict(self._quoted["rejection"]))
        beyond_minor = _beyond(asked, order, held)
        placed, quote = held.command, Quote.from_dict(self._quoted["quote"])
        case = self._surroundings.case(
            without_shown(account, self._orders),
            asked["symbol"],
            Side(asked["side"]),
            max(0, asked["changes"].get("quantity_lots", 0) - (held.whole_lots or 0)),
            quote._replace(need_minor=beyond_minor),
            max(now_ms(), account.recorded_at_ms),
            reduce_only=placed["kind"] == "place" and placed.get("reduce_only", False),
        )
        return admit_amend(case, amend_command(asked, beyond_minor))


def unheld_command(asked: dict[str, Any], quoted: dict[str, Any]) -> AmendCommand:
    """Return an amend for which nothing is held, with what pricing says against its price.

    At its old price it adds no risk, whatever the mark is now.
    """
    command = amend_command(asked, 0)
    if quoted["verdict"] == "REFUSED" and "price_ticks" in asked["changes"]:
        command["refused"] = quoted["rejection"]
    return command


def amend_command(asked: dict[str, Any], held_minor: int) -> AmendCommand:
    """Return the amend as it goes to the book, with what is held for it beyond its order's hold."""
    command = AmendCommand(
        kind="amend",
        command_id=asked["command_id"],
        account_id=asked["account_id"],
        symbol=asked["symbol"],
        order_id=asked["order_id"],
        post_only=asked["post_only"],
        held_minor=held_minor,
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
            is_option=product_of(asked["symbol"]) is Product.OPTION,
        )
    )
