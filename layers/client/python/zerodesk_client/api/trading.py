"""The part of a trader: orders, the account, pricing jobs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from zerodesk_client.api.account_models import (
    AccountLimits,
    Balances,
    IsolatedMargin,
    MarginStatus,
    OrderMarginPreview,
    Positions,
    Statement,
    Transfer,
    Withdrawal,
)
from zerodesk_client.api.decode import encode, plain, timestamp
from zerodesk_client.api.fee_models import AccountFees
from zerodesk_client.api.job_models import Job, NewJob
from zerodesk_client.api.order_models import (
    AmendedOrder,
    CancelledOrders,
    CancelsAfter,
    Fill,
    NewOrder,
    Order,
    PlacedOrders,
    ReplacedOrder,
)
from zerodesk_client.api.paging import PAGE, Page
from zerodesk_client.api.session import Session

WAIT_S: Final = 30.0
"""How long an order may stay pending before the call returns it as it stands."""


class Trading(Session):
    """What a trader asks for."""

    # Orders

    def place_order(self, order: NewOrder, *, wait_s: float = WAIT_S) -> Order:
        """Place an order and return it as the book answered.

        The venue answers after a bound with an order that is still pending; it is then asked
        again until the book has answered or ``wait_s`` has passed, and returned as it stands.
        Placing the same order again returns what became of the first.
        """
        placed = self._call(Order, "POST", "/v1/orders", body=_body_of(order))
        return self._when(lambda seen: not seen.is_pending, placed, wait_s)

    def place_orders(
        self, orders: Sequence[NewOrder | Mapping[str, Any]], *, wait_s: float = WAIT_S
    ) -> PlacedOrders:
        """Place up to 20 orders, each as if it came alone; one refused does not refuse another.

        A mapping is sent as it is. As long as one of them is pending all are asked for again, until
        ``wait_s`` has passed; none is placed twice.
        """
        body = {"orders": [_body_of(one) if isinstance(one, NewOrder) else one for one in orders]}

        def ask() -> PlacedOrders:
            return self._call(PlacedOrders, "POST", "/v1/orders/batch", body=body)

        def done(seen: PlacedOrders) -> bool:
            return not any(one.is_pending for one in seen.results)

        return self._until(done, ask(), ask, wait_s)

    def order(self, order_id: str) -> Order:
        """Return an order of this key's account."""
        return self._call(Order, "GET", f"/v1/orders/{order_id}")

    def amend_order(
        self,
        order_id: str,
        amend_id: str,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        wait_s: float = WAIT_S,
    ) -> AmendedOrder:
        """Give an order that rests another whole quantity, another price, or both.

        A smaller quantity keeps its place in the queue. The same ``amend_id`` again returns what
        became of the first; so a pending amend is asked for again until ``wait_s`` has passed.
        """
        changes = {"quantity": quantity, "price": price}
        body = {"amend_id": amend_id} | {
            name: plain(value) for name, value in changes.items() if value is not None
        }
        path = f"/v1/orders/{order_id}"

        def ask() -> AmendedOrder:
            return self._call(AmendedOrder, "PATCH", path, body=body)

        return self._until(lambda seen: not seen.is_pending, ask(), ask, wait_s)

    def cancel_order(self, order_id: str, *, wait_s: float = WAIT_S) -> Order:
        """Cancel an order and return it once it is out of the book, or after ``wait_s``."""
        asked = self._call(Order, "DELETE", f"/v1/orders/{order_id}")
        return self._when(lambda seen: seen.is_terminal, asked, wait_s)

    def replace_order(
        self,
        order_id: str,
        order: NewOrder | Mapping[str, Any],
        *,
        allow_failure: bool = False,
        wait_s: float = WAIT_S,
    ) -> ReplacedOrder:
        """Cancel an order and place another one in its market, with the money of the first.

        If the first one ended otherwise nothing is placed, and it is an ``ApiProblem``, unless
        failure is allowed. The same request again places nothing twice.
        """
        body = {
            "order": _body_of(order) if isinstance(order, NewOrder) else order,
            "mode": "ALLOW_FAILURE" if allow_failure else "STOP_ON_FAILURE",
        }

        def ask() -> ReplacedOrder:
            return self._call(ReplacedOrder, "POST", f"/v1/orders/{order_id}/replace", body=body)

        return self._until(lambda seen: not seen.is_pending, ask(), ask, wait_s)

    def cancel_orders(
        self, cancel_id: str, *, symbol: str | None = None, wait_s: float = WAIT_S
    ) -> CancelledOrders:
        """Cancel all orders that are held for now, of one market or of every one.

        The same ``cancel_id`` again cancels nothing that came since; so it is asked for again until
        each order is final or ``wait_s`` has passed.
        """
        query = {"cancel_id": cancel_id} | ({} if symbol is None else {"symbol": symbol})

        def ask() -> CancelledOrders:
            return self._call(CancelledOrders, "DELETE", "/v1/orders", query=query)

        return self._until(lambda seen: not seen.is_pending, ask(), ask, wait_s)

    def cancel_after(self, seconds: int, *, symbol: str | None = None) -> CancelsAfter:
        """Have all orders cancelled after some seconds, unless this is called again before.

        Zero switches it off. A market has a switch of its own, beside that of all.
        """
        body = {"seconds": seconds} | ({} if symbol is None else {"symbol": symbol})
        return self._call(CancelsAfter, "POST", "/v1/orders/cancel-after", body=body)

    def orders(
        self,
        *,
        status: str = "all",
        symbol: str | None = None,
        limit: int = PAGE,
        cursor: str | None = None,
    ) -> Page[Order]:
        """Return a page of this account's orders, newest first; status open, closed or all."""
        return self._page(
            Order, "/v1/orders", "orders", status=status, symbol=symbol, limit=limit, cursor=cursor
        )

    # The account

    def balances(self) -> Balances:
        """Return the balances of this key's account."""
        return self._call(Balances, "GET", "/v1/balances")

    def fills(
        self,
        *,
        symbol: str | None = None,
        order_id: str | None = None,
        limit: int = PAGE,
        cursor: str | None = None,
    ) -> Page[Fill]:
        """Return a page of this account's fills, newest first."""
        return self._page(
            Fill,
            "/v1/fills",
            "fills",
            symbol=symbol,
            order_id=order_id,
            limit=limit,
            cursor=cursor,
        )

    def withdraw(self, withdrawal_id: str, currency: str, amount: Decimal) -> Withdrawal:
        """Reserve a withdrawal; the same ``withdrawal_id`` again returns it as it stands."""
        body = {"withdrawal_id": withdrawal_id, "currency": currency, "amount": plain(amount)}
        return self._call(Withdrawal, "POST", "/v1/withdrawals", body=body)

    def withdrawal(self, withdrawal_id: str) -> Withdrawal:
        """Return a withdrawal of this key's account."""
        return self._call(Withdrawal, "GET", f"/v1/withdrawals/{withdrawal_id}")

    def transfer(
        self, transfer_id: str, to_account_id: str, currency: str, amount: Decimal
    ) -> Transfer:
        """Send an amount to another account; the same ``transfer_id`` again changes nothing."""
        body = {
            "transfer_id": transfer_id,
            "to_account_id": to_account_id,
            "currency": currency,
            "amount": plain(amount),
        }
        return self._call(Transfer, "POST", "/v1/transfers", body=body)

    def sent_transfer(self, transfer_id: str) -> Transfer:
        """Return a transfer that this key's account sent."""
        return self._call(Transfer, "GET", f"/v1/transfers/{transfer_id}")

    def statement(
        self,
        account_id: str | None = None,
        *,
        from_sequence: int | None = None,
        to_sequence: int | None = None,
        from_time: datetime | None = None,
        to_time: datetime | None = None,
        limit: int = PAGE,
        cursor: str | None = None,
    ) -> Statement:
        """Return a page of a statement, oldest record first; of this key's account by default."""
        asked: dict[str, int | str | None] = {
            "from_sequence": from_sequence,
            "to_sequence": to_sequence,
            "from_time": None if from_time is None else timestamp(from_time),
            "to_time": None if to_time is None else timestamp(to_time),
            "limit": limit,
            "cursor": cursor,
        }
        query = {name: str(value) for name, value in asked.items() if value is not None}
        path = "/v1/statement" if account_id is None else f"/v1/accounts/{account_id}/statement"
        return self._call(Statement, "GET", path, query=query)

    def positions(self, account_id: str) -> Positions:
        """Return what an account has open and what it made: this key's, or any for an operator."""
        return self._call(Positions, "GET", f"/v1/accounts/{account_id}/positions")

    def margin(self, account_id: str) -> MarginStatus:
        """Return what an account has against what its derivatives need: as with ``positions``."""
        return self._call(MarginStatus, "GET", f"/v1/accounts/{account_id}/margin")

    def preview_order(
        self,
        account_id: str,
        symbol: str,
        side: str,
        quantity: Decimal,
        *,
        price: Decimal | None = None,
    ) -> OrderMarginPreview:
        """Return what an order of a derivative would need as margin; at the mark, without price."""
        body = {"symbol": symbol, "side": side, "quantity": plain(quantity)}
        if price is not None:
            body["price"] = plain(price)
        path = f"/v1/accounts/{account_id}/margin-preview"
        return self._call(OrderMarginPreview, "POST", path, body=body)

    def isolate(self, symbol: str, *, is_isolated: bool) -> IsolatedMargin:
        """Hold this key's position in a perpetual apart, or with all others again."""
        body = {"is_isolated": is_isolated}
        return self._call(IsolatedMargin, "PUT", f"/v1/isolated/{symbol}", body=body)

    def move_margin(self, symbol: str, number: int, amount: Decimal) -> IsolatedMargin:
        """Move margin into the pot of an isolated position, or out of it if negative.

        ``number`` is the one after the latest move; the same again changes nothing.
        """
        body = {"number": number, "amount": plain(amount)}
        return self._call(IsolatedMargin, "POST", f"/v1/isolated/{symbol}/moves", body=body)

    def limits(self, account_id: str) -> AccountLimits:
        """Return what limits an account and how much is used: as with ``positions``."""
        return self._call(AccountLimits, "GET", f"/v1/accounts/{account_id}/limits")

    def fees(self, account_id: str) -> AccountFees:
        """Return what an account's next order is charged in each market: as ``positions``."""
        return self._call(AccountFees, "GET", f"/v1/accounts/{account_id}/fees")

    # Pricing jobs

    def create_pricing_job(self, job: NewJob) -> Job:
        """Create a job; the same again returns it as it stands."""
        return self._call(Job, "POST", "/v1/pricing/jobs", body=encode(job))

    def start_pricing_job(self, job_id: str) -> Job:
        """Start a job whose file is uploaded; it starts once."""
        return self._call(Job, "POST", f"/v1/pricing/jobs/{job_id}/start")

    def pricing_job(self, job_id: str) -> Job:
        """Return a job of this key's account."""
        return self._call(Job, "GET", f"/v1/pricing/jobs/{job_id}")

    def _when(self, done: Callable[[Order], bool], order: Order, wait_s: float) -> Order:
        """Ask for an order until ``done`` or until ``wait_s`` has passed."""
        return self._until(done, order, lambda: self.order(order.order_id), wait_s)


def _body_of(order: NewOrder) -> dict[str, Any]:
    body = _given(encode(order))
    if order.then is not None:
        body["then"] = _given(body["then"])
    return body


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
