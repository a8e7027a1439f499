"""The typed client: one method per route, for one key."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Self, TypeVar

import httpx

from zerodesk.verification import Record
from zerodesk_client.api.decode import decode, encode, plain, timestamp
from zerodesk_client.api.faults import UnexpectedAnswerError
from zerodesk_client.api.job_models import Job, NewJob
from zerodesk_client.api.models import (
    Account,
    AccountKey,
    AccountLimits,
    AmendedOrder,
    Balances,
    CancelledOrders,
    CancelsAfter,
    DepositReceipt,
    Depth,
    Exported,
    Fill,
    Health,
    HouseBalance,
    KillSwitch,
    Market,
    NewMarket,
    NewOrder,
    Order,
    Page,
    PlacedOrders,
    Positions,
    Reconciliation,
    ReplacedOrder,
    Reversal,
    ScopeLimits,
    Statement,
    StreamState,
    Ticker,
    Trade,
    Transfer,
    Withdrawal,
)
from zerodesk_client.api.transport import Retry, RetryPolicy, Transport

T = TypeVar("T")

TIMEOUT_S: Final = 15.0
"""Intake answers within about two seconds; the rest is room for cold starts."""
WAIT_S: Final = 30.0
"""How long an order may stay pending before the call returns it as it stands."""
FIRST_POLL_S: Final = 0.05
LONGEST_POLL_S: Final = 0.5
PAGE: Final = 100


class Client:
    """The API with one key. Thread-safe; ``with_key`` shares the connections with another key.

    Every call raises ``ApiProblem`` when the venue refuses, ``UnreachableError`` when it does not
    answer within the policy's patience, ``UnexpectedAnswerError`` when it is not understood.
    """

    def __init__(
        self,
        api_url: str,
        api_key: str,
        *,
        retry: RetryPolicy | None = None,
        on_retry: Callable[[Retry], None] | None = None,
        timeout_s: float = TIMEOUT_S,
        http: httpx.Client | None = None,
    ) -> None:
        self._transport = Transport(
            api_url,
            retry=retry or RetryPolicy(),
            timeout_s=timeout_s,
            on_retry=on_retry or (lambda _: None),
            http=http,
        )
        self._api_key = api_key

    @property
    def api_url(self) -> str:
        """The address of the API, without a slash at its end."""
        return self._transport.api_url

    def with_key(self, api_key: str) -> "Client":
        """Return a client for another key on the same connections."""
        other = object.__new__(Client)
        other._transport = self._transport
        other._api_key = api_key
        return other

    def close(self) -> None:
        """Close the connections, those of every client from ``with_key`` too."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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

    def limits(self, account_id: str) -> AccountLimits:
        """Return what limits an account and how much is used: as with ``positions``."""
        return self._call(AccountLimits, "GET", f"/v1/accounts/{account_id}/limits")

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

    # Markets

    def markets(self) -> tuple[Market, ...]:
        """Return every market."""
        return self._list(Market, "/v1/markets", "markets")

    def market(self, symbol: str) -> Market:
        """Return one market."""
        return self._call(Market, "GET", f"/v1/markets/{symbol}")

    def depth(self, symbol: str, *, levels: int = 20) -> Depth:
        """Return the best levels of a book."""
        return self._call(
            Depth, "GET", f"/v1/markets/{symbol}/depth", query={"levels": str(levels)}
        )

    def ticker(self, symbol: str) -> Ticker:
        """Return a market's last 24 hours."""
        return self._call(Ticker, "GET", f"/v1/markets/{symbol}/ticker")

    def trades(self, symbol: str, *, limit: int = PAGE, cursor: str | None = None) -> Page[Trade]:
        """Return a page of a market's trades, newest first."""
        return self._page(
            Trade, f"/v1/markets/{symbol}/trades", "trades", limit=limit, cursor=cursor
        )

    def health(self) -> Health:
        """Return the venue's word on itself."""
        return self._call(Health, "GET", "/v1/health")

    # The operator's part

    def create_account(self, account_id: str, name: str) -> Account:
        """Open an account; opening it again returns it."""
        return self._call(
            Account, "POST", "/v1/accounts", body={"account_id": account_id, "name": name}
        )

    def accounts(self) -> tuple[Account, ...]:
        """Return every account."""
        return self._list(Account, "/v1/accounts", "accounts")

    def create_key(self, account_id: str, *, role: str = "trader") -> AccountKey:
        """Return a new key of an account. Not repeated when it may have arrived: each is new."""
        return self._call(
            AccountKey,
            "POST",
            f"/v1/accounts/{account_id}/keys",
            body={"role": role},
            repeatable=False,
        )

    def revoke_key(self, account_id: str, key_id: str) -> None:
        """End a key."""
        self._send("DELETE", f"/v1/accounts/{account_id}/keys/{key_id}")

    def deposit(
        self, account_id: str, deposit_id: str, currency: str, amount: Decimal
    ) -> DepositReceipt:
        """Credit an account; the same ``deposit_id`` again changes nothing."""
        body = {"deposit_id": deposit_id, "currency": currency, "amount": plain(amount)}
        return self._call(DepositReceipt, "POST", f"/v1/accounts/{account_id}/deposits", body=body)

    def reverse(
        self, account_id: str, sequence: int, reason: str, *, record_hash: str | None = None
    ) -> Reversal:
        """Reverse a record's entries by a new record; a record is reversed once."""
        body: dict[str, Any] = {"sequence": sequence, "reason": reason}
        if record_hash is not None:
            body["hash"] = record_hash
        return self._call(Reversal, "POST", f"/v1/accounts/{account_id}/reversals", body=body)

    def reserved_withdrawals(self, account_id: str) -> tuple[Withdrawal, ...]:
        """Return the withdrawals of any account that wait to be posted or void."""
        return self._list(Withdrawal, f"/v1/accounts/{account_id}/withdrawals", "withdrawals")

    def all_reserved_withdrawals(
        self, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Withdrawal]:
        """Return a page of what is reserved of all accounts; it may be short before the end."""
        return self._page(Withdrawal, "/v1/withdrawals", "withdrawals", cursor=cursor, limit=limit)

    def post_withdrawal(self, account_id: str, withdrawal_id: str) -> Withdrawal:
        """Say that a reserved withdrawal has left."""
        path = f"/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/post"
        return self._call(Withdrawal, "POST", path)

    def void_withdrawal(self, account_id: str, withdrawal_id: str) -> Withdrawal:
        """Say that a reserved withdrawal stays; its money is free again."""
        path = f"/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/void"
        return self._call(Withdrawal, "POST", path)

    def account_balances(self, account_id: str) -> Balances:
        """Return the balances of any account."""
        return self._call(Balances, "GET", f"/v1/accounts/{account_id}/balances")

    def scope_limits(self) -> tuple[ScopeLimits, ...]:
        """Return the limits of the venue and of its groups."""
        return self._list(ScopeLimits, "/v1/limits", "scopes")

    def set_venue_limits(self, limits: Mapping[str, Any], reason: str) -> None:
        """Set what holds for every account, in place of what held before."""
        self._send("PUT", "/v1/limits/venue", body={**limits, "reason": reason})

    def set_group_limits(self, group: str, limits: Mapping[str, Any], reason: str) -> None:
        """Set what holds for the accounts of a group; a group begins with its limits."""
        self._send("PUT", f"/v1/limits/groups/{group}", body={**limits, "reason": reason})

    def set_account_limits(
        self, account_id: str, limits: Mapping[str, Any], reason: str, *, group: str | None = None
    ) -> AccountLimits:
        """Set what holds for one account, and its group."""
        body = {**limits, "reason": reason, "group": group}
        return self._call(AccountLimits, "PUT", f"/v1/accounts/{account_id}/limits", body=body)

    def set_standing(
        self, account_id: str, status: str, verification_level: int, reason: str
    ) -> AccountLimits:
        """Suspend an account or let it trade, and say how far it is verified."""
        body = {"status": status, "verification_level": verification_level, "reason": reason}
        return self._call(AccountLimits, "PUT", f"/v1/accounts/{account_id}/standing", body=body)

    def house(self) -> tuple[HouseBalance, ...]:
        """Return what the house has, by currency."""
        return self._list(HouseBalance, "/v1/house", "balances")

    def list_market(self, listing: NewMarket) -> Market:
        """List a market; the same listing again returns it, another is refused with 409."""
        return self._call(Market, "POST", "/v1/markets", body=encode(listing))

    def change_market(self, symbol: str, terms: Mapping[str, Any], reason: str) -> Market:
        """Give a market other terms, by the names of ``NewMarket``; those left out stay."""
        body = {**terms, "reason": reason}
        return self._call(Market, "PATCH", f"/v1/markets/{symbol}", body=body)

    def delist_market(self, symbol: str, reason: str) -> Market:
        """Have a market trade no more, for good."""
        body = {"reason": reason}
        return self._call(Market, "POST", f"/v1/markets/{symbol}/delisting", body=body)

    def set_trading_state(self, symbol: str, state: str, reason: str) -> Market:
        """Stop a market (CANCEL_ONLY, HALTED) or open it again (OPEN)."""
        body = {"state": state, "reason": reason}
        return self._call(Market, "PUT", f"/v1/markets/{symbol}/state", body=body)

    def kill_switches(self) -> tuple[KillSwitch, ...]:
        """Return the kill switches that were ever used."""
        return self._list(KillSwitch, "/v1/kills", "kills")

    def kill_account(self, account_id: str, reason: str, *, is_on: bool) -> KillSwitch:
        """Turn an account's kill switch on or off; what it has in any book is cancelled."""
        body = {"is_on": is_on, "reason": reason}
        return self._call(KillSwitch, "PUT", f"/v1/kills/accounts/{account_id}", body=body)

    def set_kill_switch(
        self, symbol: str | None, reason: str, *, is_on: bool
    ) -> tuple[KillSwitch, ...]:
        """Turn the kill switch of a market, or of the venue, on or off; return all of them."""
        path = "/v1/kills/venue" if symbol is None else f"/v1/kills/markets/{symbol}"
        answer = self._send("PUT", path, body={"is_on": is_on, "reason": reason})
        return _entries(KillSwitch, decode(dict[str, Any], answer), "kills")

    def begin_auction(self, symbol: str, kind: str, seconds: int | None, reason: str) -> Market:
        """Have a market gather orders, for so long or until the auction is ended."""
        body: dict[str, Any] = {"state": "AUCTION", "auction": kind, "reason": reason}
        if seconds is not None:
            body["auction_seconds"] = seconds
        return self._call(Market, "PUT", f"/v1/markets/{symbol}/state", body=body)

    def end_auction(self, symbol: str, reason: str) -> Market:
        """End a market's auction: whatever crosses trades at one price."""
        body = {"reason": reason}
        return self._call(Market, "POST", f"/v1/markets/{symbol}/auction/end", body=body)

    def take_over(self, symbol: str, reason: str) -> int:
        """Have the region of this API take a book over; return the epoch that ends by it."""
        body = {"reason": reason}
        answer = self._send("POST", f"/v1/markets/{symbol}/takeover", body=body)
        return decode(int, decode(dict[str, Any], answer).get("from_epoch"))

    def send_index_price(
        self, symbol: str, source: str, price: Decimal, observed_at: datetime
    ) -> None:
        """Report an index price."""
        body = {"source": source, "price": plain(price), "observed_at": timestamp(observed_at)}
        self._send("POST", f"/v1/markets/{symbol}/index-prices", body=body)

    def reconcile(self) -> Reconciliation:
        """Have every book and account recounted, and return the report."""
        return self._call(Reconciliation, "POST", "/v1/reconciliations")

    def journal_records(
        self, stream: str, *, from_sequence: int = 1, limit: int = PAGE
    ) -> tuple[Record, ...]:
        """Return records of a stream as they stand, in order; none behind its end."""
        query = {"stream": stream, "from_sequence": str(from_sequence), "limit": str(limit)}
        answer = self._send("GET", "/v1/journal/records", query=query)
        return _entries(Record, decode(dict[str, Any], answer), "records")

    def state_at(
        self, stream: str, *, sequence: int | None = None, time: datetime | None = None
    ) -> StreamState:
        """Return what a stream came to behind a record, at a time, or now."""
        query = {"stream": stream}
        if sequence is not None:
            query["sequence"] = str(sequence)
        if time is not None:
            query["time"] = timestamp(time)
        return self._call(StreamState, "GET", "/v1/journal/state", query=query)

    def export_stream(self, stream: str, between: tuple[int, int] | None = None) -> Exported:
        """Have the venue add what a stream has to its archive, some thousand records at most.

        What is between two records, both included, goes to an archive of its own.
        """
        body: dict[str, Any] = {"stream": stream}
        if between is not None:
            body |= {"first": between[0], "last": between[1]}
        return self._call(Exported, "POST", "/v1/journal/exports", body=body)

    def _when(self, done: Callable[[Order], bool], order: Order, wait_s: float) -> Order:
        """Ask for an order until ``done`` or until ``wait_s`` has passed."""
        return self._until(done, order, lambda: self.order(order.order_id), wait_s)

    def _until(
        self, done: Callable[[T], bool], answer: T, ask: Callable[[], T], wait_s: float
    ) -> T:
        """Ask again until an answer is ``done`` or until ``wait_s`` has passed."""
        deadline_s = self._transport.clock() + wait_s
        pause_s = FIRST_POLL_S
        while not done(answer) and self._transport.clock() < deadline_s:
            self._transport.sleep(pause_s)
            pause_s = min(LONGEST_POLL_S, pause_s * 1.5)
            answer = ask()
        return answer

    def _page(self, kind: type[T], path: str, name: str, **query: str | int | None) -> Page[T]:
        asked = {key: str(value) for key, value in query.items() if value is not None}
        body = decode(dict[str, Any], self._send("GET", path, query=asked))
        return Page(_entries(kind, body, name), body.get("next_cursor"))

    def _list(self, kind: type[T], path: str, name: str) -> tuple[T, ...]:
        return _entries(kind, decode(dict[str, Any], self._send("GET", path)), name)

    def _call(
        self,
        kind: type[T],
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> T:
        return decode(kind, self._send(method, path, body=body, query=query, repeatable=repeatable))

    def _send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Any:
        _, answer = self._transport.send(
            method, path, api_key=self._api_key, body=body, query=query, repeatable=repeatable
        )
        return answer


def _body_of(order: NewOrder) -> dict[str, Any]:
    return {name: value for name, value in encode(order).items() if value is not None}


def _entries(kind: type[T], body: Mapping[str, Any], name: str) -> tuple[T, ...]:
    if not isinstance(body.get(name), list):
        raise UnexpectedAnswerError(f"a list has no {name}: {body!s:.200}")
    return tuple(decode(kind, entry) for entry in body[name])


def every(page_of: Callable[..., Page[T]], *args: object, **query: object) -> Iterator[T]:
    """Yield the entries of all pages of a listing, such as ``every(client.trades, "BTC-USD")``."""
    ask = functools.partial(page_of, *args, **query)
    page = ask()
    yield from page.entries
    while page.next_cursor is not None:
        page = ask(cursor=page.next_cursor)
        yield from page.entries
