"""What clients want: lives of orders, drawn from a seed before anything runs."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random
from typing import Any, Final

from tests.simulation.world import World
from zerodesk.orders import order_id_for

POOR: Final = "poor"
ACCOUNTS: Final = ("alice", "bob", "carol", "dan", "erin", POOR)
MARKETS: Final[dict[str, dict[str, Any]]] = {
    "BTC-USD": {"tick_size": "1", "lot_size": "0.01", "reference_price": "60000"},
    "ETH-USD": {"tick_size": "0.01", "lot_size": "0.0001", "reference_price": "3000.37"},
}
"""ETH-USD trades at odd prices in odd lots, so that fees are no whole minor units."""

FUNDS: Final = {"USD": "3000000", "BTC": "40", "ETH": "800"}
POOR_FUNDS: Final = {"USD": "2500", "BTC": "0.05", "ETH": "1"}
TRIES_MAX: Final = 4
NIGHT_MS: Final = 16 * 60 * 1000.0
"""In some runs nobody trades for a while: longer than a book remembers commands."""

NIGHTS: Final = 600
GATEWAY_TIMEOUT_MS: Final = 29_000


@dataclass(frozen=True, slots=True)
class Life:
    """One order: who wants what when, how often it is asked for, and when it is cancelled."""

    number: int
    at_ms: float
    account_id: str
    body: dict[str, Any]
    tries: int
    repeat_after_ms: float | None = None
    other_after_ms: float | None = None
    cancel_after_ms: float | None = None

    @property
    def order_id(self) -> str:
        """The order's id."""
        return order_id_for(self.account_id, self.body["client_order_id"])


@dataclass(frozen=True, slots=True)
class Funding:
    """One deposit while trading goes on; asked for twice when ``again_after_ms`` says so."""

    number: int
    at_ms: float
    account_id: str
    body: dict[str, Any]
    tries: int
    again_after_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client was answered."""

    at_ms: float
    status: int
    json: dict[str, Any]


@dataclass(slots=True)
class Heard:
    """All that clients were answered, by what they asked."""

    orders: list[tuple[Life, Answered]] = field(default_factory=list)
    cancels: list[tuple[Life, Answered]] = field(default_factory=list)
    fundings: list[tuple[Funding, Answered]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Traffic:
    """All that clients want in one run."""

    lives: tuple[Life, ...]
    fundings: tuple[Funding, ...]

    @property
    def duration_ms(self) -> float:
        """When the last one begins."""
        begins_ms = [life.at_ms for life in self.lives] + [one.at_ms for one in self.fundings]
        return max(begins_ms, default=0.0)

    def first(self, lives: int) -> "Traffic":
        """Return the traffic with so many lives only."""
        return replace(self, lives=self.lives[:lives])


def draw(seed: int, lives: int) -> Traffic:
    """Return the traffic of a seed: the first lives are the same however many are wanted."""
    chance = Random(seed)
    pace_ms = chance.choice((4.0, 20.0, 80.0, 300.0))
    night = chance.randint(1, NIGHTS)
    found: list[Life] = []
    at_ms = 0.0
    for number in range(lives):
        at_ms += chance.expovariate(1 / pace_ms)
        if chance.random() < 0.01:
            at_ms += chance.uniform(1_000, 20_000)
        if number == night:
            at_ms += NIGHT_MS
        found.append(_life(chance, number, at_ms))
    fundings = tuple(
        _funding(chance, number, chance.uniform(0, at_ms)) for number in range(max(1, lives // 20))
    )
    return Traffic(tuple(found), fundings)


def _life(chance: Random, number: int, at_ms: float) -> Life:
    symbol = "BTC-USD" if chance.random() < 0.7 else "ETH-USD"
    account_id = chance.choice((*ACCOUNTS, POOR))
    tick, reference = (1.0, 60_000.0) if symbol == "BTC-USD" else (0.5, 3_000.37)
    lots = chance.choice((1, 1, 1, 2, 3, 8, 20))
    body: dict[str, Any] = {
        "client_order_id": f"o-{number}",
        "symbol": symbol,
        "side": chance.choice(("BUY", "SELL")),
        "type": "LIMIT",
        "quantity": _amount(symbol, lots),
    }
    if chance.random() < 0.15:
        body["type"] = "MARKET"
    else:
        sign = 1 if body["side"] == "SELL" else -1
        away = chance.choice((-3, -2, -1, 0, 1, 2, 3, 6))
        if chance.random() < 0.02:
            away = 20_000
        body["price"] = f"{reference + sign * away * tick:.2f}"
        body["time_in_force"] = chance.choice(("GTC", "GTC", "GTC", "GTC", "IOC", "FOK"))
        if body["time_in_force"] == "GTC" and chance.random() < 0.15:
            body["post_only"] = True
    return Life(
        number,
        at_ms,
        account_id,
        body,
        tries=chance.randint(1, TRIES_MAX),
        repeat_after_ms=_sometimes(chance, 0.08, 30_000),
        other_after_ms=_sometimes(chance, 0.03, 5_000),
        cancel_after_ms=_sometimes(chance, 0.45, chance.choice((15, 3_000, 3_000))),
    )


def _quantity(life: Life, lots: int) -> str:
    return _amount(life.body["symbol"], lots)


def _amount(symbol: str, lots: int) -> str:
    return f"0.{lots:02d}" if symbol == "BTC-USD" else f"{lots // 10}.{lots % 10}007"


def _sometimes(chance: Random, share: float, most_ms: float) -> float | None:
    drawn, after_ms = chance.random(), chance.random() ** 3 * most_ms
    return after_ms if drawn < share else None


def _funding(chance: Random, number: int, at_ms: float) -> Funding:
    currency = chance.choice(("USD", "BTC", "ETH"))
    body = {"deposit_id": f"d-{number}", "currency": currency, "amount": str(chance.randint(1, 3))}
    return Funding(
        number,
        at_ms,
        chance.choice(ACCOUNTS),
        body,
        tries=chance.randint(1, TRIES_MAX),
        again_after_ms=_sometimes(chance, 0.3, 20_000),
    )


class Clients:
    """The clients of one world: they ask, try again, and remember what they were answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.heard = Heard()

    def begin(self, traffic: Traffic) -> None:
        """Let every client begin at its time."""
        for life in traffic.lives:
            who = f"client {life.number}"
            self._begin(who, life.at_ms, 0.0, partial(self._live, life))
            self._begin(who, life.at_ms, life.repeat_after_ms, partial(self._live, life))
            self._begin(who, life.at_ms, life.other_after_ms, partial(self._ask_otherwise, life))
            self._begin(who, life.at_ms, life.cancel_after_ms, partial(self._cancel, life))
        for funding in traffic.fundings:
            who = f"deposit {funding.number}"
            self._begin(who, funding.at_ms, 0.0, partial(self._fund, funding))
            self._begin(who, funding.at_ms, funding.again_after_ms, partial(self._fund, funding))

    def _begin(
        self, who: str, at_ms: float, after_ms: float | None, work: Callable[[], None]
    ) -> None:
        if after_ms is not None:
            self._world.begin(who, work, at_ms + after_ms)

    def _live(self, life: Life) -> None:
        answered = self._insist(
            life.tries, "order_intake", "POST", "/v1/orders", life.account_id, life.body
        )
        if answered is not None:
            self.heard.orders.append((life, answered))

    def _ask_otherwise(self, life: Life) -> None:
        """Use the order's id for another one: whichever comes first is the order."""
        other = replace(life, tries=1, body=life.body | {"quantity": _quantity(life, 9)})
        self._live(other)

    def _cancel(self, life: Life) -> None:
        answered = self._insist(
            life.tries,
            "order_intake",
            "DELETE",
            "/v1/orders/{order_id}",
            life.account_id,
            None,
            {"order_id": life.order_id},
        )
        if answered is not None:
            self.heard.cancels.append((life, answered))

    def _fund(self, funding: Funding) -> None:
        answered = self._insist(
            funding.tries,
            "back_office",
            "POST",
            "/v1/accounts/{account_id}/deposits",
            "house",
            funding.body,
            {"account_id": funding.account_id},
        )
        if answered is not None:
            self.heard.fundings.append((funding, answered))

    def _insist(
        self,
        tries: int,
        function: str,
        method: str,
        resource: str,
        who: str,
        body: dict[str, Any] | None,
        path: dict[str, str] | None = None,
    ) -> Answered | None:
        """Ask until there is an answer that says something, or give up."""
        pause_ms = 200.0
        for _ in range(tries):
            event = http_event(method, resource, who, body, path)
            answered = self._ask(function, event)
            if answered is not None and answered.status < 500:
                return answered
            self._world.sleep(pause_ms)
            pause_ms *= 4
        return None

    def _ask(self, function: str, event: dict[str, Any]) -> Answered | None:
        answer, fault = self._world.ask(function, event, GATEWAY_TIMEOUT_MS)
        if fault is not None:
            return None
        answered = Answered(self._world.now_ms(), answer["statusCode"], json.loads(answer["body"]))
        if answered.json.get("code") == "INTERNAL":
            self._world.defects.append(f"INTERNAL answered to {event['httpMethod']}")
        return answered


def http_event(
    method: str,
    resource: str,
    who: str,
    body: dict[str, Any] | None,
    path: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return an event as API Gateway (REST, proxy integration) hands it to a function."""
    role = "operator" if who == "house" else "trader"
    return {
        "resource": resource,
        "path": resource.format(**path or {}),
        "httpMethod": method,
        "headers": {"Content-Type": "application/json"},
        "multiValueHeaders": {"Content-Type": ["application/json"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {
            "requestId": "11111111-2222-3333-4444-555555555555",
            "resourcePath": resource,
            "httpMethod": method,
            "authorizer": {"account_id": who, "role": role, "key_id": "0123456789ab"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
