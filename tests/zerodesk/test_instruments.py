"""Markets: steps that never round, and what orders need in them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.markets import a_market
from zerodesk.instruments import DecimalsChangedError, Market, Product
from zerodesk.money import NumberError
from zerodesk.tiers import Tier


def a_share() -> Market:
    return a_market(
        symbol="SPY-USD",
        tick_size=Decimal("0.0001"),
        lot_size=Decimal(1),
        reference_price=Decimal("165.25"),
    )


def test_a_tick_of_a_lot_is_worth_a_whole_number_of_minor_units() -> None:
    market, share = a_market(), a_share()
    assert (market.tick_value_minor, market.lot_value_minor) == (1, 10_000)
    assert (share.tick_value_minor, share.lot_value_minor) == (100, 1)


def test_a_market_takes_its_currencies_from_its_symbol() -> None:
    market = a_market()
    assert (market.base, market.quote) == ("BTC", "USD")


def test_a_market_survives_its_way_through_a_record() -> None:
    assert Market.from_dict(a_market().to_dict()) == a_market()


def test_a_price_off_the_tick_is_refused() -> None:
    with pytest.raises(NumberError, match=r"a multiple of the tick, 0\.01"):
        a_market().price_ticks(Decimal("100.005"))


def test_a_price_finer_than_the_tick_digits_but_off_the_tick_units_is_refused() -> None:
    quarter = a_market(tick_size=Decimal("0.25"))
    assert quarter.price_ticks(Decimal("100.50")) == 402
    with pytest.raises(NumberError):
        quarter.price_ticks(Decimal("100.51"))


def test_a_quantity_off_the_lot_is_refused() -> None:
    with pytest.raises(NumberError, match=r"a multiple of the lot, 0\.0001"):
        a_market().quantity_lots(Decimal("0.00015"))


def a_perpetual(**changed: Any) -> Market:
    terms = {"symbol": "BTC-PERP", "quote": "USD", "margin": [Tier(0, 500, 250)]}
    return a_market(**(terms | changed))


def test_nothing_of_a_perpetual_is_delivered_and_its_fee_is_held_in_its_quote() -> None:
    market = a_perpetual()
    assert (market.product, market.base, market.quote) == (Product.PERPETUAL, "BTC", "USD")
    assert (market.lot_value_minor, market.delivered_minor) == (10_000, 0)
    assert a_market().delivered_minor == 10_000
    for is_buy in (True, False):
        assert market.held_currency(is_buy=is_buy) == "USD"
        # 30,000 at 5 basis points, and a unit.
        assert market.need_minor(10_000, 3, 5, is_buy=is_buy) == 15 + 1


def test_a_perpetual_survives_its_way_through_a_record_and_spot_says_nothing_of_margin() -> None:
    market = a_perpetual(margin=[Tier(0, 500, 250), Tier(10**9, 1_000, 500)])
    assert market.to_dict()["margin"] == [[0, 500, 250], [10**9, 1_000, 500]]
    assert Market.from_dict(market.to_dict()) == market
    assert "margin" not in a_market().to_dict()


@given(st.integers(1, 10**12))
def test_ticks_and_lots_are_written_and_read_without_loss(steps: int) -> None:
    for market in (a_market(), a_share(), a_market(tick_size=Decimal("0.25"))):
        assert market.price_ticks(Decimal(market.format_price(steps))) == steps
        assert market.quantity_lots(Decimal(market.format_quantity(steps))) == steps


@given(st.integers(1, 10**9), st.integers(1, 10**6))
def test_a_notional_is_price_times_quantity_to_the_last_unit(ticks: int, lots: int) -> None:
    market = a_market()
    price, quantity = Decimal(market.format_price(ticks)), Decimal(market.format_quantity(lots))
    assert market.notional_minor(ticks, lots) == price * quantity * 10**6


@given(
    st.integers(1, 10**6),
    st.lists(st.tuples(st.integers(1, 500), st.integers(0, 10**6)), min_size=1, max_size=6),
    st.integers(0, 1_000),
)
def test_what_buying_needs_covers_any_fills_at_or_below_the_limit(
    limit_ticks: int, fills: list[tuple[int, int]], rate_bps: int
) -> None:
    market = a_market()._replace(taker_bps=rate_bps)
    spent_minor = 0
    for lots, below_ticks in fills:
        notional_minor = market.notional_minor(max(1, limit_ticks - below_ticks), lots)
        spent_minor += notional_minor + notional_minor * rate_bps // 10_000
    lots = sum(lots for lots, _ in fills)
    assert spent_minor <= market.buy_need_minor(limit_ticks, lots, rate_bps)


@given(
    market=st.sampled_from([a_market(), a_perpetual()]),
    is_buy=st.booleans(),
    ticks=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    lots=st.tuples(st.integers(1, 10**4), st.integers(1, 10**4)),
    filled=st.integers(0, 10**4),
    rate_bps=st.integers(0, 10_000),
)
def test_what_may_not_need_more_needs_no_more_whatever_is_filled_of_it(
    *,
    market: Market,
    is_buy: bool,
    ticks: tuple[int, int],
    lots: tuple[int, int],
    filled: int,
    rate_bps: int,
) -> None:
    filled = min(filled, *lots)
    before, after = (
        market.need_minor(price, quantity - filled, rate_bps, is_buy=is_buy)
        for price, quantity in zip(ticks, lots, strict=True)
    )
    than = ticks[0], lots[0]
    assert market.may_need_more(ticks[1], lots[1], than=than, is_buy=is_buy) or after <= before


def test_more_lots_may_need_more_and_a_higher_price_but_of_who_delivers() -> None:
    spot, perpetual, than = a_market(), a_perpetual(), (10, 5)
    assert spot.may_need_more(11, 5, than=than, is_buy=True)
    assert spot.may_need_more(10, 6, than=than, is_buy=False)
    assert perpetual.may_need_more(11, 5, than=than, is_buy=False)
    assert not spot.may_need_more(11, 5, than=than, is_buy=False)
    assert not perpetual.may_need_more(10, 5, than=than, is_buy=True)


def test_what_selling_needs_is_the_lots_themselves() -> None:
    assert a_market().sell_need_minor(7) == 70_000


@pytest.mark.parametrize("currency", ["base", "quote"])
def test_a_market_that_was_listed_with_other_decimals_is_not_read(currency: str) -> None:
    journaled = a_market().to_dict()
    assert Market.from_dict(journaled) == a_market()
    journaled[f"{currency}_minor_digits"] = 2
    with pytest.raises(DecimalsChangedError, match="2 decimals"):
        Market.from_dict(journaled)
