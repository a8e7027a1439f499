"""Margin at the chain: to the unit what the obvious sum says, and what only closes is taken."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import (
    BTC_PERP,
    BTC_USD,
    NOON_MS,
    a_case,
    a_command,
    a_fee,
    holding,
    with_position,
)
from zerodesk.accounts import AccountState
from zerodesk.limits import Limits
from zerodesk.orders import Side
from zerodesk.positions import FLAT
from zerodesk.rejections import Rejection
from zerodesk.risk import Case, assess, symbols_needed
from zerodesk.risk.margin import margin_covers_positions
from zerodesk.terms import AccountTerms

ETH_PERP = BTC_PERP._replace(base="ETH", mark_price_ticks=400_000)
MARKED = {"BTC-PERP": BTC_PERP, "ETH-PERP": ETH_PERP}
PRICE = BTC_PERP.mark_price_ticks


def rich(usd_minor: int) -> AccountState:
    return AccountState(
        opened=True, available={"USD": usd_minor}, terms=AccountTerms(verification_level=2)
    )


def long(state: AccountState, lots: int, price_ticks: int = PRICE) -> AccountState:
    side = Side.BUY if lots > 0 else Side.SELL
    held = FLAT.filled(side, price_ticks, abs(lots), fee_minor=0, at_ms=NOON_MS)
    return with_position(state, "BTC-PERP", held)


def a_perpetual(state: AccountState, side: Side = Side.BUY, lots: int = 1, **more: Any) -> Case:
    case = a_case(state, symbol="BTC-PERP", side=side, quantity_lots=lots, quote=a_fee(1))
    return case._replace(marked=MARKED, **more)


def code(case: Case) -> str | None:
    rejection = assess(case)
    return None if rejection is None else rejection.code.value


def short(case: Case) -> Rejection:
    rejection = margin_covers_positions(case)
    assert rejection is not None
    return rejection


def test_a_single_future_needs_its_share_and_its_fee_to_the_unit() -> None:
    # A lot is worth 6 USD at the mark, and 5 % of ten are 3.
    assert code(a_perpetual(rich(3_000_001), lots=10)) is None
    refused = short(a_perpetual(rich(3_000_000), lots=10))
    assert (refused.have, refused.need) == ("2.999999", "3")


def test_the_larger_part_of_a_position_needs_the_larger_share() -> None:
    # 60 USD at 5 % and 60 at 10 %.
    assert short(a_perpetual(rich(0), lots=20)).need == "9"


def test_what_is_lost_at_the_mark_is_not_there_and_what_is_made_is() -> None:
    lost = long(rich(6_000_000), 10, PRICE + 300_000)
    assert short(a_perpetual(lost)).have == "2.999999"
    made = long(rich(0), 10, PRICE - 300_000)
    assert (short(a_perpetual(made)).have, short(a_perpetual(made)).need) == ("2.999999", "3.6")


def test_open_orders_count_as_filled_on_the_worse_side() -> None:
    both = holding(
        rich(0),
        a_command("o1", Side.BUY, 4, "BTC-PERP"),
        a_command("o2", Side.SELL, 6, "BTC-PERP"),
        a_command("o3", Side.SELL, 3, "ETH-PERP"),
    )
    # The seven that may be sold are worse than the four that may be bought; three of ETH at 0.4.
    assert short(a_perpetual(both, Side.SELL)).need == "2.16"
    assert short(a_perpetual(both, Side.BUY)).need == "1.86"


def test_what_only_closes_is_taken_without_any_margin_and_what_turns_is_not() -> None:
    broke = long(rich(1), 10, 2 * PRICE)
    assert code(a_perpetual(broke, Side.SELL, 10)) is None
    assert code(a_perpetual(broke, Side.SELL, 11)) == "RISK_INSUFFICIENT_MARGIN"
    assert code(a_perpetual(broke, Side.SELL, 11, reduce_only=True)) is None


def test_reduce_only_orders_that_are_open_need_nothing() -> None:
    resting: Any = a_command("o1", Side.SELL, 50, "BTC-PERP") | {"reduce_only": True}
    assert short(a_perpetual(long(rich(0), 10), lots=1)).need == "3.6"
    assert short(a_perpetual(holding(long(rich(0), 10), resting), lots=1)).need == "3.6"


def test_reduce_only_counts_to_no_limit_of_a_position() -> None:
    limits = Limits(position_minor={"BTC-PERP": 1}, underlying_minor={"BTC": 1})
    state = long(rich(10**9), -5)
    assert code(a_perpetual(state, Side.BUY, 9, limits=limits, reduce_only=True)) is None
    assert code(a_perpetual(state, Side.BUY, 9, limits=limits)) == "RISK_POSITION_LIMIT"


def test_a_purchase_of_spot_leaves_the_margin_of_what_is_open() -> None:
    marked = MARKED | {"BTC-USD": BTC_USD}
    state = long(rich(9_000_000), 10)
    assert code(a_case(state, marked=marked)) is None
    less = long(rich(8_999_999), 10)
    refused = short(a_case(less, marked=marked))
    assert (refused.have, refused.need) == ("2.999999", "3")
    sale = a_case(less.replace(available={"USD": 0, "BTC": 10**6}), side=Side.SELL, marked=marked)
    assert code(sale) is None


def test_a_mark_that_is_missing_or_old_is_not_guessed() -> None:
    assert code(a_perpetual(rich(10**9), unmarked=("ETH-PERP",))) == "RISK_STALE_MARK"
    ten_minutes_ms = 600_000
    assert code(a_perpetual(rich(10**9), at_ms=NOON_MS + ten_minutes_ms)) is None
    late = a_perpetual(rich(10**9), at_ms=NOON_MS + ten_minutes_ms + 1)
    assert code(late) == "RISK_STALE_MARK"
    # Spot has no margin, so its mark may be as old as the limits allow.
    spot = a_case(rich(10**9), marked={"BTC-USD": BTC_USD}, at_ms=NOON_MS + ten_minutes_ms + 1)
    assert code(spot) is None


def test_every_derivative_that_is_open_is_marked_and_spot_is_not() -> None:
    state = holding(long(rich(0), 1), a_command("o1", Side.BUY, 1, "ETH-PERP"), a_command("o2"))
    assert symbols_needed(state, "BTC-USD", Limits(), NOON_MS) == {"BTC-PERP", "ETH-PERP"}
    assert symbols_needed(rich(0), "BTC-PERP", Limits(), NOON_MS) == {"BTC-PERP"}
    assert symbols_needed(rich(0), "BTC-USD", Limits(), NOON_MS) == set()


def test_the_marks_of_a_decision_are_on_record_without_any_limit() -> None:
    marks = a_perpetual(rich(10**9)).evidence()["decided_on"]["marks"]
    assert marks["BTC-PERP"] == [PRICE, NOON_MS]


LOTS = st.integers(-40, 40)
ORDERS = st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 30), st.booleans()), max_size=6)


@given(LOTS, st.integers(1, 2 * PRICE), ORDERS, st.integers(1, 30), st.sampled_from(Side))
def test_the_need_is_the_worst_of_every_way_in_which_orders_may_fill(
    held: int,
    entry_ticks: int,
    orders: list[tuple[Side, int, bool]],
    lots: int,
    side: Side,
) -> None:
    """Fill every subset of the orders, and take the way that needs the most."""
    state = long(rich(0), held, entry_ticks) if held else rich(0)
    for number, (of_side, of_lots, only_reduces) in enumerate(orders):
        one: Any = a_command(f"o{number}", of_side, of_lots, "BTC-PERP")
        state = holding(state, one | ({"reduce_only": True} if only_reduces else {}))
    signed = [n if s is Side.BUY else -n for s, n, only_reduces in orders if not only_reduces]
    signed.append(lots if side is Side.BUY else -lots)
    ways = {held}
    for more in signed:
        ways |= {way + more for way in ways}
    worst = max(abs(way) for way in ways) * PRICE
    small = min(worst, 60_000_000)
    need = -(-(small * 500 + (worst - small) * 1_000) // 10_000)
    have = held * (PRICE - entry_ticks) - 1
    rejection = margin_covers_positions(a_perpetual(state, side, lots))
    same_side = [way for way in signed[:-1] if (way > 0) is (side is Side.BUY)]
    closes = (held if side is Side.BUY else -held) + sum(map(abs, same_side)) + lots <= 0
    if closes or have >= need:
        assert rejection is None
    else:
        assert rejection is not None
        assert (rejection.have, rejection.need) == (f"{Scaled(have)}", f"{Scaled(need)}")


class Scaled:
    """Minor units of a dollar, as the venue writes them."""

    def __init__(self, minor: int) -> None:
        self.minor = minor

    def __str__(self) -> str:
        whole, part = divmod(abs(self.minor), 10**6)
        sign = "-" if self.minor < 0 else ""
        return sign + (f"{whole}.{part:06d}".rstrip("0").rstrip("."))
