"""Dead man's switches: all orders of an account are cancelled unless it goes on saying not to.

A switch is one item for each account and market, or for all markets. Each push and each firing is a
change of it that holds only if nobody was first, so which of two that come at once counts is
decided there (see docs/decisions/0042). What fires is a cancel of many, of an id that follows from
the push.
"""

from typing import Any, Final

from zerodesk.orders import OrderStatus, mass_cancel_id_for
from zerodesk_aws.faults import JournalContentionError
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.mass_cancels import MassCancels, orders_of
from zerodesk_aws.tables.orders import DONE, OrderItem, Orders

KIND: Final = "cancel_after"
ARMED: Final = OrderStatus.QUEUED.value
FIRING: Final = OrderStatus.HELD.value
"""It is decided that it fires, and the cancel may not have been opened yet."""

PUSH_ATTEMPTS: Final = 12


class Switches:
    """The switches of all accounts."""

    def __init__(self, orders: Orders, mass_cancels: MassCancels) -> None:
        self._orders, self._mass_cancels = orders, mass_cancels

    def push(
        self, account_id: str, symbol: str | None, lasts_ms: int, *, at_ms: int
    ) -> tuple[int | None, bool]:
        """Have a switch fire so much later than now, or not at all if that is zero.

        A switch whose time is up fires first, whoever comes: the push is then one of its own.

        Returns
        -------
        (int or None, bool)
            When it fires now, and whether it has fired first.

        Raises
        ------
        JournalContentionError
            Others were first at every try.
        """
        fired = False
        cancels_at_ms = at_ms + lasts_ms if lasts_ms else None
        for _ in range(PUSH_ATTEMPTS):
            item = self._orders.get(account_id, switch_id(symbol))
            request = _request(symbol, cancels_at_ms, pushed_at_ms=_later(item, at_ms))
            if item is None:
                if not lasts_ms or self._is_first(account_id, request, at_ms):
                    return cancels_at_ms, fired
            elif self.fire(item, at_ms):
                fired = True
            elif self._orders.change_gate(
                item, status=ARMED if lasts_ms else DONE, request=request, at_ms=at_ms
            ):
                return cancels_at_ms, fired
        raise JournalContentionError(f"switch of {account_id}: {PUSH_ATTEMPTS} lost races")

    def _is_first(self, account_id: str, request: dict[str, Any], at_ms: int) -> bool:
        symbol = request["symbol"]
        _, is_new = self._orders.open_gate(
            account_id,
            switch_id(symbol),
            kind=KIND,
            fingerprint=fingerprint({"symbol": symbol}),
            request=request,
            at_ms=at_ms,
        )
        return is_new

    def fire(self, item: OrderItem, at_ms: int) -> bool:
        """Cancel all if the time of a switch is up; whether this was done, by whomever.

        First it is decided, in the item; then the cancel is opened and sent; then the item says
        that it is done. Whoever finds it in between goes on from there: the cancel is the same one.
        """
        request: dict[str, Any] = item.request
        if item.status == ARMED and at_ms >= request["cancels_at_ms"]:
            firing = self._orders.change_gate(item, status=FIRING, request=request, at_ms=at_ms)
            if firing is None:
                return False
        if item.status != FIRING:
            return False
        self._cancel(item, at_ms)
        self._orders.change_gate(item, status=DONE, request=request, at_ms=at_ms)
        return True

    def _cancel(self, item: OrderItem, at_ms: int) -> None:
        """Open what fires, and send it; a push that stood still goes by an earlier clock."""
        request: dict[str, Any] = item.request
        at_ms = max(at_ms, request["cancels_at_ms"])
        cancel = self._mass_cancels.open(
            item.account_id,
            mass_cancel_id_for(item.account_id, f"{item.order_id}#{request['pushed_at_ms']}"),
            f"{KIND}-{request['cancels_at_ms']}",
            request["symbol"],
            at_ms=at_ms,
        )
        left = self._mass_cancels.left(cancel, orders_of(cancel))
        self._mass_cancels.drive(cancel, left, at_ms)


def switch_id(symbol: str | None) -> str:
    """Return the id of an account's switch for a market, or for all of them."""
    return f"{KIND}#{symbol or '*'}"


def _later(item: OrderItem | None, at_ms: int) -> int:
    """Return a time that no push of a switch had before: what it fires is named by it."""
    return at_ms if item is None else max(at_ms, int(item.updated_at_ms) + 1)


def _request(symbol: str | None, cancels_at_ms: int | None, *, pushed_at_ms: int) -> dict[str, Any]:
    return {"symbol": symbol, "pushed_at_ms": pushed_at_ms, "cancels_at_ms": cancels_at_ms}
