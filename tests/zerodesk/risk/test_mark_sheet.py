"""What marks come to, kept beside an account, is what the marks of the order in hand say."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import BTC_PERP, BTC_USD, FUNDED, NOON_MS, a_case
from zerodesk.accounts import AccountState
from zerodesk.derived import Derived
from zerodesk.limits import Limits
from zerodesk.positions import DAY_MS, Position
from zerodesk.pots import Pot
from zerodesk.rejections import RejectionCode
from zerodesk.risk import Case, Marked, assess
from zerodesk.terms import AccountTerms

MARKED = {
    "BTC-USD": BTC_USD,
    "ETH-USD": BTC_USD._replace(base="ETH"),
    "BTC-PERP": BTC_PERP,
    "ETH-PERP": BTC_PERP._replace(base="ETH", quote="EUR"),
}
LIMITED = Limits(
    mark_age_ms=1_000,
    underlying_minor={"BTC": 10**6},
    daily_loss_minor={"USD": 10**7},
)
TODAY = NOON_MS // DAY_MS
LOOKS = st.lists(
    st.tuples(
        st.sampled_from(sorted(MARKED)),
        st.sampled_from(["look", "mark", "age", "position", "isolate", "day", "volume"]),
        st.integers(-3, 3),
    ),
    min_size=1,
    max_size=12,
)


def holds_each() -> AccountState:
    """Return an account with a position in each instrument, made today."""
    positions = {symbol: Position(2, 12_000_000, day=TODAY) for symbol in MARKED}
    terms = AccountTerms(verification_level=3)
    return FUNDED.replace(positions=positions, terms=terms)


def looked_at(case: Case, symbol: str, what: str, by: int) -> Case:
    """Return a case after something has become another, or nothing has."""
    state, marked, one = case.state, dict(case.marked), case.marked[symbol]
    if what == "mark":
        marked[symbol] = one._replace(mark_price_ticks=one.mark_price_ticks + by * 1_000_000)
    elif what == "age":
        marked[symbol] = one._replace(marked_at_ms=NOON_MS - 1_000 - by)
    elif what == "position":
        state = state.replace(positions=state.positions | {symbol: Position(by, 0, day=TODAY)})
    elif what == "isolate" and symbol.endswith("-PERP"):
        pots = {} if symbol in state.isolated else {symbol: Pot(one.quote, 10**12, 0)}
        state = state.replace(isolated=pots)
    elif what == "day":
        return case._replace(at_ms=case.at_ms + DAY_MS, marked=marked)
    elif what == "volume":
        marked[symbol] = one._replace(lot_value_minor=10_000 * (4 + by))
    return case._replace(state=state, symbol=symbol, marked=marked)


@settings(max_examples=300, deadline=None)
@given(LOOKS)
def test_whatever_becomes_another_the_answer_is_as_if_nothing_had_been_kept(
    looks: list[Any],
) -> None:
    case = a_case(holds_each(), LIMITED, marked=MARKED)
    for symbol, what, by in looks:
        case = looked_at(case, symbol, what, by)
        fresh = case._replace(state=case.state.replace(derived=Derived()))
        kept, anew = case.mark_sheet, fresh.mark_sheet
        assert kept.derivatives == anew.derivatives
        assert kept.in_several_currencies == anew.in_several_currencies
        for name in ("BTC", "ETH", "USD"):
            assert kept.of_underlying(name) == anew.of_underlying(name)
            assert kept.covered(name) == anew.covered(name)
        assert assess(case) == assess(fresh)


def test_marks_that_stand_are_gone_through_once() -> None:
    case = a_case(holds_each(), LIMITED, marked=MARKED)
    again = case._replace(marked={name: Marked(*one) for name, one in MARKED.items()})
    assert again.mark_sheet is case.mark_sheet


def test_a_mark_that_was_fresh_is_stale_once_time_has_passed() -> None:
    case = a_case(holds_each(), LIMITED, marked=MARKED)
    assert assess(case) is None
    refused = assess(case._replace(at_ms=NOON_MS + 1_001))
    assert refused is not None
    assert refused.code is RejectionCode.RISK_STALE_MARK


def test_a_loss_at_another_mark_or_of_another_fill_is_today_s() -> None:
    case = a_case(holds_each(), LIMITED, marked=MARKED)
    assert assess(case) is None
    lost = MARKED["BTC-USD"]._replace(mark_price_ticks=999_999)
    fallen = case._replace(marked=MARKED | {"BTC-USD": lost})
    filled = Position(2, 22_000_001, day=TODAY)
    state = case.state.replace(positions=case.state.positions | {"BTC-USD": filled})
    for worse in (fallen, case._replace(state=state)):
        refused = assess(worse)
        assert refused is not None
        assert refused.code is RejectionCode.RISK_DAILY_LOSS_LIMIT
    assert assess(case) is None


def test_what_was_lost_yesterday_is_no_loss_of_today_at_marks_that_stand() -> None:
    lost = Position(0, 0, -(10**7), 0, TODAY, -(10**7))
    state = FUNDED.replace(positions={"BTC-USD": lost})
    case = a_case(state, LIMITED._replace(mark_age_ms=None))
    refused = assess(case)
    assert refused is not None
    assert refused.code is RejectionCode.RISK_DAILY_LOSS_LIMIT
    assert assess(case._replace(at_ms=NOON_MS + DAY_MS)) is None
