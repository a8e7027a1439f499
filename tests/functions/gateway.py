"""The API in process: real handlers behind a gateway that does no more than match paths.

The workflow and the queue are stood in for by values: the workflow runs pricing and risk_check at
once, and the queue hands its commands to matching when the test says so.
"""

import base64
import importlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from zerodesk.orders import order_id_for

FUNCTIONS = (
    "back_office",
    "funds",
    "option_quotes",
    "order_intake",
    "price_source",
    "pricing_api",
    "pricing_jobs",
    "queries",
)
BTC_USD = {
    "symbol": "BTC-USD",
    "base": "BTC",
    "quote": "USD",
    "tick_size": "0.01",
    "lot_size": "0.0001",
    "min_notional": "1",
    "max_quantity": "100",
    "maker_bps": 2,
    "taker_bps": 5,
    "collar_bps": 500,
    "reference_price": "60000",
}


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a problem document, after checking that it is one."""
        assert self.headers["Content-Type"] == "application/problem+json", self.text
        document: dict[str, Any] = self.json
        assert document["status"] == self.status
        assert document["type"] == f"urn:zerodesk:problem:{document['code']}"
        assert document["title"]
        assert document["detail"]
        return str(document["code"])


def proxy_event(
    method: str,
    resource: str,
    *,
    path: dict[str, str] | None = None,
    query: str = "",
    body: str | None = None,
    in_base64: bool = False,
    authorizer: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return an event as API Gateway (REST, proxy integration) hands it to a function."""
    asked = parse_qs(query, keep_blank_values=True)
    return {
        "resource": resource,
        "path": resource.format(**path or {}),
        "httpMethod": method,
        "headers": {"Content-Type": "application/json"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": {name: values[-1] for name, values in asked.items()} or None,
        "multiValueQueryStringParameters": asked or None,
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {
            "requestId": "11111111-2222-3333-4444-555555555555",
            "resourcePath": resource,
            "httpMethod": method,
            "authorizer": authorizer,
        },
        "body": body,
        "isBase64Encoded": in_base64,
    }


@dataclass
class Workflow:
    """Runs the steps of the order workflow at once, or fails as told."""

    context: Any
    send: Callable[[Any], None]
    fails: bool = False
    runs: int = 0

    def begin(self, order: dict[str, Any]) -> None:
        """Begin it, and be through at once: who begins it does not wait for what comes of it."""
        self.run(order)

    def run(self, order: dict[str, Any]) -> dict[str, Any] | None:
        from pricing import handler as pricing
        from risk_check import handler as risk_check
        from tests.functions.market_reads import to_price

        self.runs += 1
        if self.fails:
            return None
        quote = pricing.handler(to_price(order), self.context)
        decision = risk_check.handler({"order": order, "quote": quote}, self.context)
        if decision["verdict"] == "HELD":
            self.send(decision["command"])
        return {"verdict": decision["verdict"], "order_id": order["order_id"]}


@dataclass
class Gateway:
    """The API with its queue in hand. ``matches_at_once`` delivers each command as it is sent."""

    context: Any
    patch: pytest.MonkeyPatch
    queue: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    matches_at_once: bool = True
    settles_meanwhile: bool = False
    """Whether books are settled while somebody waits. The book has answered before: who waits for
    that first has looked once without it."""
    waits: int = 0
    time_s: float = 0.0
    sent_at_ms: int = 0

    def __post_init__(self) -> None:
        from matching import handler as matching
        from zerodesk_aws.books import Books
        from zerodesk_aws.bus import Bus
        from zerodesk_aws.listings import Listings
        from zerodesk_aws.order_path import OrderPath, Waiting
        from zerodesk_aws.tables.market import Markets
        from zerodesk_aws.tables.orders import Orders

        self.handlers = {name: importlib.import_module(f"{name}.handler") for name in FUNCTIONS}
        # Its handler asks for them when a request does; here they are what paths are matched by.
        importlib.import_module("order_intake.routes")
        self.workflow = Workflow(self.context, self.send)
        orders, listings = Orders("orders"), Listings(Markets("market"), clock=lambda: self.time_s)
        waiting = Waiting(orders, clock=lambda: self.time_s, pause=self._pass)
        self.path = OrderPath(orders, listings, self.workflow, waiting)  # type: ignore[arg-type]
        self._wire_doors(listings, waiting, orders)
        self.patch.setattr(matching, "books", Books("journal"))
        self.patch.setattr(matching, "bus", Bus("zerodesk"))
        self.patch.setattr(Bus, "publish", lambda _, told: self.publish(told))

    def _wire_doors(self, listings: Any, waiting: Any, orders: Any) -> None:
        from back_office import operations as back_office
        from order_intake import account_operations, amend_operations
        from order_intake import operations as order_intake
        from order_intake.amends import Amends
        from order_intake.batches import Batches
        from order_intake.cancels import Cancels
        from order_intake.mass_cancels import CancelsOfAll
        from order_intake.replacements import Replacements
        from price_source.prices import Prices
        from queries import operations as queries
        from queries.book_views import BookViews
        from queries.market_data import MarketData
        from zerodesk_aws.accounts import AccountJournal
        from zerodesk_aws.books import Books
        from zerodesk_aws.mass_cancels import MassCancels
        from zerodesk_aws.switches import Switches

        accounts = AccountJournal("journal")
        self.patch.setattr(
            account_operations,
            "batches",
            Batches(self.path, orders, accounts, self.workflow, waiting),  # type: ignore[arg-type]
        )
        mass_cancels = MassCancels(accounts, orders, self)  # type: ignore[arg-type]
        self.patch.setattr(account_operations, "switches", Switches(orders, mass_cancels))
        self.patch.setattr(
            account_operations,
            "cancels_of_all",
            CancelsOfAll(mass_cancels, orders, listings, waiting),
        )
        self.patch.setattr(order_intake, "path", self.path)
        cancels = Cancels(orders, listings, self, waiting)  # type: ignore[arg-type]
        self.patch.setattr(order_intake, "cancels", cancels)
        self.patch.setattr(
            account_operations,
            "replacements",
            Replacements(orders, listings, accounts, cancels, self.path, waiting),
        )
        self.patch.setattr(
            amend_operations,
            "amends",
            Amends(orders, listings, self.workflow, waiting),  # type: ignore[arg-type]
        )
        self.patch.setattr(back_office.takeovers, "_queue", self)
        for sender in (
            back_office.listing,
            back_office.trading_states,
            back_office.market_terms,
            back_office.kills,
        ):
            self.patch.setattr(sender, "_queue", self)
            self.patch.setattr(sender, "_pause", self._pass)
        # The kills of accounts cancel over the same queue.
        self.patch.setattr(back_office.account_kills._mass_cancels, "_queue", self)
        prices = Prices(listings, self)  # type: ignore[arg-type]
        self.patch.setattr("price_source.operations.prices", prices)
        self.patch.setattr("price_source.handler.prices", prices)
        for answers in (queries.order_lists, queries.fill_lists, queries.trade_lists):
            self.patch.setattr(answers, "_listings", listings)
        data = MarketData(Books("journal"))
        self.patch.setattr(queries, "book_views", BookViews(data, listings))

    def _pass(self, seconds: float) -> None:
        self.time_s += seconds
        self.waits += 1
        if self.settles_meanwhile and self.waits > 1:
            self.settle()

    def publish(self, announcements: Iterable[Any]) -> None:
        """Stand in for the bus: it remembers, and wakes nobody."""
        self.told += announcements

    def send(self, command: Any) -> None:
        """Stand in for the queue."""
        self.queue.append(dict(command))
        self.sent.append(dict(command))
        self.waits = 0
        if self.matches_at_once:
            self.match()

    def match(self) -> None:
        """Deliver what is queued."""
        from matching import handler as matching

        batch, self.queue = self.queue, []
        records = []
        for number, command in enumerate(batch):
            self.sent_at_ms = max(self.sent_at_ms, command.get("accepted_at_ms", 0))
            attributes = {
                "MessageGroupId": command["symbol"],
                "SentTimestamp": str(self.sent_at_ms),
                "ApproximateReceiveCount": "1",
            }
            message = {"messageId": str(number), "body": json.dumps(command)}
            records.append(message | {"attributes": attributes})
        assert matching.handler({"Records": records}, self.context) == {"batchItemFailures": []}

    def amend(self, account_id: str, client_order_id: str, amend_id: str, **changes: str) -> Any:
        """Amend an order; return the answer."""
        order_id = order_id_for(account_id, client_order_id)
        body = {"amend_id": amend_id} | changes
        return self.call("PATCH", f"/v1/orders/{order_id}", body, who=account_id)

    def settle(self, symbol: str = "BTC-USD") -> None:
        """Run the settlement workflow to its end."""
        from settlement import handler as settlement

        while settlement.handler({"symbol": symbol}, self.context)["more"]:
            pass

    def call(
        self,
        method: str,
        address: str,
        body: Any = None,
        *,
        raw: bytes | str | None = None,
        who: str | None = "alice",
        role: str = "trader",
    ) -> Answered:
        """Send a request. ``raw`` is sent as it is; ``body`` as JSON."""
        split = urlsplit(address)
        module, resource, path = self._route(method, split.path)
        authorizer = who and {"account_id": who, "role": role, "key_id": "0123456789ab"}
        if isinstance(raw, bytes):
            text: str | None = base64.b64encode(raw).decode()
        else:
            text = raw if raw is not None else None if body is None else json.dumps(body)
        event = proxy_event(
            method,
            resource,
            path=path,
            query=split.query,
            body=text,
            in_base64=isinstance(raw, bytes),
            authorizer=authorizer or None,
        )
        answer = module.handler(event, self.context)
        headers = {name: str(value) for name, value in answer["headers"].items()}
        return Answered(answer["statusCode"], headers, answer["body"])

    def operator(self, method: str, address: str, body: Any = None) -> Answered:
        """Send a request of an operator."""
        return self.call(method, address, body, who="house", role="operator")

    def _route(self, method: str, path: str) -> tuple[ModuleType, str, dict[str, str] | None]:
        for module in self.handlers.values():
            for route in module.api.routes:
                pattern = re.sub(r"\{([a-z_]+)\}", r"(?P<\1>[^/]+)", route.path)
                found = re.fullmatch(pattern, path)
                if found and route.method == method:
                    return module, route.path, found.groupdict() or None
        raise LookupError(f"{method} {path}")

    def open(self, account_id: str, **funds: str) -> None:
        """Open an account and fund it."""
        body = {"account_id": account_id, "name": account_id.title()}
        assert self.operator("POST", "/v1/accounts", body).status == 201
        for currency, amount in funds.items():
            self.deposit(account_id, currency, amount)

    def deposit(self, account_id: str, currency: str, amount: str) -> None:
        body = {"deposit_id": f"d-{currency}", "currency": currency, "amount": amount}
        answer = self.operator("POST", f"/v1/accounts/{account_id}/deposits", body)
        assert answer.status == 201, answer.text

    def list_market(self, **changed: Any) -> None:
        answer = self.operator("POST", "/v1/markets", BTC_USD | changed)
        assert answer.status == 201, answer.text

    def place(self, who: str, name: str, side: str, **changed: Any) -> Answered:
        """Place a limit order of one BTC at 60,000, but for what is changed; None leaves out."""
        order = an_order(client_order_id=name, side=side) | changed
        body = {key: value for key, value in order.items() if value is not None}
        return self.call("POST", "/v1/orders", body, who=who)


def with_market_and_accounts(gateway: Gateway) -> Gateway:
    """Return the gateway with what most tests begin with."""
    gateway.list_market()
    gateway.open("alice", USD="100000")
    gateway.open("bob", BTC="2")
    return gateway


def an_order(**changed: Any) -> dict[str, Any]:
    """Return the body of a good order, but for what is changed."""
    return {
        "client_order_id": "one",
        "symbol": "BTC-USD",
        "side": "BUY",
        "type": "LIMIT",
        "quantity": "1",
        "price": "60000",
    } | changed
