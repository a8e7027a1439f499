"""Isolated positions against the slow, obvious way: the pot by itself, all else by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.zerodesk.risk.cases import BTC_PERP, FUNDED, NOON_MS, a_case, a_command, a_fee, holding
from zerodesk.accounts import AccountState, Change
from zerodesk.commands import PlaceCommand
from zerodesk.dues import Due, settle
from zerodesk.isolated import cross, isolate, move_margin, refusal_of_move
from zerodesk.ledger import LedgerError
from zerodesk.orders import Side
from zerodesk.positions import Position
from zerodesk.reconciliation.accounts import AccountAudit
from zerodesk.risk import admit
from zerodesk.risk.leverage import isolated_margin
from zerodesk.risk.monitoring import cross_margins, exposure_of, margins, pot_margin
from zerodesk.spending import Seen
from zerodesk.terms import AccountTerms

PERP, OTHER = "BTC-PERP", "ETH-PERP"
MARKED = {PERP: BTC_PERP, OTHER: BTC_PERP._replace(base="ETH")}
TRADES_PERPETUALS = FUNDED.replace(terms=AccountTerms(verification_level=3))

lots = some.integers(-40, 40)
money = some.integers(0, 40_000_000)


@some.composite
def accounts(draw: some.DrawFn) -> AccountState:
    """An account with an isolated position, another beside it, and orders in both."""
    held = {
        symbol: Position(quantity, quantity * 6_000_000 + draw(some.integers(-(10**8), 10**8)))
        for symbol in (PERP, OTHER)
        if (quantity := draw(lots))
    }
    bare = TRADES_PERPETUALS.replace(available={"USD": draw(money)})
    state = isolate(bare, PERP, "USD", 1).state
    for number, symbol in enumerate(draw(some.lists(some.sampled_from([PERP, OTHER]), max_size=4))):
        side = draw(some.sampled_from(list(Side)))
        quantity = draw(some.integers(1, 20))
        state = holding(state, a_command(f"h{number}", side, quantity, symbol))
    pot = state.isolated[PERP]._replace(minor=draw(money))
    return state.replace(positions=held, isolated={PERP: pot})


def slow(state: AccountState) -> tuple[int, int, int]:
    """Return equity, initial and maintenance of the isolated position, by the library's way."""
    one, working = MARKED[PERP], state.working(PERP)
    exposure = exposure_of(state, PERP, one)._replace(
        buy_lots=working.buy_lots, sell_lots=working.sell_lots
    )
    return tuple(isolated_margin(state.isolated[PERP].minor, exposure, one.margin))  # type: ignore[return-value]


def at_the_edge(state: AccountState, command: PlaceCommand, above_minor: int) -> AccountState:
    """Return the account with so much more in its pot than its position needs with an order."""
    equity, initial, _ = slow(holding(state, command))
    pot = state.isolated[PERP]
    minor = max(0, pot.minor + initial - equity + above_minor)
    return state.replace(isolated={PERP: pot._replace(minor=minor)})


def without(state: AccountState, symbol: str) -> AccountState:
    """Return the account as if it had nothing in a market."""
    return state.replace(
        positions={name: one for name, one in state.positions.items() if name != symbol},
        holds={n: one for n, one in state.holds.items() if one.command["symbol"] != symbol},
        isolated={},
    )


def total(state: AccountState) -> int:
    return state.total_minor("USD")


@given(accounts())
def test_an_isolated_margin_is_the_librarys_and_all_else_is_as_if_it_were_not_there(
    state: AccountState,
) -> None:
    assert tuple(pot_margin(state, PERP, MARKED[PERP]))[1:4] == slow(state)
    assert cross_margins(state, MARKED) == margins(without(state, PERP), MARKED)


@given(
    state=accounts(),
    side=some.sampled_from(list(Side)),
    quantity=some.integers(1, 30),
    closes=some.booleans(),
    fee=money,
    above_minor=some.none() | some.integers(-50_000, 50_000),
)
def test_an_order_is_admitted_just_where_pot_and_free_cover_it_and_leaves_the_pot_covered(
    *,
    state: AccountState,
    side: Side,
    quantity: int,
    closes: bool,
    fee: int,
    above_minor: int | None,
) -> None:
    command = a_command("new", side, quantity, PERP)
    command["held_minor"] = fee = fee // 1_000 + 1
    if closes:
        command["reduce_only"] = True
    if above_minor is not None:
        state = at_the_edge(state, command, above_minor)
    case = a_case(
        state,
        side=side,
        quantity_lots=quantity,
        symbol=PERP,
        quote=a_fee(fee),
        marked=MARKED,
        reduce_only=closes,
    )
    change = admit(case, command)
    held, pot = state.positions.get(PERP, Position()).quantity_lots, state.isolated[PERP].minor
    with_order = holding(state, command)
    equity, initial, _ = slow(with_order)
    opens = (held if side is Side.BUY else -held) + with_order.working(PERP).lots(side) > 0
    lacks = max(fee - pot, initial + fee - equity if opens and not closes else 0, 0)
    free = state.available_minor("USD")
    if closes or not opens:
        lacks = min(lacks, free)
    after = state.replace(available={"USD": free - lacks})
    [*rest] = cross_margins(after, MARKED)
    covered = closes or not opens or not lacks or all(one.free_minor >= 0 for one in rest)
    closing = closes and 0 < quantity <= (-held if side is Side.BUY else held)
    paid = closing or free + pot >= fee
    assert (change.cause["kind"] == "hold") == (lacks <= free and covered and paid)
    assert total(change.state) == total(state)
    if change.cause["kind"] == "hold":
        assert change.state.available_minor("USD") == free - lacks
        equity, initial, _ = slow(change.state)
        assert not opens or closes or equity >= initial
        assert change.state.isolated[PERP].minor == pot + lacks - fee


@given(accounts(), some.integers(-(10**9), 10**9).filter(bool))
def test_a_move_is_refused_just_where_it_takes_what_margin_needs(
    state: AccountState, amount: int
) -> None:
    seen = Seen(NOON_MS, MARKED)
    refused = refusal_of_move(state, PERP, amount, seen)
    pot = state.isolated[PERP]
    if amount > 0:
        after = state.replace(available={"USD": state.available["USD"] - amount})
        rest = cross_margins(after, MARKED)
        covered = amount <= state.available["USD"] and all(one.free_minor >= 0 for one in rest)
    else:
        after = state.replace(isolated={PERP: pot.plus(amount)})
        equity, initial, _ = slow(after)
        is_open = PERP in state.derivatives()
        covered = pot.minor >= -amount and (not is_open or equity >= initial)
    assert (refused is None) == covered
    if refused is None:
        moved = move_margin(state, PERP, 2, amount, seen)
        assert total(moved.state) == total(state)
        assert moved.state.isolated[PERP].minor == pot.minor + amount


def audited(changes: list[Change], before: AccountState) -> AccountAudit:
    audit = AccountAudit.behind("ann", 1, before.to_dict())
    for number, change in enumerate(changes, 2):
        body = change.to_body()
        audit.apply(number, body)
        assert AccountState.from_dict(body["state"]) == change.state
    return audit


def lost(sequence: int, minor: int) -> Due:
    return Due(sequence, (("ann", "o", "USD", 0, -minor),), (), ())


def test_what_a_position_loses_beyond_its_pot_is_owed_by_the_pot_and_the_audit_agrees() -> None:
    before = isolate(TRADES_PERPETUALS.replace(available={"USD": 100}), PERP, "USD", 1).state
    moved = move_margin(before, PERP, 2, 60)
    settled = settle(moved.state, PERP, 7, [lost(7, 75)])
    assert settled is not None
    assert settled.entries == (("isolated#BTC-PERP", "USD", -75), ("clearing#BTC-PERP", "USD", 75))
    assert (settled.state.available, settled.state.isolated[PERP].minor) == ({"USD": 40}, -15)
    audit = audited([moved, settled], before)
    assert audit.findings.breaches == []
    assert audit.isolated == {PERP: {"USD": -15}}


def test_the_audit_finds_a_pot_that_its_entries_do_not_make() -> None:
    before = isolate(TRADES_PERPETUALS.replace(available={"USD": 100}), PERP, "USD", 1).state
    moved = move_margin(before, PERP, 2, 60)
    pot = moved.state.isolated[PERP].plus(1)
    after = moved.state.replace(isolated={PERP: pot})
    wrong = Change(moved.cause, moved.entries, after)
    [breach] = audited([wrong], before).findings.breaches
    assert "isolated#BTC-PERP went from 0 to 0.000061 USD" in breach.detail


def test_a_pot_that_owes_is_neither_drawn_on_nor_given_up() -> None:
    owing = TRADES_PERPETUALS.replace(available={"USD": 100})
    state = isolate(owing, PERP, "USD", 1).state
    state = state.replace(isolated={PERP: state.isolated[PERP].plus(-5)})
    with pytest.raises(LedgerError):
        cross(state, PERP)
    with pytest.raises(LedgerError, match="overdrawn"):
        move_margin(state, PERP, 2, -1)


@given(
    state=accounts(), quantity=some.integers(1, 30), symbol=some.sampled_from([OTHER, "BTC-USD"])
)
def test_an_order_of_all_the_rest_is_decided_as_if_the_isolated_position_were_not_there(
    state: AccountState, quantity: int, symbol: str
) -> None:
    marked = {**MARKED, "BTC-USD": BTC_PERP._replace(margin=())}
    command = a_command("new", quantity_lots=quantity, symbol=symbol)
    command["held_minor"] = fee = 5 if symbol == OTHER else quantity * 60_000
    case = a_case(state, quantity_lots=quantity, symbol=symbol, quote=a_fee(fee), marked=marked)
    alone = case._replace(state=without(state, PERP))
    change, like = admit(case, command), admit(alone, command)
    assert change.cause["kind"] == like.cause["kind"]
    assert change.entries == like.entries
    assert change.state.isolated == state.isolated
