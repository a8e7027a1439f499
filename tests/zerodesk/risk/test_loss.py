"""An account that has lost its limit of the day may only close until the day ends."""

from typing import Any

from tests.zerodesk.risk.cases import BTC_USD, FUNDED, NOON_MS, a_case, positioned
from zerodesk.limits import Limits
from zerodesk.losses import LossStop
from zerodesk.orders import Side
from zerodesk.positions import DAY_MS
from zerodesk.rejections import RejectionCode
from zerodesk.risk import assess
from zerodesk.risk.loss import loss_stop
from zerodesk.terms import AccountTerms
from zerodesk.times import iso_ms

MIDNIGHT_MS = NOON_MS + DAY_MS // 2
STOP = LossStop("USD", 130, 100, NOON_MS)
LONG = positioned(FUNDED, 10, 6_000_013)
MARKED = {"BTC-USD": BTC_USD}


def stopped(**changes: Any) -> Any:
    state = LONG.replace(terms=AccountTerms(loss_stop=STOP))
    return a_case(state, **changes)


def limited(minor: int, **others: Any) -> Limits:
    return Limits(daily_loss_minor={"USD": minor}, **others)


def test_the_stop_names_what_was_lost_of_how_much_when() -> None:
    assert loss_stop(LONG, limited(100), MARKED, NOON_MS) == STOP


def test_at_its_limit_an_account_is_stopped_and_a_unit_below_it_is_not() -> None:
    assert loss_stop(LONG, limited(130), MARKED, NOON_MS) is not None
    assert loss_stop(LONG, limited(131), MARKED, NOON_MS) is None


def test_nobody_is_stopped_on_a_mark_that_is_missing_or_stale() -> None:
    assert loss_stop(LONG, limited(100), {}, NOON_MS) is None
    bounded = limited(100, mark_age_ms=1_000)
    assert loss_stop(LONG, bounded, MARKED, NOON_MS + 1_000) is not None
    assert loss_stop(LONG, bounded, MARKED, NOON_MS + 1_001) is None


def test_fundings_that_were_paid_today_are_a_loss_and_those_received_are_none() -> None:
    [(symbol, held)] = LONG.positions.items()
    paid = LONG.replace(positions={symbol: held.funded(-25, NOON_MS)})
    found = loss_stop(paid, limited(155), MARKED, NOON_MS)
    assert found is not None
    assert found.loss_minor == 155
    received = LONG.replace(positions={symbol: held.funded(25, NOON_MS)})
    assert loss_stop(received, limited(106), MARKED, NOON_MS) is None
    yesterday = LONG.replace(positions={symbol: held.funded(-25, NOON_MS - DAY_MS)})
    assert loss_stop(yesterday, limited(131), MARKED, NOON_MS) is None


def test_a_loss_in_another_currency_than_the_limit_s_stops_nobody() -> None:
    assert loss_stop(LONG, Limits(daily_loss_minor={"EUR": 1}), MARKED, NOON_MS) is None


def test_a_stopped_account_closes_and_opens_nothing_whatever_the_marks_and_limits_are() -> None:
    refused = assess(stopped())
    assert refused is not None
    assert refused.code is RejectionCode.RISK_DAILY_LOSS_LIMIT
    assert (refused.have, refused.limit) == ("0.00013", "0.0001")
    assert f"until {iso_ms(MIDNIGHT_MS)}, since" in refused.detail
    assert assess(stopped(side=Side.SELL, quantity_lots=10)) is None
    turning = assess(stopped(side=Side.SELL, quantity_lots=11))
    assert turning is not None


def test_the_stop_is_over_when_the_day_ends() -> None:
    assert assess(stopped(at_ms=MIDNIGHT_MS - 1)) is not None
    assert assess(stopped(at_ms=MIDNIGHT_MS)) is None


def test_terms_keep_a_stop_and_say_nothing_of_none() -> None:
    terms = AccountTerms(loss_stop=STOP)
    assert AccountTerms.from_dict(terms.to_dict()) == terms
    assert "loss_stop" not in AccountTerms().to_dict()
