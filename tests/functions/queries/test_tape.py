"""The tape is the sum of the last 24 hours' trades, to the minute."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from queries.tape import MINUTE_MS, WINDOW_MINUTES, Span, Tape

DAY_MS = WINDOW_MINUTES * MINUTE_MS
TRADES = st.lists(
    st.tuples(st.integers(0, 3 * DAY_MS), st.integers(1, 9_999), st.integers(1, 500)), max_size=60
)


def body(*trades: tuple[int, int, int]) -> dict[str, Any]:
    return {
        "events": [
            {
                "type": "TradeExecuted",
                "executed_at_ms": at_ms,
                "price_ticks": price_ticks,
                "quantity_lots": quantity_lots,
            }
            for at_ms, price_ticks, quantity_lots in trades
        ]
    }


@given(trades=TRADES, later_ms=st.integers(0, DAY_MS))
def test_the_day_is_the_sum_of_its_trades(
    trades: list[tuple[int, int, int]], later_ms: int
) -> None:
    trades.sort(key=lambda trade: trade[0])
    tape = Tape()
    for trade in trades:
        tape.apply(body(trade))
    now_ms = (trades[-1][0] if trades else 0) + later_ms
    since = now_ms // MINUTE_MS - WINDOW_MINUTES
    day = [trade for trade in trades if trade[0] // MINUTE_MS > since]
    expected = day and Span(
        open_ticks=day[0][1],
        high_ticks=max(price for _, price, _ in day),
        low_ticks=min(price for _, price, _ in day),
        volume_lots=sum(lots for _, _, lots in day),
        turnover=sum(price * lots for _, price, lots in day),
        trades=len(day),
    )
    assert tape.day(now_ms) == (expected or None)


def test_the_tape_is_bounded_by_the_minutes_of_a_day() -> None:
    tape = Tape()
    for minute in range(3 * WINDOW_MINUTES):
        tape.apply(body((minute * MINUTE_MS, 1, 1)))
    assert len(tape._minutes) == WINDOW_MINUTES


def test_what_is_no_trade_leaves_no_trace() -> None:
    tape = Tape()
    tape.apply({"events": [{"type": "OrderOpened"}]})
    assert tape.day(0) is None
