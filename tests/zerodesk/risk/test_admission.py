"""Whatever is asked for and filled in whatever order, no limit is exceeded by one unit."""

from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import BTC_USD, FUNDED, NOON_MS, a_case, a_command, a_quote
from zerodesk.accounts import AccountState
from zerodesk.dues import Due, settle
from zerodesk.limits import Limits
from zerodesk.orders import Side
from zerodesk.risk import Case, admit, assess

LIMITS = Limits(
    open_orders=6, orders_per_minute=9, position_minor={"BTC-USD": 90_000}, mark_age_ms=1_000
)
ASKED = st.tuples(st.sampled_from(Side), st.integers(1, 12), st.integers(0, 12), st.booleans())


def filled(state: AccountState, order_id: str, lots: int, sequence: int) -> AccountState:
    """Return the account with some lots of an order filled at its price and settled."""
    held = state.holds[order_id]
    command = held.command
    assert command["kind"] == "place"
    per_lot = held.held_minor // held.open_lots
    currency = "USD" if command["side"] == "BUY" else "BTC"
    fill = {
        "order_id": order_id,
        "side": command["side"],
        "price_ticks": command["price_ticks"],
        "quantity_lots": lots,
        "fee_minor": 0,
        "executed_at_ms": NOON_MS,
    }
    posting = ("alice", order_id, currency, -per_lot * lots, 0)
    held_state = state.replace(holds=state.holds | {order_id: held._replace(currency=currency)})
    change = settle(held_state, "BTC-USD", sequence, [Due(sequence, (posting,), (), (fill,))])
    assert change is not None
    return change.state


def worst(state: AccountState, side: Side) -> int:
    held = state.positions["BTC-USD"].quantity_lots if state.positions else 0
    resting = sum(
        one.open_lots
        for one in state.holds.values()
        if one.command["kind"] == "place" and one.command["side"] == side.value
    )
    return (held if side is Side.BUY else -held) + resting


@given(st.lists(ASKED, max_size=25))
def test_no_limit_is_exceeded_by_one_unit(asked: list[tuple[Side, int, int, bool]]) -> None:
    state, at_ms = FUNDED, NOON_MS
    for number, (side, lots, filling, minute_passes) in enumerate(asked, start=1):
        at_ms += 60_000 * minute_passes
        marked = {"BTC-USD": BTC_USD._replace(marked_at_ms=at_ms)}
        case = a_case(state, LIMITS, side=side, quantity_lots=lots, at_ms=at_ms, marked=marked)
        change = admit(case, a_command(f"o{number}", side, lots))
        state = change.state.replace(answered={})
        for order_id in [*state.holds][:1]:
            if filling:
                most = min(filling, state.holds[order_id].open_lots)
                state = filled(state, order_id, most, number)
        assert len(state.holds) <= 6
        assert state.rate[1] <= 9
        assert all(worst(state, one) <= 9 for one in Side)


@given(ASKED, st.integers(0, 2_000))
def test_a_decision_can_be_made_again_from_its_record(
    asked: tuple[Side, int, int, bool], age_ms: int
) -> None:
    side, lots, _, _ = asked
    case = a_case(FUNDED, LIMITS, side=side, quantity_lots=lots, at_ms=NOON_MS + age_ms)
    command = a_command("o1", side, lots)
    cause = admit(case, command).cause
    seen = cause["decided_on"]
    marked = {
        symbol: case.marked[symbol]._replace(mark_price_ticks=mark[0], marked_at_ms=mark[1])
        for symbol, mark in seen["marks"].items()
    }
    again = Case(
        state=FUNDED,
        symbol="BTC-USD",
        side=side,
        quantity_lots=lots,
        quote=a_quote(side, lots),
        at_ms=cause["at_ms"],
        limits=LIMITS,
        limits_sequence=seen["limits_sequence"],
        marked=marked,
    )
    rejection = assess(again)
    assert (rejection is None) == (cause["kind"] == "hold")
    assert rejection is None or rejection.to_dict() == cause["rejection"]
