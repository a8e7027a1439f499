"""A problem says what is wrong, and no more of what was sent than is needed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk_aws.api.problems import (
    MAX_VALUE_CHARACTERS,
    Problem,
    ProblemCode,
    refused,
    shown,
)
from zerodesk_aws.contracts import problems


@pytest.mark.parametrize("code", ProblemCode)
def test_every_code_has_a_status_a_title_and_a_document(code: ProblemCode) -> None:
    document = Problem(code, "detail", "field", "value", "rule").to_document()
    assert 400 <= document["status"] < 600
    assert document["title"]
    assert problems.Problem.model_validate(document).code is code


@pytest.mark.parametrize("code", [code for code in ProblemCode if code.startswith("INTAKE_")])
def test_what_intake_refuses_is_never_a_fault_of_ours(code: ProblemCode) -> None:
    assert 400 <= code.status < 500


def test_what_does_not_apply_is_left_out() -> None:
    assert set(Problem(ProblemCode.NOT_FOUND, "d").to_document()) == {
        "type",
        "title",
        "status",
        "detail",
        "code",
    }


@given(st.text() | st.integers() | st.lists(st.text()) | st.none())
def test_a_value_is_shown_short_and_printable(value: Any) -> None:
    text = shown(value)
    assert len(text) <= MAX_VALUE_CHARACTERS + 1
    assert text.isprintable()
    text.encode()


def test_a_field_that_came_from_outside_is_shown_like_a_value() -> None:
    problem = refused(ProblemCode.INTAKE_UNKNOWN_FIELD, "\ud800" + "x" * 500, 1, "none").problem
    assert problem.field is not None
    assert len(problem.field) <= MAX_VALUE_CHARACTERS + 1
    problem.detail.encode()
