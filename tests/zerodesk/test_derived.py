"""What is kept beside a state is what the state says, however it came to be."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import a_command
from zerodesk.accounts import AccountState, hold
from zerodesk.derived import NONE_WORKING, Derived, Working, working_of
from zerodesk.dues import Due, settle
from zerodesk.orders import Side
from zerodesk.positions import FLAT

RICH = AccountState(opened=True, available={"USD": 10**15})
SYMBOLS = ("BTC-USD", "BTC-PERP", "ETH-PERP")


def an_amend(name: str, order_id: str, symbol: str, lots: int | None) -> Any:
    quantity = {} if lots is None else {"quantity_lots": lots}
    return {
        "kind": "amend",
        "command_id": name,
        "account_id": "alice",
        "symbol": symbol,
        "order_id": order_id,
        "post_only": False,
        "held_minor": 1,
        "accepted_at_ms": 0,
        **quantity,
    }


def placed(state: AccountState, name: str, side: Side, lots: int, **more: Any) -> AccountState:
    command: Any = a_command(name, side, lots, "BTC-PERP") | more
    return hold(state, command, "USD").state


def test_orders_that_open_and_orders_that_only_close_are_told_apart() -> None:
    state = placed(placed(RICH, "a", Side.BUY, 3), "b", Side.SELL, 4)
    state = placed(state, "c", Side.SELL, 5, reduce_only=True)
    assert state.working("BTC-PERP") == Working(3, 4, 0, 5)
    assert state.working("ETH-PERP") == NONE_WORKING


def test_an_amend_adds_what_it_wants_on_top_and_nothing_when_its_order_is_gone() -> None:
    state = placed(RICH, "a", Side.BUY, 3)
    more = hold(state, an_amend("m", "a", "BTC-PERP", 5), "USD").state
    assert more.working("BTC-PERP").buy_lots == 5
    price = hold(state, an_amend("m", "a", "BTC-PERP", None), "USD").state
    assert price.working("BTC-PERP").buy_lots == 3
    gone = settle(more, "BTC-PERP", 1, [Due(1, (), ("a",), ())])
    assert gone is not None
    assert gone.state.working("BTC-PERP") == NONE_WORKING
    assert gone.state.derivatives() == {"BTC-PERP"}, "the amend is held for"


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "close", "amend", "release", "position"]),
        st.sampled_from(SYMBOLS),
        st.sampled_from(Side),
        st.integers(1, 9),
    ),
    max_size=12,
)


@given(STEPS)
def test_however_it_is_followed_it_is_what_the_holds_say(steps: list[Any]) -> None:
    state, asked = RICH, 0
    for number, (what, symbol, side, lots) in enumerate(steps):
        name = f"o{number}"
        if what in {"place", "close"}:
            command: Any = a_command(name, side, lots, symbol)
            command |= {"reduce_only": True} if what == "close" else {}
            state = hold(state, command, "USD").state
        elif what == "amend" and state.holds:
            order_id = sorted(state.holds)[lots % len(state.holds)]
            of = state.holds[order_id].command["symbol"]
            state = hold(state, an_amend(name, order_id, of, lots), "USD").state
        elif what == "release" and state.holds:
            gone = sorted(state.holds)[0]
            change = settle(state, symbol, number + 1, [Due(number + 1, (), (gone,), ())])
            assert change is not None
            state = change.state
        else:
            position = FLAT._replace(quantity_lots=lots - 5)
            state = state.replace(positions=state.positions | {symbol: position})
        if number % 2 == asked:
            fresh = state.replace(derived=Derived())
            for one in SYMBOLS:
                assert state.working(one) == working_of(state.holds).get(one, NONE_WORKING)
            assert state.derivatives() == fresh.derivatives()


def test_an_older_state_of_an_account_still_says_its_own() -> None:
    before = placed(RICH, "a", Side.BUY, 3)
    after = placed(before, "b", Side.BUY, 4)
    assert after.working("BTC-PERP").buy_lots == 7
    assert before.working("BTC-PERP").buy_lots == 3
    assert after.working("BTC-PERP").buy_lots == 7
    assert before == before.replace(derived=Derived()), "what is kept is no part of the account"
