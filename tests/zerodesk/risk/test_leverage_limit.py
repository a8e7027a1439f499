"""A limit of leverage: what perpetuals are worth, as so many times what the account has."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import (
    BTC_PERP,
    BTC_USD,
    NOON_MS,
    a_case,
    a_command,
    a_fee,
    a_quote,
    holding,
    with_position,
)
from zerodesk.accounts import AccountState
from zerodesk.derived import Working
from zerodesk.limits import Limits
from zerodesk.orders import Side
from zerodesk.positions import FLAT
from zerodesk.pots import Pot
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk import Case
from zerodesk.risk.chain import leverage_within_limit
from zerodesk.risk.exposure import Leveraged, leverage, own_minor

PRICE = BTC_PERP.mark_price_ticks
"""What a lot is worth, in minor units: 6 USD."""

MARKED = {"BTC-PERP": BTC_PERP, "ETH-PERP": BTC_PERP._replace(base="ETH", mark_price_ticks=400_000)}
TWICE = Limits(leverage=2)


def rich(usd_minor: int) -> AccountState:
    return AccountState(opened=True, available={"USD": usd_minor})


def long(
    state: AccountState, lots: int, price_ticks: int = PRICE, symbol: str = "BTC-PERP"
) -> AccountState:
    side = Side.BUY if lots > 0 else Side.SELL
    held = FLAT.filled(side, price_ticks, abs(lots), fee_minor=0, at_ms=NOON_MS)
    return with_position(state, symbol, held)


def an_order(state: AccountState, lots: int, side: Side = Side.BUY, **more: Any) -> Case:
    case = a_case(
        state,
        TWICE,
        symbol="BTC-PERP",
        side=side,
        quantity_lots=lots,
        quote=a_fee(0),
        marked=MARKED,
    )
    return case._replace(**more)


def refused(case: Case) -> Rejection:
    rejection = leverage_within_limit(case)
    assert rejection is not None
    assert rejection.code is RejectionCode.RISK_LEVERAGE_LIMIT
    return rejection


def test_as_many_times_as_allowed_is_taken_to_the_unit_and_the_fee_is_not_there() -> None:
    assert leverage_within_limit(an_order(rich(5 * PRICE), 10)) is None
    short = refused(an_order(rich(5 * PRICE), 10, quote=a_fee(1)))
    assert (short.have, short.limit) == ("60", "59.999998")


def test_without_a_limit_nothing_is_refused() -> None:
    assert leverage_within_limit(an_order(rich(1), 10, limits=Limits())) is None


def test_open_orders_count_as_filled_on_the_worse_side() -> None:
    sales = holding(rich(5 * PRICE), a_command("s", Side.SELL, quantity_lots=8, symbol="BTC-PERP"))
    assert leverage_within_limit(an_order(sales, 10)) is None
    assert leverage_within_limit(an_order(sales, 2, Side.SELL)) is None
    assert refused(an_order(sales, 3, Side.SELL)).have == "66"


def test_all_perpetuals_of_the_currency_count_together_short_as_long() -> None:
    # 15 lots at 0.4 USD are worth a lot of the other.
    both = long(rich(5 * PRICE), -15, 400_000, "ETH-PERP")
    assert leverage_within_limit(an_order(both, 9)) is None
    assert refused(an_order(both, 10)).have == "66"


def test_what_is_lost_at_the_mark_is_not_there_and_what_is_made_is() -> None:
    lost = long(rich(5 * PRICE), 1, PRICE + 2)
    assert refused(an_order(lost, 9)).limit == "59.999996"
    made = long(rich(5 * PRICE - 2), 1, PRICE - 2)
    assert leverage_within_limit(an_order(made, 9)) is None


def test_an_isolated_position_and_its_pot_are_the_account_s_too() -> None:
    apart = long(rich(2 * PRICE), 4).replace(isolated={"BTC-PERP": Pot("USD", 3 * PRICE, 1)})
    assert leverage_within_limit(an_order(apart, 6)) is None
    assert refused(an_order(apart, 7)).limit == "60"


def test_beyond_the_limit_what_only_closes_is_taken_and_what_turns_too_far_is_not() -> None:
    beyond = long(rich(PRICE), 10)
    assert leverage_within_limit(an_order(beyond, 10, Side.SELL)) is None
    assert leverage_within_limit(an_order(beyond, 99, Side.SELL, reduce_only=True)) is None
    assert refused(an_order(beyond, 11, Side.SELL)).have == "60"
    assert refused(an_order(long(rich(-1), 1), 1)).limit == "0"


def test_a_purchase_of_spot_spends_what_leverage_is_a_multiple_of_and_a_sale_does_not() -> None:
    held = long(rich(6 * PRICE), 10).replace(available={"USD": 6 * PRICE, "BTC": 10**6})
    one = a_case(held, TWICE, marked={**MARKED, "BTC-USD": BTC_USD})
    assert leverage_within_limit(one) is None
    two = a_case(held, TWICE, quantity_lots=2, quote=a_quote(quantity_lots=2), marked=one.marked)
    assert refused(two).limit == "48"
    assert leverage_within_limit(two._replace(side=Side.SELL, quote=a_quote(Side.SELL, 2))) is None


def test_spot_alone_has_no_leverage() -> None:
    assert leverage_within_limit(a_case(rich(PRICE), TWICE)) is None


@given(st.integers(-30, 30), st.integers(0, 9), st.integers(0, 9), st.integers(1, 10**9))
def test_what_is_admitted_is_used_to_no_more_than_the_limit(
    held: int, buys: int, lots: int, usd_minor: int
) -> None:
    state = holding(
        long(rich(usd_minor), held) if held else rich(usd_minor),
        *[a_command("b", quantity_lots=buys, symbol="BTC-PERP")] * bool(buys),
    )
    if leverage_within_limit(an_order(state, lots + 1)) is not None:
        return
    ordered = holding(state, a_command("o", quantity_lots=lots + 1, symbol="BTC-PERP"))
    used = leverage(ordered, MARKED)
    closes = held + buys + lots + 1 <= 0
    assert closes or (used is not None and used <= 2)


CHANGES = st.tuples(
    st.sampled_from([*MARKED]), st.integers(-30, 30), st.integers(0, 9), st.sampled_from(Side)
)
"""Of one instrument: what is open then, and the lots of an order more; 0 of either is nothing."""


@given(st.lists(CHANGES, max_size=6), st.integers(1, 9))
def test_what_is_kept_from_order_to_order_is_what_it_is_anew(
    changes: list[tuple[str, int, int, Side]], lots: int
) -> None:
    kept, state = Leveraged(MARKED, "USD"), rich(10**9)
    added = {"BTC-PERP": Working(buy_lots=lots)}
    for number, (symbol, held, ordered, side) in enumerate(changes):
        if held:
            state = long(state, held, PRICE + number, symbol)
        if ordered:
            one = a_command(str(number), side, quantity_lots=ordered, symbol=symbol)
            state = holding(state, one)
        anew = Leveraged(MARKED, "USD")
        assert kept.worst_worth_minor(state, added) == anew.worst_worth_minor(state, added)
        assert kept.worst_worth_minor(state) == Leveraged(MARKED, "USD").worst_worth_minor(state)
        assert own_minor(state, "USD", kept) == own_minor(state, "USD", anew)


@pytest.mark.parametrize(
    ("state", "times"),
    [
        (rich(5), Decimal(0)),
        (long(rich(3 * PRICE), 10), Decimal("3.34")),
        (long(rich(0), 1), None),
    ],
)
def test_leverage_is_told_rounded_up_and_not_of_nothing(
    state: AccountState, times: Decimal | None
) -> None:
    assert leverage(state, MARKED) == times
