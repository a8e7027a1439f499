"""Whatever is sent: a clear problem, nothing written, and never a fault of ours."""

import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.functions.gateway import Answered, Gateway, an_order
from zerodesk_aws.api.problems import MAX_VALUE_CHARACTERS
from zerodesk_aws.tables.orders import Orders

GOOD = an_order()
NINES = "9" * 40
HOSTILE = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note every item that is put, and put none."""
    put: list[str] = []

    def note(_: Orders, account_id: str, order_id: str, **__: Any) -> None:
        put.append(order_id)
        raise AssertionError("an item was put")

    monkeypatch.setattr(Orders, "open_gate", note)
    return put


def body(**changed: Any) -> str:
    return json.dumps(GOOD | changed)


def without(name: str) -> str:
    return json.dumps({key: value for key, value in GOOD.items() if key != name})


def at_market(**changed: Any) -> str:
    """A market order that names an amount, but for what is changed."""
    plain = {key: value for key, value in GOOD.items() if key not in {"quantity", "price"}}
    return json.dumps(plain | {"type": "MARKET", "quote_amount": "500"} | changed)


MALFORMED = "INTAKE_MALFORMED_JSON"
BAD_NUMBER = "INTAKE_BAD_NUMBER"
WRONG_TYPE = "INTAKE_WRONG_TYPE"
BAD_VALUE = "INTAKE_BAD_VALUE"

GRAMMAR: dict[str, tuple[bytes | str, str, str | None]] = {
    "no body": ("", MALFORMED, None),
    "spaces": ("  \n", MALFORMED, None),
    "half an object": ("{", MALFORMED, None),
    "two objects": (body() + body(), MALFORMED, None),
    "single quotes": (body().replace('"', "'"), MALFORMED, None),
    "a trailing comma": (body()[:-1] + ",}", MALFORMED, None),
    "a comment": ("/* */" + body(), MALFORMED, None),
    "NaN": (body().replace('"60000"', "NaN"), MALFORMED, None),
    "Infinity": (body().replace('"60000"', "Infinity"), MALFORMED, None),
    "minus Infinity": (body().replace('"60000"', "-Infinity"), MALFORMED, None),
    "a control character": (body().replace("one", "o\x00e"), MALFORMED, None),
    "a byte order mark": ("\ufeff" + body(), MALFORMED, None),
    "not UTF-8": (body().encode("utf-16"), MALFORMED, None),
    "Latin-1": (body(client_order_id="é").encode().replace(b"\\u00e9", b"\xe9"), MALFORMED, None),
    "half a surrogate pair": (body().replace("one", "\\ud800"), MALFORMED, None),
    "5,000 levels": (body(side="@").replace('"@"', "[" * 5_000), MALFORMED, None),
    "9 levels": (body(side="@").replace('"@"', "[" * 8 + "]" * 8), MALFORMED, None),
    "an array": ("[]", WRONG_TYPE, "body"),
    "a number": ("7", WRONG_TYPE, "body"),
    "a text": ('"order"', WRONG_TYPE, "body"),
    "null": ("null", WRONG_TYPE, "body"),
    "a huge integer": ("1" * 10_000, WRONG_TYPE, "body"),
    "a key twice": (body()[:-1] + ', "side": "SELL"}', "INTAKE_DUPLICATE_KEY", "side"),
    "a key twice, the same": (body()[:-1] + ', "side": "BUY"}', "INTAKE_DUPLICATE_KEY", "side"),
    "too large": (body(pad="x" * 16_384), "INTAKE_BODY_TOO_LARGE", None),
    "an unknown field": (body(tip="1"), "INTAKE_UNKNOWN_FIELD", "tip"),
    "a field of another case": (body(Side="BUY"), "INTAKE_UNKNOWN_FIELD", "Side"),
    "an account": (body(account_id="bob"), "INTAKE_UNKNOWN_FIELD", "account_id"),
    "no client_order_id": (without("client_order_id"), "INTAKE_MISSING_FIELD", "client_order_id"),
    "no side": (without("side"), "INTAKE_MISSING_FIELD", "side"),
    "a limit without a price": (without("price"), "INTAKE_MISSING_FIELD", "price"),
    "a price of null": (body(price=None), "INTAKE_MISSING_FIELD", "price"),
    "a price that is a number": (body(price=60000), WRONG_TYPE, "price"),
    "a price that is a float": (body(price=0.1), WRONG_TYPE, "price"),
    "a price with an exponent, as a number": (
        body().replace('"60000"', "6e4"),
        WRONG_TYPE,
        "price",
    ),
    "a price that is true": (body(price=True), WRONG_TYPE, "price"),
    "a price in a list": (body(price=["60000"]), WRONG_TYPE, "price"),
    "a quantity of 40 digits, as a number": (
        body().replace('"1"', NINES),
        WRONG_TYPE,
        "quantity",
    ),
    "a side of null": (body(side=None), WRONG_TYPE, "side"),
    "a side that is a number": (body(side=1), WRONG_TYPE, "side"),
    "a symbol that is a list": (body(symbol=["BTC-USD"]), WRONG_TYPE, "symbol"),
    "post_only that is a text": (body(post_only="true"), WRONG_TYPE, "post_only"),
    "post_only that is 1": (body(post_only=1), WRONG_TYPE, "post_only"),
    "an id that is a number": (body(client_order_id=1), WRONG_TYPE, "client_order_id"),
    "an exponent": (body(price="6e4"), BAD_NUMBER, "price"),
    "NaN as a text": (body(price="NaN"), BAD_NUMBER, "price"),
    "Infinity as a text": (body(price="Infinity"), BAD_NUMBER, "price"),
    "a sign": (body(price="+60000"), BAD_NUMBER, "price"),
    "spaces around": (body(price=" 60000"), BAD_NUMBER, "price"),
    "a newline behind": (body(price="60000\n"), BAD_NUMBER, "price"),
    "an underscore": (body(price="60_000"), BAD_NUMBER, "price"),
    "a comma": (body(price="60,000"), BAD_NUMBER, "price"),
    "hexadecimal": (body(price="0xEA60"), BAD_NUMBER, "price"),
    "no digit before the point": (body(price=".5"), BAD_NUMBER, "price"),
    "no digit behind the point": (body(price="5."), BAD_NUMBER, "price"),
    "no digit": (body(price=""), BAD_NUMBER, "price"),
    "40 digits": (body(quantity=NINES), BAD_NUMBER, "quantity"),
    "40 decimals": (body(quantity="0." + NINES), BAD_NUMBER, "quantity"),
    "full-width digits": (body(price="\uff16\uff10\uff10\uff10\uff10"), BAD_NUMBER, "price"),
    "Arabic digits": (body(price="\u0666\u0660\u0660\u0660\u0660"), BAD_NUMBER, "price"),
    "a negative quantity": (body(quantity="-1"), BAD_NUMBER, "quantity"),
    "a quantity of zero": (body(quantity="0"), BAD_NUMBER, "quantity"),
    "a quantity of minus zero": (body(quantity="-0.0"), BAD_NUMBER, "quantity"),
    "a negative price": (body(price="-60000"), BAD_NUMBER, "price"),
    "a price of zero": (body(price="0.00"), BAD_NUMBER, "price"),
    "an unknown side": (body(side="HOLD"), BAD_VALUE, "side"),
    "a side in small letters": (body(side="buy"), BAD_VALUE, "side"),
    "an unknown type": (body(type="STOP"), BAD_VALUE, "type"),
    "an unknown time in force": (body(time_in_force="GTW"), BAD_VALUE, "time_in_force"),
    "an id with a space": (body(client_order_id="a b"), BAD_VALUE, "client_order_id"),
    "an id with a newline": (body(client_order_id="a\n"), BAD_VALUE, "client_order_id"),
    "an empty id": (body(client_order_id=""), BAD_VALUE, "client_order_id"),
    "an id of 37 letters": (body(client_order_id="a" * 37), BAD_VALUE, "client_order_id"),
    "an id with an accent": (body(client_order_id="é"), BAD_VALUE, "client_order_id"),
    "a market order with a price": (body(type="MARKET"), BAD_VALUE, "price"),
    "a market order that rests": (
        body(type="MARKET", price=None, time_in_force="GTC"),
        BAD_VALUE,
        "time_in_force",
    ),
    "post_only that takes": (body(post_only=True, time_in_force="IOC"), BAD_VALUE, "post_only"),
    "post_only at market": (
        body(type="MARKET", price=None, post_only=True),
        BAD_VALUE,
        "post_only",
    ),
    "slides that is a text": (body(post_only=True, slides="yes"), WRONG_TYPE, "slides"),
    "slides without post_only": (body(slides=True), BAD_VALUE, "slides"),
    "an unknown self_trade": (body(self_trade="CANCEL_OLDEST"), BAD_VALUE, "self_trade"),
    "a self_trade of null": (body(self_trade=None), WRONG_TYPE, "self_trade"),
    "a stop beside an order that does not rest": (
        body(stop_price="61000", time_in_force="IOC"),
        BAD_VALUE,
        "stop_price",
    ),
    "a stop on the limit's side": (body(stop_price="59000"), BAD_VALUE, "stop_price"),
    "a stop at the limit": (body(stop_price="60000"), BAD_VALUE, "stop_price"),
    "a limit without its stop": (body(stop_limit_price="61000"), BAD_VALUE, "stop_limit_price"),
    "a stop and a trigger": (
        body(stop_price="61000", trigger="STOP", trigger_price="60500"),
        BAD_VALUE,
        "trigger",
    ),
    "a stop and an iceberg": (
        body(stop_price="61000", display_quantity="0.5"),
        BAD_VALUE,
        "display_quantity",
    ),
    "a stop that slides": (
        body(stop_price="61000", post_only=True, slides=True),
        BAD_VALUE,
        "slides",
    ),
    "an amount of a LIMIT order": (
        body(quote_amount="500"),
        BAD_VALUE,
        "quote_amount",
    ),
    "an amount and a quantity": (at_market(quantity="1"), BAD_VALUE, "quantity"),
    "an amount and a minimum": (at_market(min_quantity="1"), BAD_VALUE, "min_quantity"),
    "an amount that waits": (
        at_market(trigger="STOP", trigger_price="61000"),
        BAD_VALUE,
        "trigger",
    ),
    "an amount, all or nothing": (at_market(time_in_force="FOK"), BAD_VALUE, "time_in_force"),
    "an amount that DECREMENT comes off": (
        at_market(self_trade="DECREMENT"),
        BAD_VALUE,
        "self_trade",
    ),
    "an amount of nothing": (at_market(quote_amount="0"), BAD_NUMBER, "quote_amount"),
    "an amount that is a number": (at_market(quote_amount=500), WRONG_TYPE, "quote_amount"),
    "neither a quantity nor an amount": (
        without("quantity"),
        "INTAKE_MISSING_FIELD",
        "quantity",
    ),
    "a minimum of a GTC order": (body(min_quantity="0.5"), BAD_VALUE, "min_quantity"),
    "a minimum of a FOK order": (
        body(min_quantity="0.5", time_in_force="FOK"),
        BAD_VALUE,
        "min_quantity",
    ),
    "a minimum above the quantity": (
        body(min_quantity="1.0001", time_in_force="IOC"),
        BAD_VALUE,
        "min_quantity",
    ),
    "a minimum of zero": (
        body(min_quantity="0", time_in_force="IOC"),
        BAD_NUMBER,
        "min_quantity",
    ),
    "a minimum that is a number": (
        body(min_quantity=1, time_in_force="IOC"),
        WRONG_TYPE,
        "min_quantity",
    ),
    "an iceberg that does not rest": (
        body(display_quantity="0.1", time_in_force="IOC"),
        BAD_VALUE,
        "display_quantity",
    ),
    "an iceberg that shows all": (body(display_quantity="1"), BAD_VALUE, "display_quantity"),
    "an iceberg in 101 slices": (body(display_quantity="0.0099"), BAD_VALUE, "display_quantity"),
}

FILTERS: dict[str, tuple[str, str, str]] = {
    "an amount finer than its currency": (
        at_market(quote_amount="500.0000001"),
        "INTAKE_OFF_PRECISION",
        "quote_amount",
    ),
    "an amount below the smallest order": (
        at_market(quote_amount="0.99"),
        "INTAKE_BELOW_MIN_NOTIONAL",
        "quote_amount",
    ),
    "an amount that covers no lot": (
        at_market(quote_amount="5.99"),
        "INTAKE_BELOW_MIN_NOTIONAL",
        "quote_amount",
    ),
    "an amount of more than the largest order": (
        at_market(quote_amount="60000600"),
        "INTAKE_ABOVE_MAX_QUANTITY",
        "quote_amount",
    ),
    "an unknown symbol": (body(symbol="NO-SUCH"), "INTAKE_UNKNOWN_SYMBOL", "symbol"),
    "a symbol that is none": (body(symbol="no such"), "INTAKE_UNKNOWN_SYMBOL", "symbol"),
    "an empty symbol": (body(symbol=""), "INTAKE_UNKNOWN_SYMBOL", "symbol"),
    "a symbol in small letters": (body(symbol="btc-usd"), "INTAKE_UNKNOWN_SYMBOL", "symbol"),
    "a stop off the tick": (body(stop_price="61000.005"), "INTAKE_OFF_TICK", "stop_price"),
    "a price off the tick": (body(price="60000.005"), "INTAKE_OFF_TICK", "price"),
    "a quantity off the lot": (body(quantity="0.00015"), "INTAKE_OFF_LOT", "quantity"),
    "too much": (body(quantity="100.0001"), "INTAKE_ABOVE_MAX_QUANTITY", "quantity"),
    "too little": (
        body(quantity="0.0001", price="9999.99"),
        "INTAKE_BELOW_MIN_NOTIONAL",
        "quantity",
    ),
}


def check(answer: Answered, status: int, code: str, field: str | None) -> None:
    assert (answer.status, answer.code) == (status, code), answer.text
    assert answer.json.get("field") == field
    if field is not None:
        assert answer.json["rule"]
        assert len(answer.json.get("value", "")) <= MAX_VALUE_CHARACTERS + 1


@pytest.mark.parametrize("name", GRAMMAR)
def test_what_breaks_the_grammar_is_refused_before_anything_is_written(
    shared_gateway: Gateway, written: list[str], name: str
) -> None:
    raw, code, field = GRAMMAR[name]
    status = 413 if code == "INTAKE_BODY_TOO_LARGE" else 400
    check(shared_gateway.call("POST", "/v1/orders", raw=raw), status, code, field)
    assert written == []


@pytest.mark.parametrize("name", FILTERS)
def test_what_breaks_a_filter_is_refused_before_anything_is_written(
    shared_gateway: Gateway, written: list[str], name: str
) -> None:
    raw, code, field = FILTERS[name]
    check(shared_gateway.call("POST", "/v1/orders", raw=raw), 422, code, field)
    assert written == []


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ('{"side": "HOLD", "side": "BUY", "tip": 1}', "INTAKE_DUPLICATE_KEY"),
        (body(tip=1, price=1, side="HOLD"), "INTAKE_UNKNOWN_FIELD"),
        (without("type")[:-1] + ', "quantity2": "x"}', "INTAKE_UNKNOWN_FIELD"),
        (json.dumps({"side": "HOLD", "price": 1}), "INTAKE_MISSING_FIELD"),
        (body(price=1, quantity="1e3", side="HOLD"), "INTAKE_WRONG_TYPE"),
        (body(quantity="1e3", side="HOLD"), "INTAKE_BAD_NUMBER"),
        (body(side="HOLD", symbol="NO-SUCH"), "INTAKE_BAD_VALUE"),
        (body(symbol="NO-SUCH", price="0.001"), "INTAKE_UNKNOWN_SYMBOL"),
        (body(price="0.001", quantity="1000.00001"), "INTAKE_OFF_TICK"),
        (body(quantity="1000.00001"), "INTAKE_OFF_LOT"),
    ],
)
def test_of_several_faults_the_first_by_precedence_is_answered(
    shared_gateway: Gateway, written: list[str], raw: str, code: str
) -> None:
    assert shared_gateway.call("POST", "/v1/orders", raw=raw).code == code
    assert written == []


def test_of_several_fields_the_first_of_the_schema_is_answered(
    shared_gateway: Gateway, written: list[str]
) -> None:
    answer = shared_gateway.call("POST", "/v1/orders", raw=body(price="x", quantity="y"))
    assert answer.json["field"] == "quantity"


def test_a_body_in_base64_is_the_body(shared_gateway: Gateway) -> None:
    raw = body(client_order_id="in-base64", price="58000").encode()
    assert shared_gateway.call("POST", "/v1/orders", raw=raw).status == 201


def test_a_body_of_broken_base64_is_refused(shared_gateway: Gateway, written: list[str]) -> None:
    from order_intake import handler
    from tests.functions.gateway import proxy_event

    asker = {"account_id": "alice", "role": "trader", "key_id": "0123456789ab"}
    event = proxy_event("POST", "/v1/orders", body="@@@", in_base64=True, authorizer=asker)
    answer = handler.handler(event, shared_gateway.context)
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (400, MALFORMED)


@pytest.mark.parametrize("query", ["?force=true", "?force", "?a=1&a=2"])
def test_a_query_parameter_is_refused_where_none_is_taken(
    shared_gateway: Gateway, written: list[str], query: str
) -> None:
    answer = shared_gateway.call("POST", f"/v1/orders{query}", GOOD)
    assert answer.status == 400
    assert written == []


def never_a_fault(gateway: Gateway, raw: bytes | str, written: list[str]) -> None:
    answer = gateway.call("POST", "/v1/orders", raw=raw)
    assert 400 <= answer.status < 500
    assert answer.code
    assert written == []


@HOSTILE
@given(raw=st.binary(max_size=200))
def test_no_bytes_are_a_fault(shared_gateway: Gateway, written: list[str], raw: bytes) -> None:
    never_a_fault(shared_gateway, raw, written)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
NUMBERS = st.text(string.digits + "+-.eE_, xNaIinfty\u0663\n", max_size=45)
FIELDS = st.sampled_from([*GOOD, "time_in_force", "post_only"])


@HOSTILE
@given(value=JSON)
def test_no_json_is_a_fault(shared_gateway: Gateway, written: list[str], value: Any) -> None:
    never_a_fault(shared_gateway, json.dumps(value), written)


@HOSTILE
@given(field=FIELDS, value=JSON | NUMBERS)
def test_no_value_of_a_field_is_a_fault(
    shared_gateway: Gateway, written: list[str], field: str, value: Any
) -> None:
    """What passes as an order would be put; that it gets so far is fine."""
    answer = shared_gateway.call("POST", "/v1/orders", raw=json.dumps(GOOD | {field: value}))
    if written:
        assert answer.status == 500, "the test's own refusal to put"
        written.clear()
    else:
        assert 400 <= answer.status < 500
        assert answer.code
