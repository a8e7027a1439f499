"""What the API shows is what is stored, in decimals, to the last digit."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk_aws.test_filters import a_market
from zerodesk_aws.views.orders import AVERAGE_DIGITS, average_price

MARKET = a_market()


@given(fills=st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 10**4)), min_size=1))
def test_an_average_price_is_the_exact_one_rounded_half_to_even(
    fills: list[tuple[int, int]],
) -> None:
    lots = sum(quantity for _, quantity in fills)
    notional_minor = sum(MARKET.notional_minor(price, quantity) for price, quantity in fills)
    tick = Fraction(MARKET.tick_units, 10**MARKET.tick_digits)
    exact = Fraction(sum(price * quantity for price, quantity in fills), lots) * tick
    shown = average_price(MARKET, notional_minor, lots)
    assert shown is not None
    assert Fraction(Decimal(shown)) == round(exact, MARKET.tick_digits + AVERAGE_DIGITS)


def test_without_a_fill_there_is_no_average() -> None:
    assert average_price(MARKET, 0, 0) is None


def test_an_average_of_one_price_is_that_price() -> None:
    assert average_price(MARKET, MARKET.notional_minor(7, 3), 3) == "1.75"
