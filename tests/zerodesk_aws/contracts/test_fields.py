"""The grammar of single values, at its edges."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from zerodesk_aws.contracts.accounts import OpenAccount
from zerodesk_aws.contracts.fields import (
    DECIMAL_PATTERN,
    ClientOrderId,
    Contract,
    PlainSchema,
    PositiveDecimal,
    ReadTime,
)
from zerodesk_aws.contracts.paging import MAX_PAGE, Limit


class Sample(Contract):
    amount: PositiveDecimal | None = None
    name: ClientOrderId | None = None
    at: ReadTime | None = None
    limit: Limit = 1


def accepted(**values: Any) -> bool:
    try:
        Sample.model_validate(values)
    except ValidationError:
        return False
    return True


@given(st.text("0123456789.-+eE _", max_size=34))
def test_a_number_is_accepted_as_the_published_pattern_says(text: str) -> None:
    matches = re.fullmatch(DECIMAL_PATTERN.strip("^$"), text) is not None
    assert accepted(amount=text) == (matches and Decimal(text) > 0)


@given(st.text(max_size=40))
def test_a_name_is_accepted_as_the_published_schema_says(text: str) -> None:
    schema = OpenAccount.model_json_schema(schema_generator=PlainSchema)
    validator = Draft202012Validator(schema["properties"]["account_id"])
    # A newline at the end is where regular expressions differ; here it is refused.
    expected = validator.is_valid(text) and not text.endswith("\n")
    assert accepted(name=text) == expected


@pytest.mark.parametrize("number", [1, 1.0, True, None, ["1"], {"1": 1}])
def test_a_number_that_is_no_string_is_refused(number: Any) -> None:
    assert accepted(amount=number) is (number is None)


def test_the_value_of_a_decimal_is_kept_to_the_digit() -> None:
    assert str(Sample.model_validate({"amount": "0100.1000"}).amount) == "100.1000"


@given(st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_is_read_to_the_millisecond(at: datetime) -> None:
    text = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    read = Sample.model_validate({"at": text}).at
    assert read == at.replace(microsecond=at.microsecond // 1_000 * 1_000)


@pytest.mark.parametrize("limit", [1, "1", "007", MAX_PAGE, str(MAX_PAGE)])
def test_a_count_within_its_bounds_is_read_from_text_too(limit: str | int) -> None:
    assert accepted(limit=limit)


@pytest.mark.parametrize("limit", [0, "0", "-1", "1.0", "", "\u0663", MAX_PAGE + 1, True, "9" * 99])
def test_a_count_beyond_its_bounds_is_refused(limit: str | int) -> None:
    assert not accepted(limit=limit)


def test_a_contract_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Sample().limit = 2  # type: ignore[misc]
