"""Records as bytes, and the chain of their hashes."""

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.codec import (
    GENESIS_HASH,
    canonical_json,
    compressed,
    decode_body,
    encode_body,
    record_hash,
    state_hash,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


@pytest.mark.parametrize("rows", [0, 1, 30, 500, 4_000])
def test_a_text_gets_no_larger_for_the_smaller_memory_of_its_compressor(rows: int) -> None:
    text = canonical_json([state_hash(row)[:20] for row in range(rows)])
    assert zlib.decompress(compressed(text)) == text
    assert len(compressed(text)) <= len(zlib.compress(text)) * 1.005


@given(BODIES)
def test_a_body_comes_back_as_it_was(body: dict[str, Any]) -> None:
    assert decode_body(encode_body(body)) == body


@given(BODIES)
def test_the_order_of_keys_does_not_matter(body: dict[str, Any]) -> None:
    backwards = dict(reversed(body.items()))
    assert canonical_json(body) == canonical_json(backwards)
    assert state_hash(body) == state_hash(backwards)


def test_canonical_json_is_utf_8_without_spaces() -> None:
    assert canonical_json({"b": ["é", 1], "a": None}) == '{"a":null,"b":["é",1]}'.encode()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_json_cannot_say_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json({"a": value})


def a_hash(**changed: Any) -> str:
    terms: dict[str, Any] = {
        "stream": "book#BTC-USD",
        "sequence": 1,
        "previous_hash": GENESIS_HASH,
        "text": b"{}",
        "epoch": 1,
        "code_version": "0.1.0",
        "recorded_at_ms": 7,
    }
    return record_hash(**(terms | changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"stream": "book#ETH-USD"},
        {"sequence": 2},
        {"previous_hash": "1" * 64},
        {"text": b'{"a":1}'},
        {"epoch": 2},
        {"code_version": "0.1.1"},
        {"recorded_at_ms": 8},
    ],
)
def test_a_record_changed_in_any_part_has_another_hash(changed: dict[str, Any]) -> None:
    assert a_hash(**changed) != a_hash()


def test_a_hash_is_the_same_in_every_process() -> None:
    assert a_hash() == "7a1fab1dccb420857bb96863142dd52fc96be63e5d657293a606e3fc7d7d5cfa"
