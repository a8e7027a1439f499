"""The quote of an option: the library's own value and Greeks, and a risk array of integers."""

import math
from decimal import Decimal

import numpy as np
import pytest

from tests.markets import a_market
from tests.zerodesk.pricing.surfaces.chains import a_surface
from zerodesk.options import OptionTerms
from zerodesk.orders import Side
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.option_quote import (
    GREEKS,
    LEAST_COLLAR_TICKS,
    YEAR_MS,
    MarketSurface,
    OptionQuote,
    quote_option,
)
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk.scenarios import SCENARIOS

MARKET = a_market(
    symbol="XYZ-USD",
    lot_size=Decimal("0.1"),
    max_quantity=Decimal(1_000_000),
    reference_price=Decimal(100),
)
NOW_MS = 1_790_000_000_000
HALF_YEAR_MS = NOW_MS + YEAR_MS // 2
PUT = OptionTerms("put", Decimal(95), HALF_YEAR_MS)
PUBLISHED = MarketSurface(a_surface(), NOW_MS, Decimal(100))
MARK_TICKS = 10_000


def quoted(terms: OptionTerms = PUT, **changed: object) -> OptionQuote | Rejection:
    order = {
        "mark_price_ticks": MARK_TICKS,
        "now_ms": NOW_MS,
        "side": Side.BUY,
        "price_ticks": None,
        "quantity_lots": 30,
    }
    return quote_option(MARKET, terms, PUBLISHED, **(order | changed))  # type: ignore[arg-type]


def a_quote(terms: OptionTerms = PUT, **changed: object) -> OptionQuote:
    answer = quoted(terms, **changed)
    assert isinstance(answer, OptionQuote), answer
    return answer


def test_fair_value_and_greeks_are_the_surface_s() -> None:
    quote = a_quote()
    expected = a_surface().evaluate("put", 95.0, 0.5, ("price", *GREEKS))
    assert float(quote.fair_value) == pytest.approx(float(expected["price"]), abs=1e-11)
    for name in GREEKS:
        assert float(quote.greeks[name]) == pytest.approx(float(expected[name]), abs=1e-11)
    assert quote.mark_price_ticks == round(100 * float(quote.fair_value))
    assert "e" not in "".join([quote.fair_value, *quote.greeks.values()])


def test_the_smile_moves_with_the_mark() -> None:
    # Twice the mark and twice the strike: twice the value, at the same volatility.
    doubled = a_quote(PUT._replace(strike=Decimal(190)), mark_price_ticks=2 * MARK_TICKS)
    assert doubled.volatility == a_quote().volatility
    assert float(doubled.fair_value) == pytest.approx(2.0 * float(a_quote().fair_value))


def test_time_that_passed_since_the_surface_is_gone() -> None:
    later = a_quote(now_ms=NOW_MS + YEAR_MS // 10)
    assert later.volatility == a_quote().volatility
    assert float(later.fair_value) < float(a_quote().fair_value)


def test_the_risk_array_is_what_revaluing_says_in_integers() -> None:
    quote = a_quote()
    forward, volatility = float(quote.forward), float(quote.volatility)
    discount = float(a_surface().discount_at(np.array(0.5)))
    terms = (95.0, 0.5, -math.log(discount) / 0.5)
    base = float(black76("put", forward, *terms, volatility)["price"])
    assert len(quote.risk_array_minor) == len(SCENARIOS) == 20
    assert sum(scenario.weight == 1.0 for scenario in SCENARIOS) >= 16
    assert sum(scenario.weight < 1.0 for scenario in SCENARIOS) == 2
    for scenario, profit_minor in zip(SCENARIOS, quote.risk_array_minor, strict=True):
        moved = black76(
            "put",
            forward * (1.0 + 0.15 * scenario.price),
            *terms,
            volatility * (1.0 + 0.25 * scenario.volatility),
        )["price"]
        lot_minor = 0.1 * 10**MARKET.quote_minor_digits
        expected = (float(moved) - base) * scenario.weight * lot_minor
        assert isinstance(profit_minor, int)
        assert profit_minor == pytest.approx(expected, abs=0.51)


def test_buying_needs_the_worst_premium_and_its_fee_and_selling_margin() -> None:
    bought, sold = a_quote(), a_quote(side=Side.SELL)
    worst_minor = MARKET.notional_minor(bought.collar.high_ticks, 30)
    assert bought.need_minor == MARKET.buy_need_minor(bought.collar.high_ticks, 30, 5)
    assert bought.estimated_fee_minor == worst_minor * 5 // 10_000
    assert sold.need_minor == 0
    assert sold.worst_price_ticks == sold.collar.low_ticks


def test_a_price_outside_the_collar_around_the_fair_value_is_refused() -> None:
    collar = a_quote().collar
    assert a_quote(price_ticks=collar.high_ticks).worst_price_ticks == collar.high_ticks
    refused = quoted(price_ticks=collar.high_ticks + 1)
    assert isinstance(refused, Rejection)
    assert refused.code is RejectionCode.PRICING_COLLAR


def test_an_option_worth_nothing_has_a_mark_of_a_tick_and_room_around_it() -> None:
    quote = a_quote(OptionTerms("put", Decimal("0.01"), HALF_YEAR_MS))
    assert quote.mark_price_ticks == 1
    assert (quote.collar.low_ticks, quote.collar.high_ticks) == (1, 1 + LEAST_COLLAR_TICKS)


@pytest.mark.parametrize("expiry_ms", [NOW_MS, NOW_MS - 1, NOW_MS - YEAR_MS])
def test_an_expired_option_has_no_quote(expiry_ms: int) -> None:
    refused = quoted(PUT._replace(expiry_ms=expiry_ms))
    assert isinstance(refused, Rejection)
    assert refused.code is RejectionCode.PRICING_NO_MARK


def test_an_order_beyond_exact_integers_is_refused() -> None:
    refused = quoted(quantity_lots=10**15)
    assert isinstance(refused, Rejection)
    assert refused.code is RejectionCode.PRICING_ORDER_TOO_LARGE
