"""A cursor leads back to its position in its own list, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.api.problems import ProblemError

ORDERS = Pages(str, "orders", "alice", "all", None)


@given(st.integers(0, 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_cursor_leads_back_to_its_position(at: int, tie: str) -> None:
    if len(tie) < 20:
        assert ORDERS.position(ORDERS.cursor(at, tie)) == (at, tie)


def test_no_cursor_is_the_first_page() -> None:
    assert ORDERS.position(None) is None


@pytest.mark.parametrize(
    "other",
    [
        Pages(str, "orders", "bob", "all", None),
        Pages(str, "orders", "alice", "open", None),
        Pages(str, "orders", "alice", "all", "BTC-USD"),
        Pages(str, "fills", "alice", "all", None),
    ],
)
def test_a_cursor_of_another_list_is_refused(other: Pages[str]) -> None:
    with pytest.raises(ProblemError, match="cursor"):
        ORDERS.position(other.cursor(1, "o"))


def test_a_position_of_another_kind_is_refused() -> None:
    by_index = Pages(int, "orders", "alice", "all", None)
    with pytest.raises(ProblemError):
        ORDERS.position(by_index.cursor(1, 2))
    with pytest.raises(ProblemError):
        by_index.position(ORDERS.cursor(1, "o"))


@pytest.mark.parametrize(("at", "tie"), [(-1, "o"), (2**63, "o"), (1, "")])
def test_a_position_that_cannot_be_is_refused(at: int, tie: str) -> None:
    with pytest.raises(ProblemError):
        ORDERS.position(ORDERS.cursor(at, tie))


@given(st.text(max_size=300))
def test_no_text_is_a_fault(text: str) -> None:
    with pytest.raises(ProblemError, match="INTAKE_BAD_VALUE"):
        ORDERS.position(text)
