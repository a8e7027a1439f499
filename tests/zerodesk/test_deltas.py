"""A state told as changes is the state, and costs less."""

import copy
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk import codec
from zerodesk.codec import EncodedBody, canonical_json
from zerodesk.deltas import WHOLE_EVERY, delta, patched, state_after, told_as_change

names = st.text("abc", min_size=1, max_size=2)
states = st.dictionaries(
    names,
    st.recursive(st.integers(0, 3), lambda inner: st.dictionaries(names, inner), max_leaves=8),
)


@given(states, states)
def test_a_change_leads_from_one_state_to_the_other_and_spoils_neither(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    kept = copy.deepcopy((before, after))
    assert patched(before, delta(before, after)) == after
    assert (before, after) == kept


def test_no_change_is_nothing() -> None:
    assert delta({"a": {"b": 1}}, {"a": {"b": 1}}) == {}


def a_body(orders: int, free: int = 5) -> dict[str, Any]:
    holds = {f"order-{n * 7919 % 10_007:05d}": {"held_minor": n * 104_729} for n in range(orders)}
    return {
        "cause": {"kind": "hold"},
        "entries": [],
        "state": {"available": {"USD": free}, "holds": holds},
    }


def told(body: dict[str, Any], *, before: int = 200, ahead: int = 1) -> dict[str, Any]:
    standing = a_body(before)["state"]
    return told_as_change(body, lambda: standing, sequence=7 + ahead, whole_at=7).body


def test_a_large_state_is_told_as_its_change() -> None:
    body = told(a_body(201))
    assert "state" not in body
    assert body["whole_at"] == 7
    assert list(body["delta"]["in"]["holds"]) == ["put"]
    assert state_after(a_body(200)["state"], body) == a_body(201)["state"]


def test_a_small_state_is_told_whole() -> None:
    assert told(a_body(3), before=2) == a_body(3)


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[bytes]]:
    """All texts that are written, and all that are compressed."""
    found: dict[str, list[bytes]] = {"written": [], "compressed": []}

    def write(value: Any) -> bytes:
        found["written"].append(canonical_json(value))
        return found["written"][-1]

    def compress(text: bytes) -> bytes:
        found["compressed"].append(text)
        return zlib.compress(text)

    monkeypatch.setattr(codec, "canonical_json", write)
    monkeypatch.setattr(codec, "compressed", compress)
    return found


def test_a_state_of_many_holds_is_not_encoded_where_its_change_fits_a_unit(
    texts: dict[str, list[bytes]],
) -> None:
    change = canonical_json(told(a_body(201)))
    assert texts == {"written": [change], "compressed": [change]}


def test_a_long_state_is_not_compressed_where_its_change_fits_a_unit(
    texts: dict[str, list[bytes]],
) -> None:
    answered = {f"deposit#{number:05d}": {"code": str(number)} for number in range(101)}
    before, after = a_body(3)["state"], a_body(3)
    after["state"]["answered"] = answered
    body = told_as_change(
        after,
        lambda: before | {"answered": dict(list(answered.items())[1:])},
        sequence=8,
        whole_at=7,
    )
    assert "delta" in body.body
    assert body.data
    assert texts["written"] == [canonical_json(after), body.text]
    assert texts["compressed"] == [body.text]


def test_a_state_of_which_everything_changed_is_told_whole() -> None:
    assert told(a_body(200), before=0) == a_body(200)


def test_a_whole_state_comes_at_least_so_often() -> None:
    assert "delta" in told(a_body(201), ahead=WHOLE_EVERY - 1)
    assert told(a_body(201), ahead=WHOLE_EVERY) == a_body(201)


def test_the_first_record_is_told_whole() -> None:
    body = a_body(200)
    assert told_as_change(body, dict, sequence=1, whole_at=0) == EncodedBody.of(body)


def test_the_state_before_a_small_one_is_not_asked_for() -> None:
    def unasked() -> dict[str, Any]:
        raise AssertionError("a small state is told whole, whatever stood before")

    assert told_as_change(a_body(3), unasked, sequence=8, whole_at=7).body == a_body(3)


def test_a_change_of_nothing_known_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        state_after(None, told(a_body(201)))
