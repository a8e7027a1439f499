"""What a risk decision costs in process, and how large an account's record can get.

    .venv/bin/python -m tests.benchmarks.risk

CPU time, the least of many short runs: the machine may be shared. The chain is asked with every
limit set, which is the most that it ever does, and with none. A run is a burst of orders of one
account, in each of its instruments in turn: each is decided on the state that the hold of the one
before left, with the marks in a mapping of its own, as a warm function makes it, and what is kept
beside the account follows its hold. At the end stands what plain Python takes for ten positions in
eighteen scenarios: the speed of the interpreter and of the machine.
"""

import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple, Self

import numpy as np

from risk_monitor.calls import MarginCalls
from risk_monitor.liquidations import Liquidations
from risk_monitor.monitor import RiskMonitor
from tests.markets import a_market
from zerodesk.accounts import AccountState, Hold, Reservation
from zerodesk.codec import EncodedBody
from zerodesk.commands import PlaceCommand
from zerodesk.instruments import Market, TradingState
from zerodesk.limits import MAX_KEYS, MAX_OPEN_ORDERS, Limits
from zerodesk.orders import Side, order_id_for
from zerodesk.positions import Position
from zerodesk.pots import Pot
from zerodesk.pricing import Collar, Quote
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.risk import Case, Marked, assess
from zerodesk.risk.remark import Holdings, Integers, remark
from zerodesk.risk.scenarios import SCENARIOS
from zerodesk.terms import AccountTerms
from zerodesk.tiers import Tier
from zerodesk_aws.accounts import Account
from zerodesk_aws.bus import Announcement
from zerodesk_aws.clock import now_ms
from zerodesk_aws.journal import Tip
from zerodesk_aws.tables.listed import Listed

AT_MS = 1_796_126_400_000
RUNS, BURSTS, BURST = 15, 600, 10
SYMBOLS = [f"A{number:02d}-USD" for number in range(200)]
TIERS = [Tier(0, 500, 250), Tier(10**9, 1_000, 500), Tier(10**10, 2_500, 1_500)]
EVERY = Limits(
    open_orders=MAX_OPEN_ORDERS,
    orders_per_minute=1_000,
    mark_age_ms=10_000,
    order_volume_bps=1_000,
    free_notional_minor={"USD": 1},
    order_notional_minor={"USD": 10**15},
    position_minor=dict.fromkeys(SYMBOLS[:MAX_KEYS], 10**12),
    underlying_minor={symbol[:3]: 10**12 for symbol in SYMBOLS[:MAX_KEYS]},
    daily_loss_minor={"USD": 10**12},
)


def main() -> None:
    """Measure and print."""
    print("| positions | open orders | every limit, us | no limits, us |\n|---|---|---|---|")
    for positions, orders in ((0, 0), (1, 1), (10, 20), (50, 50), (200, 189)):
        every, none = (
            microseconds(Burst.of(a_case(positions, orders, limits)))
            for limits in (EVERY, Limits())
        )
        print(f"| {positions} | {orders} | {every:.1f} | {none:.1f} |")
    print(
        "\n| derivatives | open orders | one more order, sums kept, us | a mark moved, us "
        "| summed anew, us |\n|---|---|---|---|---|"
    )
    ten, one_underlying = a_derivative_case(perpetuals(10), 20), of_one_underlying(10)
    for name, case in (
        ("10 perpetuals", ten),
        ("10 perpetuals, half of them isolated", isolated(ten)),
        ("10 perpetuals, leverage limited", ten._replace(limits=Limits(leverage=125))),
        ("10 of one underlying", a_derivative_case(one_underlying, 20)),
        ("10 of one underlying, sold", a_derivative_case(one_underlying, 20, Side.SELL)),
        ("50 perpetuals", a_derivative_case(perpetuals(50), 50)),
        ("50 of one underlying", a_derivative_case(of_one_underlying(50), 50)),
    ):
        kept = microseconds(Burst.of(case))
        moved = microseconds(Burst.of(case, mark_moves=True))
        anew = microseconds(Burst.of(case), keeps_sums=False)
        print(f"| {name} | {len(case.state.holds)} | {kept:.1f} | {moved:.1f} | {anew:.1f} |")
    plain = best_of(plain_scenarios(10, 18), 100) * 1e6
    print(f"\n10 positions in 18 scenarios by two plain loops: {plain:.1f} us")
    columns = drawn(10_000, 20)
    begun = best_of(lambda: remark(*columns, TIERS), 1)
    print(f"\n10,000 accounts with 20 positions each marked anew: {begun * 1e3:.0f} ms")
    one_by_one = best_of(monitored(1_000, 20), 1) * 10
    print(f"the same by the monitor itself, one by one from states in memory: {one_by_one:.2f} s")
    body = {"cause": {}, "entries": [], "state": largest_state().to_dict()}
    encoded = EncodedBody.of(body)
    print(
        f"\nan account of {MAX_OPEN_ORDERS} open orders, {len(SYMBOLS)} positions and watermarks, "
        f"200 answers and 50 withdrawals: {len(encoded.text):,} bytes, "
        f"{len(encoded.data):,} as kept; an item takes 400,000"
    )


class Burst(NamedTuple):
    """Orders of one account, one after the other, each on the state that the one before left."""

    cases: list[Case]
    held: list[Hold]

    @classmethod
    def of(cls, first: Case, *, mark_moves: bool = False) -> Self:
        """Return orders in each instrument in turn; where ``mark_moves``, another one before each.

        Marks that stand are the same ones, in another mapping.
        """
        cases, held, state, marked = list[Case](), list[Hold](), first.state, first.marked
        symbols = list(marked)
        for number in range(BURST + 1):
            symbol = symbols[number % len(symbols)]
            if mark_moves:
                other = symbols[(number + 3) % len(symbols)]
                marked = {**marked, other: moved(marked[other])}
            cases.append(first._replace(state=state, symbol=symbol, marked=dict(marked)))
            added = a_hold(number, symbol, lots=first.quantity_lots, side=first.side, key="burst")
            held.append(added)
            holds = state.holds | {added.command["command_id"]: added}
            state = state.replace(holds=holds)
        return cls(cases, held)


def microseconds(burst: Burst, *, keeps_sums: bool = True) -> float:
    """Return what one decision takes, with what the hold before it changed of what is kept.

    The first order of a burst is not counted: with it the process comes to know the account.
    """
    derived = burst.cases[0].state.derived
    assert all(assess(case) is None for case in burst.cases)
    follows = [
        (before.state.holds, held, case.state.holds, case)
        for before, held, case in zip(burst.cases, burst.held, burst.cases[1:], strict=False)
    ]
    found = float("inf")
    for _ in range(BURSTS):
        derived.working(burst.cases[0].state.holds)
        assess(burst.cases[0])
        begun = time.process_time()
        for before, held, after, case in follows:
            derived.hold(before, held, after)
            if not keeps_sums:
                derived.margins.clear()
            assess(case)
        found = min(found, time.process_time() - begun)
    return found / len(follows) * 1e6


def moved(one: Marked) -> Marked:
    """Return an instrument at its next mark, and a later one."""
    option = one.option and one.option._replace(marked_at_ms=one.marked_at_ms + 1)
    return one._replace(
        mark_price_ticks=one.mark_price_ticks + 1, marked_at_ms=one.marked_at_ms + 1, option=option
    )


def plain_scenarios(positions: int, scenarios: int) -> Callable[[], int]:
    """Return what multiplies and adds in two loops of plain Python, to compare machines by."""
    lots = [number * 97 % 2_001 - 1_000 for number in range(positions)]
    profits = [
        [number * 7_919 * (scenario + 1) % 2_000_001 - 10**6 for scenario in range(scenarios)]
        for number in range(positions)
    ]

    def worst() -> int:
        found = 0
        for scenario in range(scenarios):
            total = 0
            for number in range(positions):
                total += lots[number] * profits[number][scenario]
            found = total if total < found else found
        return found

    return worst


def best_of(work: Callable[[], object], times: int) -> float:
    """Return the seconds of CPU that one call takes, in the best of some runs."""
    found = float("inf")
    for _ in range(RUNS):
        begun = time.process_time()
        for _ in range(times):
            work()
        found = min(found, (time.process_time() - begun) / times)
    return found


def a_case(positions: int, orders: int, limits: Limits) -> Case:
    """Return an order of an account with so many positions and open orders, all in order."""
    held = {
        symbol: Position(5, 5_000_000, 10, 20, AT_MS // 86_400_000, 10, 20)
        for symbol in SYMBOLS[:positions]
    }
    symbols = SYMBOLS[: max(1, positions)]
    made = [a_hold(number, symbols[number % len(symbols)]) for number in range(orders)]
    holds = {one.command["command_id"]: one for one in made}
    state = AccountState(opened=True, available={"USD": 10**15}, holds=holds, positions=held)
    quote = Quote(1_000_000, Collar(1, 10**9), 1_000_000, "USD", 1_000_000, 0, 0, 0)
    marked = {name: Marked(name[:3], "USD", 1, 100, 1_000_000, AT_MS) for name in symbols}
    return Case(
        state,
        SYMBOLS[0],
        Side.BUY,
        1,
        quote,
        AT_MS,
        limits,
        marked=marked,
        day_volume_lots=10**6,
    )


def monitored(accounts: int, positions: int) -> Callable[[], None]:
    """Return what has the monitor look at accounts, at other marks each time; it calls nobody."""
    symbols = perpetuals(positions)
    memory = InMemory(
        {f"a{number}": a_derivative_case(symbols, 0).state for number in range(accounts)}
    )
    calls = MarginCalls(memory, memory, memory)  # type: ignore[arg-type]
    liquidations = Liquidations(memory, memory, None)  # type: ignore[arg-type]
    monitor = RiskMonitor(memory, memory, memory, memory, memory, calls, liquidations)  # type: ignore[arg-type]

    def look() -> None:
        memory.ticks += 1
        seen = monitor.run(symbols[0], "benchmark", lambda: False)
        assert dict(seen) == {"Accounts": accounts, "Calls": 0, "Liquidations": 0}, seen

    return look


class InMemory:
    """All that the monitor asks: accounts, their holders, markets, cursors, the bus."""

    def __init__(self, states: dict[str, AccountState]) -> None:
        self._accounts = {one: Account(one, Tip(1, ""), state) for one, state in states.items()}
        self.ticks = 1_000_000
        self._markets: dict[str, Market] = {}
        self.published = 0

    def latest(self, account_id: str) -> Account:
        """Return an account."""
        return self._accounts[account_id]

    def of(self, _symbol: str) -> list[str]:
        """Return who holds an instrument."""
        return list(self._accounts)

    def get(self, symbol: str, **_: object) -> Listed:
        """Return a market at its mark of now."""
        market = self._markets.setdefault(symbol, a_perpetual(symbol))
        return Listed(market, TradingState.OPEN, self.ticks, now_ms(), None, 1)

    def note(self, _name: str) -> None:
        """Return no note."""

    def acquire(self, *_: object, **__: object) -> bool:
        """Give a lease to whoever asks."""
        return True

    def release(self, *_: object) -> None:
        """Take it back."""

    def publish(self, announcements: Iterable[Announcement]) -> None:
        """Count what is told."""
        self.published += sum(1 for _ in announcements)


def a_perpetual(symbol: str) -> Market:
    """Return a perpetual of three tiers, as listed."""
    return a_market(
        symbol=symbol, reference_price=Decimal(10_000), quote="USD", margin=tuple(TIERS)
    )


def drawn(accounts: int, positions: int) -> tuple[Holdings, Integers, Integers]:
    """Return the positions of many accounts in 200 instruments, marks and values of a tick."""
    chance = np.random.default_rng(1)
    rows = accounts * positions
    lots, instrument = chance.integers(-(10**4), 10**4, rows), chance.integers(0, 200, rows)
    marks = chance.integers(10**4, 10**6, 200)
    cost = lots * marks[instrument] + chance.integers(-(10**7), 10**7, rows)
    cash = chance.integers(0, 10**11, accounts)
    holdings = Holdings(cash, np.arange(0, rows, positions), instrument, lots, cost)
    return holdings, marks, np.ones(200, np.int64)


def perpetuals(count: int) -> list[str]:
    """Return perpetuals, each of an underlying of its own."""
    return [f"A{number:02d}-PERP" for number in range(count)]


def of_one_underlying(count: int) -> list[str]:
    """Return a perpetual, and options on the same underlying, of two expiries."""
    ends = [
        f"{('25DEC26', '26MAR27')[n % 2]}-{50 + n}000-{'CP'[n % 3 % 2]}" for n in range(count - 1)
    ]
    return ["BTC-PERP", *(f"BTC-{end}" for end in ends)]


def a_derivative_case(symbols: list[str], orders: int, side: Side = Side.BUY) -> Case:
    """Return an order of the first derivative, of an account with a position in each."""
    held = {symbol: Position(5 if n % 2 else -5, 5_000_000) for n, symbol in enumerate(symbols)}
    made = [a_hold(number, symbols[number % len(symbols)]) for number in range(orders)]
    state = AccountState(
        opened=True,
        available={"USD": 10**15},
        holds={one.command["command_id"]: one for one in made},
        positions=held,
        terms=AccountTerms(verification_level=3),
    )
    quote = Quote(1_000_000, Collar(1, 10**9), 1_000_000, "USD", 1, 0, 0, 0)
    marked = {symbol: a_mark(symbol, number) for number, symbol in enumerate(symbols)}
    return Case(state, symbols[0], side, 1, quote, AT_MS, Limits(), marked=marked)


def a_mark(symbol: str, number: int) -> Marked:
    """Return a derivative with its mark; of an option with a risk array of every scenario."""
    base = symbol.partition("-")[0]
    if symbol.endswith("-PERP"):
        return Marked(base, "USD", 1, 100, 1_000_000, AT_MS, margin=tuple(TIERS))
    profits = tuple((number + 3) * (one - 9) * 1_234 for one in range(len(SCENARIOS)))
    risk = OptionRisk(1, AT_MS, 50_000, profits, 500_000 - number, 1_000_000)
    return Marked(base, "USD", 1, 100, 50_000, AT_MS, option=risk)


def isolated(case: Case) -> Case:
    """Return a case with every second position isolated, the order's own not."""
    pots = {symbol: Pot("USD", 10**12, 0) for symbol in list(case.marked)[1::2]}
    return case._replace(state=case.state.replace(isolated=pots))


def a_hold(
    number: int, symbol: str, *, lots: int | None = None, side: Side = Side.BUY, key: str = ""
) -> Hold:
    """Return what is held for an order; where ``lots`` are said, none of them is filled."""
    command = PlaceCommand(
        kind="place",
        command_id=order_id_for("alice", f"{key}{number}"),
        account_id="alice",
        symbol=symbol,
        side=side.value,
        type="LIMIT",
        price_ticks=1_000_000 + number,
        quantity_lots=7 + number if lots is None else lots,
        time_in_force="GTC",
        post_only=False,
        maker_bps=2,
        taker_bps=5,
        held_minor=7_000_000 + number,
        accepted_at_ms=AT_MS + number,
    )
    return Hold(
        "USD", command["held_minor"], command, filled_lots=number % 5 if lots is None else 0
    )


def largest_state() -> AccountState:
    """Return an account with all that its bounds allow, in 200 markets."""
    state = a_case(len(SYMBOLS), MAX_OPEN_ORDERS - 1, EVERY).state
    detail = {"code": "RISK_INSUFFICIENT_BALANCE", "detail": "needs 1,234.56 USD at worst " * 3}
    return state.replace(
        holds=state.holds | {"last": a_hold(199, SYMBOLS[1])},
        watermarks={symbol: 10**7 + n for n, symbol in enumerate(SYMBOLS)},
        answered={order_id_for("alice", f"refused {n}"): detail for n in range(200)},
        withdrawals={f"withdrawal#{n}": Reservation("USD", 10**9 + n, AT_MS) for n in range(50)},
    )


if __name__ == "__main__":
    main()
