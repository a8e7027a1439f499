"""The quote of a spot order: a sane price, and the most that it can cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.markets import a_market
from zerodesk.money import share_bps
from zerodesk.orders import Side
from zerodesk.pricing import Quote, collar_around, quote_quantity
from zerodesk.rejections import Rejection, RejectionCode

MARK_TICKS = 6_000_000


def quoted(side: Side, price_ticks: int | None, lots: int = 10_000) -> Quote:
    answer = quote_quantity(a_market(), MARK_TICKS, side, price_ticks, lots)
    assert isinstance(answer, Quote)
    return answer


def test_buying_one_at_the_mark_needs_its_notional_and_the_takers_fee() -> None:
    quote = quoted(Side.BUY, MARK_TICKS)
    assert quote.need_currency == "USD"
    assert quote.need_minor == 60_000_000_000 + 30_000_000


def test_selling_needs_what_it_delivers() -> None:
    quote = quoted(Side.SELL, MARK_TICKS)
    assert (quote.need_currency, quote.need_minor) == ("BTC", 100_000_000)


@pytest.mark.parametrize(("side", "worst"), [(Side.BUY, 6_300_000), (Side.SELL, 5_700_000)])
def test_a_market_order_may_go_to_the_end_of_the_collar(side: Side, worst: int) -> None:
    assert quoted(side, None).worst_price_ticks == worst


@pytest.mark.parametrize("price_ticks", [5_700_000, 6_300_000])
def test_the_ends_of_the_collar_are_admitted(price_ticks: int) -> None:
    assert quoted(Side.BUY, price_ticks).worst_price_ticks == price_ticks


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("price_ticks", [5_699_999, 6_300_001])
def test_one_tick_beyond_the_collar_is_refused_with_the_numbers(
    side: Side, price_ticks: int
) -> None:
    answer = quote_quantity(a_market(), MARK_TICKS, side, price_ticks, 1)
    assert isinstance(answer, Rejection)
    assert answer.code is RejectionCode.PRICING_COLLAR
    assert answer.limit == "57000 to 63000"


@given(st.integers(1, 10**12), st.integers(0, 100_000))
def test_the_mark_is_always_inside_and_the_collar_never_wider_than_stated(
    mark: int, bps: int
) -> None:
    collar = collar_around(mark, bps)
    assert 1 <= collar.low_ticks <= mark <= collar.high_ticks
    assert (collar.high_ticks - mark) * 10_000 <= mark * bps
    assert (mark - collar.low_ticks) * 10_000 <= mark * bps


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(1, 10**9))
def test_the_fees_of_any_fills_never_exceed_the_fee_that_was_held(
    fills: list[int], price_ticks: int
) -> None:
    market = a_market()
    whole = market.notional_minor(price_ticks, sum(fills))
    parts = sum(share_bps(market.notional_minor(price_ticks, lots), 5) for lots in fills)
    assert parts <= share_bps(whole, 5)


@pytest.mark.parametrize("side", list(Side))
def test_an_order_beyond_what_a_workflow_can_count_is_refused(side: Side) -> None:
    answer = quote_quantity(a_market(), 10**9, side, 10**9, 10**7)
    assert isinstance(answer, Rejection)
    assert answer.code is RejectionCode.PRICING_ORDER_TOO_LARGE


def test_a_quote_survives_the_workflow() -> None:
    quote = quoted(Side.BUY, None)
    assert Quote.from_dict(quote.to_dict()) == quote
