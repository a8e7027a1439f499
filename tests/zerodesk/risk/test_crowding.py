"""What is large against what its market trades needs more: against the slow way, and in numbers."""

from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as some

from tests.zerodesk.risk.cases import NOON_MS, a_command, holding
from tests.zerodesk.risk.test_sums import MARKED as PLAIN
from zerodesk.accounts import AccountState
from zerodesk.orders import Side
from zerodesk.positions import Position
from zerodesk.risk.margin import figures, required
from zerodesk.risk.marked import Marked
from zerodesk.risk.pieces import CROWDING_BPS, MAINTENANCE_BPS, crowding_minor
from zerodesk.risk.scenarios import RANGES, SCENARIOS
from zerodesk.tiers import Tier

PERP = "BTC-PERP"
TIERS = (Tier(0, 1_000, 500), Tier(120_000_000_000, 2_000, 1_000))
BITCOIN = Marked("BTC", "USD", 1, 10_000, 6_000_000, NOON_MS, TIERS, None, 1_000, 200_000)
"""At 60,000, in lots of 0.0001; 20 of it trade in a day, of which 2 are free."""

lots = some.integers(-3_000, 3_000)
volumes = some.integers(0, 20_000)
shares = some.integers(1, 100_000)


def slow(one: Marked, held: int) -> Fraction:
    """Return what lots need for being many, before it is rounded."""
    if one.free_volume_bps is None:
        return Fraction(0)
    free = Fraction(one.day_volume_lots * one.free_volume_bps, 10_000).__floor__()
    if one.option is None:
        worth = one.mark_price_ticks * one.tick_value_minor
        moves = [Fraction(str(s.price)) * Fraction(str(s.weight)) for s in SCENARIOS]
        worst = round(max(moves) * Fraction(RANGES.price_bps, 10_000) * worth)
    else:
        worst = max(abs(profit) for profit in one.option.profit_minor)
    return Fraction(max(0, held - free) * worst * CROWDING_BPS, 10_000)


@some.composite
def crowded(draw: some.DrawFn) -> tuple[AccountState, dict[str, Marked]]:
    """An account in some of the markets, each with a share that is free, or none, and a volume."""
    names = draw(some.lists(some.sampled_from(sorted(PLAIN)), min_size=1, unique=True))
    held = {name: Position(quantity) for name in names if (quantity := draw(lots))}
    state = AccountState(opened=True, positions=held)
    for number, name in enumerate(draw(some.lists(some.sampled_from(names), max_size=3))):
        side, quantity = draw(some.sampled_from(list(Side))), draw(some.integers(1, 500))
        state = holding(state, a_command(f"o{number}", side, quantity, name))
    marked = {
        name: PLAIN[name]._replace(
            free_volume_bps=draw(some.none() | shares), day_volume_lots=draw(volumes)
        )
        for name in state.derivatives()
    }
    return state, marked


def many(state: AccountState, marked: dict[str, Marked], *, orders: bool) -> int:
    """Return what all instruments of an account need for being many, each rounded up."""
    total = 0
    for name, one in marked.items():
        held, working = state.positions.get(name, Position()).quantity_lots, state.working(name)
        buys, sells = (working.buy_lots, working.sell_lots) if orders else (0, 0)
        worst = sells - held if one.option is not None else max(held + buys, sells - held)
        total += ceil(slow(one, worst))
    return total


@given(
    name=some.sampled_from(sorted(PLAIN)),
    tick=some.integers(1, 999),
    held=some.integers(0, 10**6),
    volume=volumes,
    share=some.none() | shares,
)
def test_it_is_half_of_the_worst_loss_of_what_is_beyond_rounded_up(
    name: str, tick: int, held: int, volume: int, share: int | None
) -> None:
    one = PLAIN[name]._replace(tick_value_minor=tick, free_volume_bps=share, day_volume_lots=volume)
    assert crowding_minor(one, held) == ceil(slow(one, held))


@given(some.integers(0, 10**6), some.integers(0, 10**6), volumes, volumes, shares)
def test_it_rises_with_the_lots_falls_with_the_volume_and_two_need_no_less_together(
    held: int, more: int, volume: int, traded: int, share: int
) -> None:
    one = BITCOIN._replace(free_volume_bps=share, day_volume_lots=volume)
    busier = one._replace(day_volume_lots=volume + traded)
    assert crowding_minor(one, held) <= crowding_minor(one, held + more)
    assert crowding_minor(busier, held) <= crowding_minor(one, held)
    apart = slow(one, held) + slow(one, more)
    assert apart <= crowding_minor(one, held + more)
    # What offsets itself needs no more than the larger side did.
    assert crowding_minor(one, abs(held - more)) <= crowding_minor(one, max(held, more))


@given(crowded())
def test_an_account_needs_it_beyond_what_it_needs_without_and_never_more(
    found: tuple[AccountState, dict[str, Marked]],
) -> None:
    state, marked = found
    plain = {name: one._replace(free_volume_bps=None) for name, one in marked.items()}
    if not marked:
        return
    with_it, without = (
        required(state.replace(derived=type(state.derived)()), "USD", given).initial_minor
        for given in (marked, plain)
    )
    more = many(state, marked, orders=True)
    assert without <= with_it <= without + more
    if without:
        assert with_it == without + more
    kept = (
        figures(state, "USD", marked).maintenance_minor
        - figures(state, "USD", plain).maintenance_minor
    )
    # Alone it is a share of each, together of the sum of all, and each rounded up.
    assert 0 <= kept <= many(state, marked, orders=False) + len(marked)


def an_account(held: int) -> AccountState:
    return AccountState(opened=True, positions={PERP: Position(held, held * 6_000_000)})


def test_five_bitcoin_where_two_are_free_need_half_of_what_three_lose_more() -> None:
    state = an_account(50_000)
    # Of 300,000 the first 120,000 at ten per cent, the rest at twenty.
    tiers = 12_000 + 36_000
    # Three bitcoin lose 15.75 % of 180,000 at worst, 28,350.
    more = 14_175
    assert required(state, "USD", {PERP: BITCOIN}).initial_minor == (tiers + more) * 10**6
    kept = 6_000 + 18_000 + more * MAINTENANCE_BPS // 10_000
    assert figures(state, "USD", {PERP: BITCOIN}).maintenance_minor == kept * 10**6
    busy = BITCOIN._replace(day_volume_lots=500_000)
    assert required(state, "USD", {PERP: busy}).initial_minor == tiers * 10**6
    quiet = BITCOIN._replace(day_volume_lots=0)
    assert required(state, "USD", {PERP: quiet}).initial_minor == (tiers + 23_625) * 10**6


def test_what_is_free_is_rounded_down() -> None:
    one = BITCOIN._replace(free_volume_bps=1, day_volume_lots=19_999)
    assert one.free_lots == 1
    assert crowding_minor(one, 1) == 0
    assert crowding_minor(one, 2) > 0
