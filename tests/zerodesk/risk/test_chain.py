"""The chain answers with its first refusal, and with the numbers that decided."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.zerodesk.risk.cases import (
    BTC_PERP,
    BTC_USD,
    FUNDED,
    NOON_MS,
    a_case,
    a_command,
    a_fee,
    holding,
    positioned,
    with_position,
)
from zerodesk.accounts import AccountState
from zerodesk.kills import Kill
from zerodesk.limits import MAX_OPEN_ORDERS, Limits
from zerodesk.liquidations import Liquidation
from zerodesk.orders import Side
from zerodesk.positions import DAY_MS, FLAT
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk import CHAIN, Case, assess
from zerodesk.terms import AccountStatus, AccountTerms
from zerodesk.times import iso_ms

BTC_MINOR = 10_000
"""One lot of BTC-USD, in minor units of BTC."""


def refusal(case: Case) -> Rejection:
    rejection = assess(case)
    assert rejection is not None
    return rejection


def with_terms(**terms: Any) -> AccountState:
    return FUNDED.replace(terms=AccountTerms(**terms))


def with_open_orders(state: AccountState, count: int) -> AccountState:
    return holding(state, *(a_command(f"o{number}") for number in range(count)))


REFUSED: dict[str, Callable[[], Case]] = {
    "RISK_STALE_MARK": lambda: a_case(unmarked=("BTC-USD",)),
    "RISK_ORDER_NOTIONAL_LIMIT": lambda: a_case(
        limits=Limits(order_notional_minor={"USD": 5_999_999})
    ),
    "RISK_ORDER_ABOVE_VOLUME": lambda: a_case(
        limits=Limits(order_volume_bps=100), quantity_lots=2, day_volume_lots=199
    ),
    "RISK_ACCOUNT_UNKNOWN": lambda: a_case(FUNDED.replace(opened=False)),
    "RISK_ACCOUNT_NOT_ACTIVE": lambda: a_case(with_terms(status=AccountStatus.SUSPENDED)),
    "RISK_LIQUIDATION": lambda: a_case(FUNDED.replace(liquidation=Liquidation(7, NOON_MS))),
    "RISK_VERIFICATION_LEVEL": lambda: a_case(with_terms(verification_level=0)),
    "RISK_ORDER_RATE_LIMIT": lambda: a_case(
        FUNDED.replace(rate=(NOON_MS // 60_000, 5)), Limits(orders_per_minute=5)
    ),
    "RISK_OPEN_ORDER_LIMIT": lambda: a_case(with_open_orders(FUNDED, MAX_OPEN_ORDERS)),
    "RISK_INSUFFICIENT_BALANCE": lambda: a_case(FUNDED.replace(available={"USD": 5_999_999})),
    "RISK_POSITION_LIMIT": lambda: a_case(
        positioned(FUNDED, 10), Limits(position_minor={"BTC-USD": 10 * BTC_MINOR})
    ),
    "RISK_UNDERLYING_LIMIT": lambda: a_case(
        positioned(FUNDED, 10), Limits(underlying_minor={"BTC": 10 * BTC_MINOR})
    ),
    "RISK_LEVERAGE_LIMIT": lambda: a_case(
        with_terms(verification_level=2).replace(available={"USD": 6_000_000}),
        Limits(leverage=4),
        symbol="BTC-PERP",
        quantity_lots=4,
        quote=a_fee(1),
        marked={"BTC-PERP": BTC_PERP},
    ),
    "RISK_DAILY_LOSS_LIMIT": lambda: a_case(
        positioned(FUNDED, 10, 6_000_010), Limits(daily_loss_minor={"USD": 100})
    ),
    "RISK_INSUFFICIENT_MARGIN": lambda: a_case(
        with_terms(verification_level=2).replace(available={"USD": 10**6}),
        symbol="BTC-PERP",
        quantity_lots=4,
        quote=a_fee(1),
        marked={"BTC-PERP": BTC_PERP},
    ),
    "RISK_KILL_SWITCH": lambda: a_case(kills={"venue": Kill("house", "runaway", NOON_MS)}),
}


@pytest.mark.parametrize("code", REFUSED)
def test_each_check_refuses_with_its_code(code: str) -> None:
    assert refusal(REFUSED[code]()).code == code


@pytest.mark.parametrize("code", REFUSED)
def test_a_refusal_tells_a_person_no_milliseconds_since_1970(code: str) -> None:
    assert not re.search(r"\d{13}", refusal(REFUSED[code]()).detail)


def test_the_chain_refuses_in_the_order_of_the_codes() -> None:
    codes = [code.value for code in RejectionCode if code.stage == "RISK"]
    assert codes == list(REFUSED)
    assert len(CHAIN) == len(codes)
    for check, code in zip(CHAIN, codes, strict=True):
        rejection = check(REFUSED[code]())
        assert rejection is not None
        assert rejection.code == code


def test_the_first_reason_in_the_order_of_the_codes_wins() -> None:
    worst = REFUSED["RISK_POSITION_LIMIT"]()._replace(
        state=positioned(FUNDED, 10).replace(
            available={}, terms=with_terms(verification_level=0).terms
        ),
    )
    assert refusal(worst).code is RejectionCode.RISK_VERIFICATION_LEVEL
    verified = worst._replace(state=worst.state.replace(terms=AccountTerms()))
    assert refusal(verified).code is RejectionCode.RISK_INSUFFICIENT_BALANCE


def test_an_order_that_is_covered_to_the_unit_proceeds() -> None:
    assert assess(a_case(FUNDED.replace(available={"USD": 6_000_000}))) is None


def test_one_unit_short_is_refused_with_have_and_need() -> None:
    refused = refusal(a_case(FUNDED.replace(available={"USD": 5_999_999})))
    assert (refused.have, refused.need) == ("5.999999", "6")


def test_what_is_held_for_other_orders_does_not_count_as_available() -> None:
    held = with_open_orders(FUNDED.replace(available={"USD": 0}), 5)
    assert refusal(a_case(held)).code is RejectionCode.RISK_INSUFFICIENT_BALANCE


def test_the_last_order_within_the_limit_proceeds_and_one_more_is_refused() -> None:
    assert assess(a_case(with_open_orders(FUNDED, MAX_OPEN_ORDERS - 1))) is None
    assert refusal(a_case(with_open_orders(FUNDED, MAX_OPEN_ORDERS))).limit == "200"


def test_a_limit_of_open_orders_narrows_what_the_venue_can_carry_and_never_widens_it() -> None:
    assert refusal(a_case(with_open_orders(FUNDED, 3), Limits(open_orders=3))).limit == "3"
    wide = Limits(open_orders=MAX_OPEN_ORDERS + 50)
    assert refusal(a_case(with_open_orders(FUNDED, MAX_OPEN_ORDERS), wide)).limit == "200"


def test_a_mark_as_old_as_allowed_is_fresh_and_a_millisecond_more_is_stale() -> None:
    limits = Limits(mark_age_ms=1_000)
    assert assess(a_case(limits=limits, at_ms=NOON_MS + 1_000)) is None
    stale = refusal(a_case(limits=limits, at_ms=NOON_MS + 1_001))
    assert (stale.code, stale.have, stale.limit) == (RejectionCode.RISK_STALE_MARK, "1001", "1000")
    assert stale.detail.endswith(f"since {iso_ms(NOON_MS)}")


def test_an_order_of_little_worth_is_never_fat() -> None:
    limits = Limits(order_volume_bps=100, free_notional_minor={"USD": 12_000_000})
    assert assess(a_case(limits=limits, quantity_lots=2, day_volume_lots=0)) is None
    fat = refusal(a_case(limits=limits, quantity_lots=3, day_volume_lots=299))
    assert (fat.code, fat.have, fat.limit) == ("RISK_ORDER_ABOVE_VOLUME", "0.0003", "0.0002")


def test_the_rate_counts_by_the_minute_of_the_clock_and_never_back() -> None:
    limits, minute = Limits(orders_per_minute=5), NOON_MS // 60_000
    full = FUNDED.replace(rate=(minute, 5))
    assert refusal(a_case(full, limits)).have == "5"
    assert assess(a_case(full, limits, at_ms=NOON_MS + 60_000)) is None
    ahead = FUNDED.replace(rate=(minute + 1, 5))
    assert refusal(a_case(ahead, limits)).code is RejectionCode.RISK_ORDER_RATE_LIMIT


def test_open_orders_count_to_the_position_as_if_filled_and_only_once() -> None:
    limits = Limits(position_minor={"BTC-USD": 10 * BTC_MINOR})
    state = holding(positioned(FUNDED, 4), a_command(quantity_lots=6), filled_lots=3)
    assert assess(a_case(state, limits, quantity_lots=3)) is None
    refused = refusal(a_case(state, limits, quantity_lots=4))
    assert (refused.have, refused.limit) == ("0.0011", "0.001")


def test_orders_of_the_other_side_make_no_room() -> None:
    limits = Limits(position_minor={"BTC-USD": 10 * BTC_MINOR})
    state = holding(positioned(FUNDED, 10), a_command(side=Side.SELL, quantity_lots=5))
    assert refusal(a_case(state, limits)).code is RejectionCode.RISK_POSITION_LIMIT


def test_beyond_a_lowered_limit_the_position_may_still_be_closed() -> None:
    limits = Limits(position_minor={"BTC-USD": BTC_MINOR}, underlying_minor={"BTC": BTC_MINOR})
    long = positioned(FUNDED, 10)
    assert assess(a_case(long, limits, side=Side.SELL, quantity_lots=11)) is None
    assert refusal(a_case(long, limits, side=Side.SELL, quantity_lots=12)).have == "0.0002"
    assert assess(a_case(positioned(FUNDED, -10), limits, quantity_lots=11)) is None


def test_positions_of_one_underlying_count_together_and_others_do_not() -> None:
    limits = Limits(underlying_minor={"BTC": 10 * BTC_MINOR})
    marked = {"BTC-USD": BTC_USD, "BTC-EUR": BTC_USD._replace(quote="EUR")}
    held = FLAT.filled(Side.BUY, 6_000_000, 7, fee_minor=0, at_ms=NOON_MS)
    state = with_position(FUNDED, "BTC-EUR", held)
    assert assess(a_case(state, limits, quantity_lots=3, marked=marked)) is None
    refused = refusal(a_case(state, limits, quantity_lots=4, marked=marked))
    assert refused.code is RejectionCode.RISK_UNDERLYING_LIMIT
    other = marked | {"BTC-EUR": BTC_USD._replace(base="ETH", quote="EUR")}
    assert assess(a_case(state, limits, quantity_lots=4, marked=other)) is None


def test_the_day_s_loss_counts_what_is_closed_what_is_open_and_fees() -> None:
    limits = Limits(daily_loss_minor={"USD": 131})
    lost = FLAT.filled(Side.BUY, 6_000_010, 10, fee_minor=20, at_ms=NOON_MS)
    lost = lost.filled(Side.SELL, 6_000_000, 1, fee_minor=10, at_ms=NOON_MS)
    state = with_position(FUNDED, "BTC-USD", lost)
    assert assess(a_case(state, limits)) is None
    exact = limits._replace(daily_loss_minor={"USD": 130})
    refused = refusal(a_case(state, exact))
    assert (refused.have, refused.limit) == ("0.00013", "0.00013")


def test_past_the_day_s_loss_a_position_may_be_closed_and_not_turned() -> None:
    limits = Limits(daily_loss_minor={"USD": 1})
    state = positioned(FUNDED, 10, 6_000_010)
    assert assess(a_case(state, limits, side=Side.SELL, quantity_lots=10)) is None
    turning = a_case(state, limits, side=Side.SELL, quantity_lots=11)
    assert refusal(turning).code is RejectionCode.RISK_DAILY_LOSS_LIMIT


def test_yesterday_s_closed_losses_are_not_today_s() -> None:
    limits = Limits(daily_loss_minor={"USD": 1})
    closed = FLAT.filled(Side.BUY, 6_000_010, 1, fee_minor=0, at_ms=NOON_MS)
    closed = closed.filled(Side.SELL, 6_000_000, 1, fee_minor=0, at_ms=NOON_MS)
    state = with_position(FUNDED, "BTC-USD", closed)
    assert refusal(a_case(state, limits)).code is RejectionCode.RISK_DAILY_LOSS_LIMIT
    assert assess(a_case(state, limits, at_ms=NOON_MS + DAY_MS)) is None


def test_a_perpetual_needs_the_second_verification_level() -> None:
    perpetual: Any = {"symbol": "BTC-PERP", "quote": a_fee(1), "marked": {"BTC-PERP": BTC_PERP}}
    below = with_terms(verification_level=1)
    assert (refusal(a_case(below, **perpetual)).code, refusal(a_case(below, **perpetual)).need) == (
        RejectionCode.RISK_VERIFICATION_LEVEL,
        "2",
    )
    assert assess(a_case(with_terms(verification_level=2), **perpetual)) is None


def test_a_case_is_decided_without_being_changed() -> None:
    case = REFUSED["RISK_UNDERLYING_LIMIT"]()
    before = case.state.to_dict()
    assess(case)
    assert case.state.to_dict() == before
