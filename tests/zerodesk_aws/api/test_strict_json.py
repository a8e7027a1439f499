"""One JSON object or a problem: nothing in between is guessed."""

import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk_aws.api.problems import ProblemError
from zerodesk_aws.api.strict_json import (
    MAX_BODY_BYTES,
    MAX_DEPTH,
    body_of,
    parse_object,
)
from zerodesk_aws.contracts.numbers import JsonNumber

SAFE = st.characters(exclude_categories=["Cs"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**16), 10**16) | st.text(SAFE, max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
).filter(lambda value: depth_of(value) < MAX_DEPTH)


def depth_of(value: Any) -> int:
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(st.dictionaries(st.text(SAFE, max_size=9), VALUES, max_size=5))
def test_an_ordinary_object_is_read_as_any_parser_reads_it(value: dict[str, Any]) -> None:
    for ascii_only in (True, False):
        assert parse_object(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def test_the_deepest_object_that_is_allowed_is_read() -> None:
    assert parse_object(b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1) + b"}")


def test_brackets_in_a_string_do_not_nest() -> None:
    text = "[" * 100 + '\\"' + "{" * 100
    assert parse_object(json.dumps({"a": text}).encode()) == {"a": text}


@pytest.mark.parametrize("number", ["1.0", "1e3", "-0.0", "9" * 19, "9" * 10_000, "-" + "9" * 18])
def test_a_number_that_is_no_small_integer_is_kept_as_it_was_written(number: str) -> None:
    found = parse_object(f'{{"a": {number}}}'.encode())["a"]
    assert type(found) is JsonNumber
    assert found.text == number


def test_the_largest_body_is_read_and_one_byte_more_is_not() -> None:
    fits = json.dumps({"a": "x" * (MAX_BODY_BYTES - 9)})
    assert len(body_of({"body": fits})) == MAX_BODY_BYTES
    with pytest.raises(ProblemError, match="INTAKE_BODY_TOO_LARGE"):
        body_of({"body": fits + " "})


def test_the_size_is_that_of_the_bytes_not_of_their_base64() -> None:
    data = b"x" * MAX_BODY_BYTES
    assert body_of({"body": base64.b64encode(data).decode(), "isBase64Encoded": True}) == data


def test_no_body_is_no_bytes() -> None:
    assert body_of({"body": None, "isBase64Encoded": False}) == b""


@pytest.mark.parametrize(
    "text", ['"' + '\\"' * 8_000, '"' * 16_000, "[" * 16_000, '{"a":' * 3_000, "\\" * 16_000]
)
def test_the_worst_text_costs_little(text: str) -> None:
    started = time.process_time()
    with pytest.raises(ProblemError):
        parse_object(text.encode())
    assert time.process_time() - started < 0.25


def test_a_duplicate_key_deep_inside_is_found() -> None:
    with pytest.raises(ProblemError, match="INTAKE_DUPLICATE_KEY"):
        parse_object(b'{"a": [{"b": 1, "b": 1}]}')
