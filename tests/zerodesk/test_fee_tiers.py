"""Fee tiers: schedules that make sense, and the tier of a turnover."""

from bisect import bisect_right
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import BTC_USD, FUNDED, NOON_MS, a_case, a_command
from zerodesk.commands import PlaceCommand
from zerodesk.dues import Due, settle
from zerodesk.fee_tiers import FeeTier, FeeTiersError, Schedule, checked
from zerodesk.instruments import MAX_FEE_BPS
from zerodesk.orders import Side
from zerodesk.positions import DAY_MS, day_of
from zerodesk.risk import Case, admit
from zerodesk.turnover import WINDOW_DAYS, turnover_minor, with_turnover

TIERS = (FeeTier(0, 2, 5), FeeTier(1_000, 0, 4), FeeTier(5_000, -3, 3))
USD = Schedule("USD", TIERS)
DAYS = st.integers(20_000, 20_080)
TRADED = st.lists(st.tuples(DAYS, st.integers(0, 10**9)), max_size=40)


@pytest.mark.parametrize(
    ("tiers", "place"),
    [
        ([FeeTier(1, 2, 5)], (0, "from_turnover")),
        ([FeeTier(0, 2, 5), FeeTier(0, 1, 5)], (1, "from_turnover")),
        ([FeeTier(0, 2, 5), FeeTier(9, 3, 5)], (1, "maker_bps")),
        ([FeeTier(0, 2, 5), FeeTier(9, 2, 6)], (1, "taker_bps")),
        ([FeeTier(0, 6, 5)], (0, "maker_bps")),
        ([FeeTier(0, 2, -1)], (0, "maker_bps")),
        ([FeeTier(0, 0, MAX_FEE_BPS + 1)], (0, "taker_bps")),
        ([FeeTier(0, 0, 5), FeeTier(9, -4, 3)], (1, "maker_bps")),
        ([FeeTier(0, -4, 5), FeeTier(9, -4, 3)], (0, "maker_bps")),
    ],
)
def test_tiers_that_break_a_rule_name_the_tier_and_the_field(
    tiers: list[FeeTier], place: tuple[int, str]
) -> None:
    with pytest.raises(FeeTiersError) as caught:
        checked(tiers)
    if tiers != [FeeTier(0, 2, -1)]:
        assert (caught.value.tier, caught.value.field) == place


def test_tiers_that_make_sense_stay_as_they_are() -> None:
    assert checked(TIERS) == TIERS
    assert checked([]) == ()
    assert Schedule.of("USD", USD.rows()) == USD


@example(999)
@example(1_000)
@example(5_000)
@given(st.integers(0, 10_000))
def test_the_tier_of_a_turnover_is_the_last_that_it_has_reached(turnover: int) -> None:
    assert USD.tier_at(turnover) == bisect_right([0, 1_000, 5_000], turnover) - 1


@given(TRADED, DAYS, st.data())
def test_the_turnover_of_30_days_is_their_sum_in_whatever_parts_it_was_told(
    traded: list[tuple[int, int]], today: int, data: st.DataObject
) -> None:
    """As if every trade were kept; a day that nobody will ask for any more may be forgotten."""
    days: dict[str, int] = {}
    rest = list(traded)
    while rest:
        count = data.draw(st.integers(1, len(rest)))
        days, rest = with_turnover(days, rest[:count]), rest[count:]
    latest = max((day for day, minor in traded if minor), default=0)
    today = max(today, latest)
    kept = [minor for day, minor in traded if today - WINDOW_DAYS < day]
    assert turnover_minor(days, today * DAY_MS) == sum(kept)
    assert len(days) <= WINDOW_DAYS


def case_of(turnover_minor_: int, **changes: Any) -> Case:
    days = {str(day_of(NOON_MS)): turnover_minor_} if turnover_minor_ else {}
    turnover = {"USD": days}
    case = a_case(FUNDED, **changes)
    quote = case.quote._replace(
        worth_minor=6_000_000, estimated_fee_minor=3_000, need_minor=6_003_000
    )
    state = FUNDED.__class__.from_dict(FUNDED.to_dict() | {"turnover": turnover})
    return case._replace(state=state, quote=quote, schedule=USD)


def held(case: Case, side: Side = Side.BUY) -> tuple[PlaceCommand, dict[str, Any]]:
    change = admit(case, a_command("o1", side, 1))
    command = change.state.holds["o1"].command
    assert command["kind"] == "place"
    return command, change.cause["decided_on"]["fees"]


@pytest.mark.parametrize(
    ("turnover", "tier", "rates", "need_minor"),
    [
        (0, 0, (2, 5), 6_003_000),
        (999, 0, (2, 5), 6_003_000),
        (1_000, 1, (0, 4), 6_002_400),
        (9_000, 2, (-3, 3), 6_001_800),
    ],
)
def test_an_order_takes_the_rates_of_its_accounts_tier_along_and_holds_that_takers_fee(
    turnover: int, tier: int, rates: tuple[int, int], need_minor: int
) -> None:
    command, why = held(case_of(turnover, side=Side.BUY, quantity_lots=1))
    assert (command["maker_bps"], command["taker_bps"]) == rates
    assert command["held_minor"] == need_minor
    assert why == {"scope": "USD", "tier": tier, "turnover_minor": turnover}


def test_a_seller_who_delivers_holds_what_it_delivers_whatever_its_rates() -> None:
    case = case_of(9_000, side=Side.SELL, quantity_lots=1)
    case = case._replace(quote=case.quote._replace(need_currency="BTC", need_minor=10_000))
    command, _ = held(case, Side.SELL)
    assert (command["taker_bps"], command["held_minor"]) == (3, 10_000)


def test_turnover_of_more_than_29_days_ago_counts_no_more() -> None:
    case = case_of(9_000, side=Side.BUY, quantity_lots=1)
    later = case._replace(at_ms=case.at_ms + 29 * DAY_MS)
    assert held(later)[1]["tier"] == 2
    marked = {"BTC-USD": BTC_USD._replace(marked_at_ms=case.at_ms + 30 * DAY_MS)}
    gone = case._replace(at_ms=case.at_ms + 30 * DAY_MS, marked=marked)
    assert held(gone)[1]["tier"] == 0


def test_a_quote_that_does_not_say_what_its_fee_is_of_keeps_the_listings_rates() -> None:
    case = case_of(9_000, side=Side.BUY, quantity_lots=1)
    case = case._replace(quote=case.quote._replace(worth_minor=None))
    change = admit(case, a_command("o1", Side.BUY, 1))
    assert "fees" not in change.cause.get("decided_on", {})


def test_what_is_settled_counts_once_by_its_day() -> None:
    due = Due(1, (), (), (), (), "USD", ((20_000, 70), (20_001, 5)))
    once = settle(FUNDED, "BTC-USD", 1, [due])
    assert once is not None
    assert once.state.turnover == {"USD": {"20000": 70, "20001": 5}}
    assert settle(once.state, "BTC-USD", 1, [due]) is None
    assert once.state.to_dict()["turnover"] == once.state.turnover
    assert "turnover" not in FUNDED.to_dict()
