"""Exact quantities: the one grammar, and whole minor units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.money import (
    MAX_FRACTION_DIGITS,
    MAX_INTEGER_DIGITS,
    NumberError,
    format_minor,
    format_scaled,
    minor_digits,
    parse_decimal,
    scaled,
    share_bps,
    to_minor,
)

AMOUNTS = st.integers(-(10**30), 10**30)
DIGITS = st.integers(0, 12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "+1",
        "--1",
        "1.",
        ".5",
        "1e3",
        "1E3",
        "NaN",
        "Infinity",
        "-Infinity",
        "0x10",
        "1,000",
        "1_000",
        "\u0661\u0662",
        "\uff11",
        "1\n",
        "1.5.2",
        "9" * (MAX_INTEGER_DIGITS + 1),
        "0." + "1" * (MAX_FRACTION_DIGITS + 1),
        "9" * 40,
    ],
)
def test_what_is_not_in_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_decimal(text)
    assert "decimal string" in caught.value.rule


@pytest.mark.parametrize("text", ["0", "-0", "7", "007", "-1.5", "0.000000000001", "9" * 18])
def test_what_is_in_the_grammar_is_exact(text: str) -> None:
    assert parse_decimal(text) == Decimal(text)


def test_the_longest_number_of_the_grammar_is_scaled_to_its_last_digit() -> None:
    longest = "9" * 18 + "." + "9" * 12
    assert scaled(parse_decimal(longest), 12) == 10**30 - 1


@given(AMOUNTS, DIGITS)
def test_formatting_and_scaling_are_each_others_inverse(value: int, digits: int) -> None:
    assert scaled(Decimal(format_scaled(value, digits)), digits) == value


@given(st.integers(-(10**17), 10**17), DIGITS)
def test_what_is_formatted_is_in_the_grammar(value: int, digits: int) -> None:
    text = format_scaled(value, digits)
    assert parse_decimal(text) == Decimal(text)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 6, "0"),
        (-5, 2, "-0.05"),
        (100, 2, "1"),
        (120, 2, "1.2"),
        (-7, 0, "-7"),
        (1, 8, "0.00000001"),
    ],
)
def test_amounts_are_written_without_superfluous_zeros(value: int, digits: int, text: str) -> None:
    assert format_scaled(value, digits) == text


def test_an_amount_finer_than_its_currency_is_refused() -> None:
    with pytest.raises(NumberError, match="at most 8 decimals of BTC"):
        to_minor(Decimal("0.000000001"), "BTC")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1.25", "USD", 1_250_000),
        ("-0.5", "BTC", -50_000_000),
        ("3", "SPY", 3),
        ("2.50", "EUR", 2_500_000),
    ],
)
def test_an_amount_in_minor_units_is_whole(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert Decimal(format_minor(minor, currency)) == Decimal(amount)


def test_a_large_exponent_is_scaled_exactly() -> None:
    assert scaled(Decimal("1.5E+3"), 2) == 150_000


def test_an_unknown_currency_divides_to_eight_decimals() -> None:
    assert minor_digits("ACME") == 8
    with pytest.raises(NumberError):
        to_minor(Decimal("0.000000001"), "ACME")


@given(st.lists(st.integers(0, 10**12), max_size=8), st.integers(0, 10_000))
def test_the_shares_of_the_parts_never_exceed_the_share_of_the_whole(
    parts: list[int], rate_bps: int
) -> None:
    assert sum(share_bps(part, rate_bps) for part in parts) <= share_bps(sum(parts), rate_bps)


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_a_share_is_rounded_down_by_less_than_one_unit(amount_minor: int, rate_bps: int) -> None:
    exact = Decimal(amount_minor) * rate_bps / 10_000
    assert 0 <= exact - share_bps(amount_minor, rate_bps) < 1
