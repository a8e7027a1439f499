"""Bad input gets a clear problem document, changes nothing, and is never a 5xx."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.end_to_end.conftest import Venue, an_order
from zerodesk.orders import Side

pytestmark = pytest.mark.local_cloud

GOOD = {
    "client_order_id": "bad-1",
    "symbol": "?",
    "side": "BUY",
    "type": "LIMIT",
    "quantity": "1",
    "price": "100",
}
NINES = "9" * 40


@pytest.fixture(scope="module")
def symbol(venue: Venue) -> str:
    return venue.market()


@pytest.fixture(scope="module")
def trader(venue: Venue) -> tuple[str, str]:
    return venue.account(USD="1000")


def with_field(symbol: str, **changes: Any) -> str:
    return json.dumps(GOOD | {"symbol": symbol} | changes)


BODIES: dict[str, tuple[Callable[[str], str], str | None, str | None]] = {
    "no JSON": (lambda _: "{", "INTAKE_MALFORMED_JSON", None),
    "empty": (lambda _: "", "INTAKE_MALFORMED_JSON", None),
    "an array": (lambda _: "[]", None, None),
    "a bare number": (lambda _: "7", None, None),
    "NaN": (lambda s: with_field(s).replace('"100"', "NaN"), "INTAKE_MALFORMED_JSON", None),
    "Infinity": (lambda s: with_field(s).replace('"100"', "Infinity"), None, None),
    "a duplicate key": (
        lambda s: with_field(s)[:-1] + ', "side": "SELL"}',
        "INTAKE_DUPLICATE_KEY",
        "side",
    ),
    "an unknown field": (lambda s: with_field(s, tip="1"), "INTAKE_UNKNOWN_FIELD", "tip"),
    "a number that is no string": (lambda s: with_field(s, price=100), None, "price"),
    "an exponent": (lambda s: with_field(s, price="1e2"), "INTAKE_BAD_NUMBER", "price"),
    "NaN as text": (lambda s: with_field(s, price="NaN"), "INTAKE_BAD_NUMBER", "price"),
    "forty digits": (lambda s: with_field(s, quantity=NINES), "INTAKE_BAD_NUMBER", "quantity"),
    "other digits": (
        lambda s: with_field(s, price="\uff11\uff10\uff10"),
        "INTAKE_BAD_NUMBER",
        "price",
    ),
    "a negative quantity": (lambda s: with_field(s, quantity="-1"), None, "quantity"),
    "a quantity of zero": (lambda s: with_field(s, quantity="0"), None, "quantity"),
    "a price off the tick": (lambda s: with_field(s, price="100.001"), "INTAKE_OFF_TICK", "price"),
    "a quantity off the lot": (
        lambda s: with_field(s, quantity="1.5"),
        "INTAKE_OFF_LOT",
        "quantity",
    ),
    "below the minimum notional": (
        lambda s: with_field(s, price="9.99"),
        "INTAKE_BELOW_MIN_NOTIONAL",
        None,
    ),
    "above the maximum quantity": (
        lambda s: with_field(s, quantity="10001"),
        "INTAKE_ABOVE_MAX_QUANTITY",
        "quantity",
    ),
    "an unknown symbol": (lambda _: with_field("NO-SUCH"), "INTAKE_UNKNOWN_SYMBOL", "symbol"),
    "a symbol that is none": (lambda _: with_field("no such"), None, "symbol"),
    "an unknown side": (lambda s: with_field(s, side="HOLD"), "INTAKE_BAD_VALUE", "side"),
    "a missing field": (
        lambda s: json.dumps({k: v for k, v in json.loads(with_field(s)).items() if k != "side"}),
        "INTAKE_MISSING_FIELD",
        "side",
    ),
    "null for a string": (lambda s: with_field(s, side=None), "INTAKE_WRONG_TYPE", "side"),
    "a market order with a price": (lambda s: with_field(s, type="MARKET"), None, "price"),
    "an oversized body": (lambda s: with_field(s, pad="x" * 70_000), None, None),
    "deep nesting": (lambda s: with_field(s, side="@").replace('"@"', "[" * 5_000), None, None),
    "a name with spaces": (lambda s: with_field(s, client_order_id="a b"), None, "client_order_id"),
}


@pytest.mark.parametrize("name", BODIES)
def test_bad_bodies_are_refused_before_anything_is_written(
    venue: Venue, symbol: str, trader: tuple[str, str], name: str
) -> None:
    body, code, field = BODIES[name]
    with venue.http(trader[1]) as http:
        answer = http.post("/v1/orders", content=body(symbol).encode())
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:zerodesk:problem:{problem['code']}"
    assert problem["status"] == answer.status_code
    if code is not None:
        assert problem["code"] == code
    if field is not None:
        assert problem["field"] == field
        assert problem["rule"]
    client = venue.client(trader[1])
    assert client.orders().entries == ()
    assert {one.currency: one.available for one in client.balances().balances} == {
        "USD": Decimal(1000)
    }


@pytest.mark.parametrize(
    "key",
    [None, "nonsense", "zdk_0123456789ab_" + "x" * 43, "zdk_0123456789ab_", "x" * 5_000],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/orders"),
        ("GET", "/v1/balances"),
        ("GET", "/v1/health"),
        ("GET", "/v1/markets"),
    ],
)
def test_without_a_right_key_nothing_answers(
    venue: Venue, key: str | None, method: str, path: str
) -> None:
    with venue.http(key) as http:
        answer = http.request(method, path)
    assert answer.status_code == 401
    assert answer.json()["code"] == "UNAUTHENTICATED"


def test_another_accounts_order_does_not_exist(venue: Venue, symbol: str) -> None:
    order = venue.trader(USD="1000").place_order(an_order(symbol, Side.BUY, "1", "99"))
    with venue.http(venue.account()[1]) as stranger:
        seen = stranger.get(f"/v1/orders/{order.order_id}")
        cancelled = stranger.delete(f"/v1/orders/{order.order_id}")
    assert (seen.status_code, seen.json()["code"]) == (404, "NOT_FOUND")
    assert (cancelled.status_code, cancelled.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/markets", "/v1/reconciliations"])
def test_a_traders_key_does_not_run_the_venue(
    venue: Venue, trader: tuple[str, str], path: str
) -> None:
    with venue.http(trader[1]) as http:
        answer = http.post(path, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/orders/none", 404),
        ("GET", "/v1/orders?limit=0", 400),
        ("GET", "/v1/orders?limit=ten", 400),
        ("GET", "/v1/orders?cursor=garbage", 400),
        ("GET", "/v1/orders?colour=red", 400),
        ("GET", "/v1/markets/NO-SUCH", 404),
        ("GET", "/v1/markets/NO-SUCH/depth", 404),
        ("DELETE", "/v1/orders/none", 404),
    ],
)
def test_bad_paths_and_queries_are_problems(
    venue: Venue, trader: tuple[str, str], method: str, path: str, status: int
) -> None:
    with venue.http(trader[1]) as http:
        answer = http.request(method, path)
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == status


def test_paths_and_methods_that_do_not_exist_are_refused_as_problems(
    venue: Venue, trader: tuple[str, str]
) -> None:
    with venue.http(trader[1]) as http:
        for method, path in (("GET", "/v1/nothing"), ("PUT", "/v1/orders"), ("GET", "/")):
            answer = http.request(method, path)
            assert 400 <= answer.status_code < 500, (path, answer.text)
