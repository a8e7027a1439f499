"""The shortcuts through json write the texts that json writes, and read what json reads."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.simulation import json_shortcuts
from zerodesk.codec import canonical_json

VALUES = [
    {"b": [1, -(10**30), 0.5, True, None], "a": {"é": '"\\\n\ud800'}},
    [],
    {},
    "text",
    7,
    None,
]
TEXTS = ['{"a": [1, 2.5, "x"]}', ' \n{"a": 1}', '{"a": 1} \n', "7", '"x"', "null"]
NO_TEXTS = ["", " ", "{", '{"a": 1} x', "[1,]", "nul"]
ENCODERS: list[dict[str, Any]] = [
    {},
    {"separators": (",", ":")},
    {"sort_keys": True, "ensure_ascii": False, "check_circular": False},
    {"allow_nan": False, "default": str},
    {"indent": 1},
]


@pytest.fixture
def short() -> Iterator[None]:
    with ExitStack() as stack:
        json_shortcuts.take(stack)
        yield


@pytest.mark.parametrize("how", ENCODERS)
def test_a_text_is_what_json_writes(how: dict[str, Any], request: pytest.FixtureRequest) -> None:
    plain = [json.dumps(value, **how) for value in VALUES]
    encoder = json.JSONEncoder(**how)
    request.getfixturevalue("short")
    for _ in range(2):
        assert [encoder.encode(value) for value in VALUES] == plain
        assert [json.dumps(value, **how) for value in VALUES] == plain


def test_a_value_is_what_json_reads(request: pytest.FixtureRequest) -> None:
    plain = [json.loads(text) for text in TEXTS]
    request.getfixturevalue("short")
    assert [json.loads(text) for text in TEXTS] == plain


@pytest.mark.parametrize("text", NO_TEXTS)
def test_what_is_no_json_is_refused_as_json_refuses_it(
    text: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(json.JSONDecodeError) as plain:
        json.loads(text)
    request.getfixturevalue("short")
    with pytest.raises(json.JSONDecodeError) as quick:
        json.loads(text)
    assert str(quick.value) == str(plain.value)


@pytest.mark.usefixtures("short")
def test_what_json_cannot_write_is_refused() -> None:
    for _ in range(2):
        with pytest.raises(TypeError, match="not JSON serializable"):
            json.dumps({"a": object()})
        with pytest.raises(ValueError, match="not JSON compliant"):
            canonical_json(float("inf"))
    assert json.dumps({"a": 1}) == '{"a": 1}'
