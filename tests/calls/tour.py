"""What order lives alone do not ask for: every route, schedule and event, once."""

import json
from typing import Any, Final

from tests.simulation.traffic import http_event
from tests.simulation.world import World

SYMBOL: Final = "BTC-USD"
HOUSE: Final = "house"
Asked = tuple[str, dict[str, Any]]


def tour(world: World) -> None:
    """Ask every function for everything that it can do; a fault of the venue ends the tour."""

    def walk() -> None:
        for function, event in stops():
            told = _ask(world, function, event)
            if follow := FOLLOWED_BY.get(event.get("resource", "")):
                follow(world, told)
        placed = _ask(world, "order_intake", order("toured", "1"))
        _about_order(world, placed["order_id"])
        for function in ("archivist", "reconciliation", "risk_monitor", "sweeper"):
            _ask(world, function, {})

    world.begin("tour", walk)
    world.scheduler.run(world.now_ms() + 600_000)


def stops() -> list[Asked]:
    """Return the requests of the tour, in order."""
    http = http_event
    account, new = {"account_id": "alice"}, {"account_id": "new"}
    market = {"symbol": SYMBOL}
    held = {"withdrawal_id": "rent"} | account
    void = {"withdrawal_id": "void"} | account
    stream = f"book#{SYMBOL}"
    withdrawal = {"currency": "USD", "amount": "5"}
    deposits = "/v1/accounts/{account_id}/deposits"
    deposit = {"deposit_id": "toured", "currency": "USD", "amount": "7"}
    partners = "/v1/partners/{source}"
    state = {"state": "OPEN", "reason": "tour"}
    price = {"source": "tour", "price": "60000", "observed_at": "2026-11-21T07:10:00.000Z"}
    return [
        ("archivist", {}),
        ("archivist", queried("/v1/journal/records", stream=stream)),
        ("archivist", queried("/v1/journal/state", stream=stream)),
        ("archivist", http("POST", "/v1/journal/exports", HOUSE, {"stream": stream})),
        ("archivist", http("POST", "/v1/journal/exports", HOUSE, {"stream": stream})),
        ("back_office", http("POST", "/v1/accounts", HOUSE, {"account_id": "new", "name": "N"})),
        ("back_office", http("GET", "/v1/accounts", HOUSE, None)),
        ("back_office", http("POST", KEYS, HOUSE, {}, account)),
        ("back_office", http("POST", deposits, HOUSE, deposit, account)),
        ("back_office", http("POST", deposits, HOUSE, deposit, new)),
        ("back_office", http("POST", f"{ACCOUNT}/reversals", HOUSE, REVERSAL, new)),
        ("funds", http("POST", "/v1/withdrawals", "alice", withdrawal | {"withdrawal_id": "rent"})),
        ("funds", http("POST", "/v1/withdrawals", "alice", withdrawal | {"withdrawal_id": "void"})),
        ("funds", http("GET", "/v1/withdrawals/{withdrawal_id}", "alice", None, held)),
        ("back_office", http("GET", "/v1/accounts/{account_id}/withdrawals", HOUSE, None, account)),
        ("back_office", http("POST", f"{WITHDRAWAL}/post", HOUSE, None, held)),
        ("back_office", http("POST", f"{WITHDRAWAL}/void", HOUSE, None, void)),
        ("funds", http("POST", "/v1/transfers", "alice", TRANSFER)),
        ("funds", http("GET", "/v1/transfers/{transfer_id}", "alice", None, {"transfer_id": "t"})),
        ("back_office", http("GET", "/v1/accounts/{account_id}/balances", HOUSE, None, account)),
        ("queries", http("GET", f"{ACCOUNT}/statement", HOUSE, None, account)),
        ("back_office", http("GET", "/v1/withdrawals", HOUSE, None)),
        ("back_office", http("GET", "/v1/house", HOUSE, None)),
        ("back_office", http("GET", "/v1/insurance", HOUSE, None)),
        ("back_office", http("POST", "/v1/insurance/deposits", HOUSE, INSURED)),
        ("back_office", http("POST", "/v1/markets", HOUSE, LISTING)),
        ("back_office", http("POST", "/v1/markets", HOUSE, PERPETUAL)),
        ("queries", http("GET", f"{MARKET}/funding", "alice", None, OF_PERPETUAL)),
        ("funds", http("PUT", POT, "alice", ISOLATED, OF_PERPETUAL)),
        ("back_office", http("PUT", "/v1/markets/{symbol}/state", HOUSE, state, market)),
        ("back_office", http("PUT", "/v1/markets/{symbol}/state", HOUSE, AUCTION, market)),
        ("back_office", http("POST", f"{MARKET}/auction/end", HOUSE, TAKEOVER, market)),
        ("back_office", http("PUT", partners, HOUSE, account, {"source": "partner.acme"})),
        ("back_office", http("GET", "/v1/limits", HOUSE, None)),
        ("back_office", http("PUT", "/v1/limits/venue", HOUSE, LIMITS)),
        ("back_office", http("PUT", "/v1/limits/groups/{group}", HOUSE, LIMITS, {"group": "g"})),
        ("back_office", http("PUT", "/v1/accounts/{account_id}/limits", HOUSE, LIMITS, account)),
        ("back_office", http("GET", "/v1/fees", HOUSE, None)),
        ("back_office", http("PUT", "/v1/fees/{fee_scope}", HOUSE, FEES, {"fee_scope": "USD"})),
        ("back_office", http("PUT", "/v1/accounts/{account_id}/standing", HOUSE, GOOD, account)),
        *(("queries", http("GET", route, "alice", None, account)) for route in ABOUT_ALICE),
        ("queries", http("POST", f"{ACCOUNT}/margin-preview", "alice", PREVIEWED, account)),
        ("order_intake", http("POST", "/v1/orders/batch", "alice", BATCH)),
        ("order_intake", http("POST", "/v1/orders/cancel-after", "alice", {"seconds": 0})),
        ("order_intake", cancel_all("toured")),
        ("partner_intake", ORDER_REQUESTED),
        ("price_source", http("POST", f"{MARKET}/index-prices", HOUSE, price, market)),
        ("price_source", http("PUT", "/v1/feeds/{symbol}", HOUSE, FEED, market)),
        *[("price_source", READ_FEEDS)] * 3,
        ("price_source", http("GET", "/v1/feeds", HOUSE, None)),
        ("price_source", http("DELETE", "/v1/feeds/{symbol}", HOUSE, None, market, query=WHY)),
        *(("queries", http("GET", route, "alice", None, market)) for route in OF_MARKETS),
        *(("queries", http("GET", route, "alice", None)) for route in OF_ALICE),
        ("reconciliation", http("POST", "/v1/reconciliations", HOUSE, None)),
        ("back_office", http("POST", f"{MARKET}/takeover", HOUSE, TAKEOVER, market)),
        ("back_office", http("PATCH", MARKET, HOUSE, LIMITED, market)),
        (
            "back_office",
            http("POST", f"{MARKET}/delisting", HOUSE, TAKEOVER, SOLANA),
        ),
        ("back_office", http("POST", f"{MARKET}/settlement", HOUSE, SETTLEMENT, SOLANA)),
        ("back_office", http("PUT", "/v1/kills/markets/{symbol}", HOUSE, KILL, market)),
        ("back_office", http("PUT", "/v1/kills/venue", HOUSE, KILL)),
        ("back_office", http("PUT", f"{ACCOUNT}/liquidation", HOUSE, ALLOWED, account)),
        ("back_office", http("PUT", "/v1/kills/accounts/{account_id}", HOUSE, KILL, account)),
        ("back_office", http("GET", "/v1/kills", HOUSE, None)),
        ("back_office", http("GET", "/v1/halts", HOUSE, None)),
        ("back_office", http("GET", "/v1/halts/accounts", HOUSE, None)),
    ]


ISOLATED: Final = {"is_isolated": True}
POT: Final = "/v1/isolated/{symbol}"
INSURED: Final = {"deposit_id": "i", "currency": "USD", "amount": "1", "reason": "tour"}
ACCOUNT: Final = "/v1/accounts/{account_id}"
KEYS: Final = f"{ACCOUNT}/keys"
WITHDRAWAL: Final = f"{ACCOUNT}/withdrawals/{{withdrawal_id}}"
REVERSAL: Final = {"sequence": 2, "reason": "tour"}
"""Of the record behind the opening of an account: its first deposit."""

AUCTION: Final = {"state": "AUCTION", "auction": "HALT", "reason": "tour"}
TAKEOVER: Final = {"reason": "tour"}
SETTLEMENT: Final = {"price": "60000", "reason": "the tour"}
SOLANA: Final = {"symbol": "SOL-USD"}
LIMITED: Final = {"max_quantity": "99", "reason": "tour"}
KILL: Final = {"is_on": False, "reason": "tour"}
ALLOWED: Final = {"is_allowed": True, "reason": "tour"}
LISTING: Final = {
    "symbol": "SOL-USD",
    "base": "SOL",
    "quote": "USD",
    "tick_size": "0.01",
    "lot_size": "0.01",
    "min_notional": "1",
    "max_quantity": "1000",
    "maker_bps": 2,
    "taker_bps": 5,
    "collar_bps": 500,
    "reference_price": "100",
}

PERPETUAL: Final = LISTING | {
    "symbol": "SOL-PERP",
    "margin": [{"from_notional": "0", "initial_bps": 1_000, "maintenance_bps": 500}],
}
OF_PERPETUAL: Final = {"symbol": "SOL-PERP"}
PREVIEWED: Final = OF_PERPETUAL | {"side": "BUY", "quantity": "1"}

MARKET: Final = "/v1/markets/{symbol}"
OF_MARKETS: Final = (
    MARKET,
    f"{MARKET}/depth",
    f"{MARKET}/ticker",
    f"{MARKET}/trades",
)
OF_ALICE: Final = (
    "/v1/balances",
    "/v1/fills",
    "/v1/health",
    "/v1/markets",
    "/v1/orders",
    "/v1/statement",
)
ABOUT_ALICE: Final = (
    "/v1/accounts/{account_id}/fees",
    "/v1/accounts/{account_id}/limits",
    "/v1/accounts/{account_id}/margin",
    "/v1/accounts/{account_id}/positions",
)
WHY: Final = {"reason": "tour"}
FEED: Final = {"url": "https://prices.invalid/", "price": "/price", "reason": "tour"}
"""Nobody is there, so its breaker opens (RFC 2606)."""

READ_FEEDS: Final[dict[str, Any]] = {"source": "aws.events", "detail-type": "Scheduled Event"}
FEES: Final = {
    "tiers": [{"from_turnover": "0", "maker_bps": 2, "taker_bps": 5}],
    "reason": "a tour",
}
LIMITS: Final = {
    "order_volume_bps": 1,
    "free_notional": {"USD": "1000000"},
    "underlying": {"BTC": "1000"},
    "reason": "tour",
}
AMEND: Final = {"amend_id": "toured", "quantity": "2"}
"""More than was held for: it comes past the risk check."""

BATCH: Final = {
    "orders": [
        {
            "client_order_id": "batched",
            "symbol": SYMBOL,
            "side": "BUY",
            "type": "LIMIT",
            "quantity": "0.01",
            "price": "58000",
        }
    ]
}
GOOD: Final = {"status": "ACTIVE", "verification_level": 1, "reason": "tour"}
TRANSFER: Final = {"transfer_id": "t", "to_account_id": "bob", "currency": "USD", "amount": "2"}
ORDER_REQUESTED: Final = {
    "id": "00000015-7c1f-4c5e-9b1d-2f0a6d3e8b47",
    "source": "partner.acme",
    "detail-type": "OrderRequested",
    "detail": {
        "client_order_id": "acme-1",
        "symbol": SYMBOL,
        "side": "BUY",
        "type": "LIMIT",
        "quantity": "0.01",
        "price": "59000",
    },
}


def queried(route: str, **query: str) -> dict[str, Any]:
    """Return an operator's GET with a query."""
    event = http_event("GET", route, HOUSE, None)
    event["queryStringParameters"] = query
    event["multiValueQueryStringParameters"] = {name: [text] for name, text in query.items()}
    return event


def order(name: str, quantity: str) -> dict[str, Any]:
    """Return an order of alice that rests."""
    what = {"client_order_id": name, "symbol": SYMBOL, "side": "BUY", "type": "LIMIT"}
    body = what | {"quantity": quantity, "price": "58000"}
    return http_event("POST", "/v1/orders", "alice", body)


def cancel_all(cancel_id: str) -> dict[str, Any]:
    """Return the cancel of all that alice has open."""
    return http_event("DELETE", "/v1/orders", "alice", None, query={"cancel_id": cancel_id})


def _about_order(world: World, order_id: str) -> None:
    """Look at an order, amend it and cancel it."""
    path = {"order_id": order_id}
    steps = (("queries", "GET", None), ("order_intake", "PATCH", AMEND))
    for function, method, body in (*steps, ("order_intake", "DELETE", None)):
        _ask(world, function, http_event(method, "/v1/orders/{order_id}", "alice", body, path))
    other = {"order": BATCH["orders"][0] | {"client_order_id": "replacing"}}
    route = "/v1/orders/{order_id}/replace"
    _ask(world, "order_intake", http_event("POST", route, "alice", other, path))


def _with_key(world: World, told: dict[str, Any]) -> None:
    """Come in with a new key, then revoke it."""
    arn = "arn:aws:execute-api:us-east-1:123456789012:a1/prod/GET/v1/orders"
    header = {"Authorization": f"Bearer {told['api_key']}"}
    _ask(world, "authorizer", {"headers": header, "methodArn": arn})
    path = {"account_id": "alice", "key_id": told["key_id"]}
    _ask(world, "back_office", http_event("DELETE", f"{KEYS}/{{key_id}}", HOUSE, None, path))


def _move_margin(world: World, told: dict[str, Any]) -> None:
    """Make the move after the latest of the pot that is told."""
    move = {"number": told["moves"] + 1, "amount": "1"}
    _ask(world, "funds", http_event("POST", f"{POT}/moves", "alice", move, OF_PERPETUAL))


FOLLOWED_BY: Final = {KEYS: _with_key, POT: _move_margin}
"""What goes by the answer to a stop, by its route."""


def _ask(world: World, function: str, event: dict[str, Any]) -> dict[str, Any]:
    answer, fault = world.ask(function, event)
    assert fault is None, (function, event, fault)
    if answer and "statusCode" in answer:
        assert answer["statusCode"] < 400, (event["resource"], answer["body"], world.defects)
        told: dict[str, Any] = json.loads(answer["body"]) if answer["body"] else {}
        return told
    return dict(answer or {})
