"""A liquidation closes what is short of margin, and not the hedge of it.

The accounts are those of the worked examples of margin: the underlying at 100 ticks of 1,000, a lot
of it worth 100,000; a future needs 10 % of that.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.zerodesk.risk.test_sums import (
    DEC,
    LOTS,
    MARK,
    MARKED,
    PERP,
    an_account,
    an_option,
    holds_lots,
    need,
    of,
    symbol_of,
)
from zerodesk.accounts import AccountState
from zerodesk.orders import Side
from zerodesk.positions import Position
from zerodesk.risk.liquidation import (
    IN_VAIN,
    Reduction,
    Step,
    most_relieving,
    next_step,
    own_minor,
    reduced,
    reduction_of,
    shortfall_minor,
    takeover_ticks,
    worth_minor,
)
from zerodesk.risk.monitoring import exposure_of, margins

CASH = st.integers(1, 3_000_000)


def short_by(state: AccountState, missing: int = 1) -> AccountState:
    """Return an account that has so much less than its initial margin."""
    [margin] = margins(state, of(state))
    cash = state.available["USD"] + margin.initial_minor - margin.equity_minor - missing
    return state.replace(available=state.available | {"USD": cash})


def chosen(state: AccountState) -> Reduction:
    decision = next_step(state, of(state))
    assert decision.step is Step.REDUCE
    assert decision.reduction is not None
    return decision.reduction


def after(state: AccountState, reduction: Reduction) -> int:
    return shortfall_minor(reduced(state, reduction, of(state)), "USD", of(state))


def steps_of(state: AccountState) -> list[Reduction]:
    [margin] = margins(state, of(state))
    return [
        reduction_of(
            exposure_of(state, symbol, MARKED[symbol]),
            margin.equity_minor,
            own_minor(state, symbol, of(state), margin),
            0,
            is_option=MARKED[symbol].option is not None,
        )
        for symbol in sorted(state.derivatives())
    ]


def test_calls_that_a_future_covers_are_bought_back_before_it_is_sold() -> None:
    """The future is worth more than the calls, and covers three quarters of them."""
    call = f"{DEC}-60-C"
    marked = {"BTC-PERP": PERP, call: an_option(60)}
    held = {"BTC-PERP": Position(30, 30 * MARK), call: Position(-40, -40 * 40)}
    state = AccountState(available={"USD": 0}, positions=held)
    missing = shortfall_minor(state, "USD", marked)
    state = state.replace(available={"USD": missing - 1})
    assert shortfall_minor(state, "USD", marked) == 1
    largest = Reduction("BTC-PERP", Side.SELL, 8, 98)
    assert shortfall_minor(reduced(state, largest, marked), "USD", marked) > 1
    found = next_step(state, marked).reduction
    assert found is not None
    assert (found.symbol, found.side, found.quantity_lots) == (call, Side.BUY, 10)
    assert shortfall_minor(reduced(state, found, marked), "USD", marked) <= 1


def test_a_put_that_protects_a_future_stays_while_the_future_is_sold() -> None:
    state = short_by(holds_lots(PERP=200, DEC_100_P=200))
    found = chosen(state)
    assert (found.symbol, found.side, found.quantity_lots) == ("BTC-PERP", Side.SELL, 50)
    hedge = Reduction(symbol_of("DEC_100_P"), Side.SELL, 50, 1)
    assert after(state, found) < 1 <= after(state, hedge)


def test_a_short_future_against_a_call_that_is_long_is_bought_back_first() -> None:
    state = short_by(holds_lots(PERP=-200, DEC_95_C=200))
    assert (chosen(state).symbol, chosen(state).side) == ("BTC-PERP", Side.BUY)


def test_of_a_vertical_the_short_side_is_closed_and_not_its_cover() -> None:
    state = short_by(holds_lots(DEC_95_C=10, DEC_100_C=-10))
    assert chosen(state).symbol == symbol_of("DEC_100_C")


def test_an_account_with_nothing_but_futures_is_reduced_where_most_margin_is() -> None:
    assert chosen(short_by(holds_lots(PERP=8))) == Reduction("BTC-PERP", Side.SELL, 2, 98)


def test_an_option_that_finds_nobody_is_taken_over_and_its_hedge_stays() -> None:
    both = short_by(holds_lots(PERP=30, DEC_95_C=-200))
    alone = short_by(holds_lots(DEC_95_C=-200))
    expected = [(0, Step.REDUCE), (IN_VAIN - 1, Step.REDUCE), (IN_VAIN, Step.DELEVERAGE)]
    for state in (both, alone):
        for in_vain, step in expected:
            decision = next_step(state, of(state), in_vain=in_vain)
            assert decision.reduction is not None
            assert (decision.step, decision.reduction.symbol) == (step, symbol_of("DEC_95_C"))


def test_an_option_that_is_long_is_sold_below_its_mark_also_by_who_owes() -> None:
    state = holds_lots(usd=-100_000, DEC_95_C=10)
    decision = next_step(state, of(state))
    assert decision.reduction is not None
    assert (decision.step, decision.reduction.side) == (Step.REDUCE, Side.SELL)
    assert (decision.reduction.quantity_lots, decision.reduction.price_ticks) == (10, 5)


@settings(max_examples=150, deadline=None)
@given(LOTS, CASH)
def test_no_step_leaves_less_missing_and_what_raises_it_is_never_before_what_does_not(
    lots: dict[str, int], missing: int
) -> None:
    state = an_account(lots, [])
    if not state.derivatives():
        return
    state = short_by(state, missing)
    found, steps = chosen(state), steps_of(state)
    assert found in steps
    left = [after(state, one) for one in steps]
    assert after(state, found) == min(left)
    if min(left) <= missing:
        assert after(state, found) <= missing


@settings(max_examples=60, deadline=None)
@given(LOTS, CASH)
def test_step_by_step_it_ends_above_the_initial_margin_or_flat(
    lots: dict[str, int], missing: int
) -> None:
    state = an_account(lots, [])
    if not state.derivatives():
        return
    state = short_by(state, missing)
    for _ in range(400):
        decision = next_step(state, of(state))
        if decision.reduction is None:
            break
        state = reduced(state, decision.reduction, of(state))
    assert not state.derivatives() or shortfall_minor(state, "USD", of(state)) <= 0


@settings(max_examples=100, deadline=None)
@given(LOTS, CASH, st.integers(0, 2_000_000))
def test_taken_over_one_after_the_other_it_ends_and_a_holder_loses_what_nobody_can_pay(
    lots: dict[str, int], missing: int, fund: int
) -> None:
    """Every position in turn, as nobody trades: it ends flat or above its initial margin.

    An option goes at the mark, or below it where account and fund cannot pay who holds it; by a
    perpetual the account loses no more than it has of its own.
    """
    state = an_account(lots, [])
    if not state.derivatives():
        return
    state = short_by(state, missing)
    funds = {"USD": fund}
    while (found := next_step(state, of(state), in_vain=IN_VAIN, fund_minor=funds)).reduction:
        assert found.step is Step.DELEVERAGE
        state = taken_over(state, found.reduction.symbol, fund)
        assert found.reduction.symbol not in state.derivatives()
    assert found.step in (Step.NONE, Step.INSURE)
    if state.derivatives():
        assert shortfall_minor(state, "USD", of(state)) <= 0


def taken_over(state: AccountState, symbol: str, fund: int) -> AccountState:
    """Return an account without a position, at the price at which others take it over."""
    [margin] = margins(state, of(state))
    one, position = MARKED[symbol], exposure_of(state, symbol, MARKED[symbol])
    before, has = worth_minor(state, of(state), margin), own_minor(state, symbol, of(state), margin)
    is_option, lots = one.option is not None, position.quantity_lots
    price = takeover_ticks(position, has, fund, is_option=is_option)
    gets = lots * one.tick_value_minor * (price if is_option else price - one.mark_price_ticks)
    if not is_option:
        gets += position.unrealised_minor
    positions = {name: held for name, held in state.positions.items() if name != symbol}
    usd = state.available["USD"] + gets
    after = state.replace(available=state.available | {"USD": usd}, positions=positions)
    left = [one for one in margins(after, of(after)) if one.currency == "USD"]
    worth = worth_minor(after, of(after), left[0]) if left else usd
    lost = before - worth
    assert lost == lots * one.tick_value_minor * (one.mark_price_ticks - price)
    if is_option:
        at_mark = max(1, one.mark_price_ticks)
        assert price == at_mark or (price < at_mark and lots < 0 and has + fund < 0)
    else:
        assert lost <= max(0, has)
    return after


@settings(max_examples=60, deadline=None)
@given(LOTS, st.integers(0, 3_000_000))
def test_what_is_closed_at_the_mark_is_what_an_account_then_has(
    lots: dict[str, int], cash: int
) -> None:
    """A perpetual's close leaves equity as it is; an option's price is paid or received."""
    state = an_account(lots, [], usd=cash)
    for one in steps_of(state) if state.derivatives() else []:
        then = reduced(state, one, of(state))
        sign = 1 if one.side is Side.BUY else -1
        closed = sign * one.quantity_lots
        mark = MARKED[one.symbol]
        worth = closed * mark.mark_price_ticks * mark.tick_value_minor
        before = state.positions[one.symbol].quantity_lots
        assert then.positions[one.symbol].quantity_lots == before + closed
        paid = 0 if mark.option is None else worth
        equity_before = margins(state, of(state))[0].equity_minor
        equity_after = need(then) - shortfall_minor(then, "USD", of(then))
        assert equity_before - equity_after == paid
        [margin] = margins(state, of(state))
        assert most_relieving(state, of(state), margin, 0) in steps_of(state)
