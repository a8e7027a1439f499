"""A crash day: a gap in the mark, thousands of accounts, the decisions and the book as they are.

    .venv/bin/python -m tests.benchmarks.crash --accounts 10000

Half of the accounts are long of a perpetual and half short, at leverages of two to ten. Over night
the mark gaps by 40 %, and a few with deep pockets buy far less than must be sold. Each account
below its maintenance is liquidated as ``functions/liquidation`` does it: stopped, reduced by orders
through the book, deleveraged where nobody buys; each record of the book is settled to all that it
concerns. In the end every unit and every lot must be where it can be told from the journals.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Final

from tests import markets
from zerodesk.accounts import AccountState, Change, deposit, hold
from zerodesk.commands import DeleverageCommand, PlaceCommand
from zerodesk.dues import settle
from zerodesk.instruments import Market
from zerodesk.ledger import open_account
from zerodesk.liquidating import begin_liquidation, deleverage, end_liquidation, reduce_by_order
from zerodesk.liquidations import order_name
from zerodesk.matching import Book, listing, order
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import MAX_OTHERS
from zerodesk.positions import FLAT
from zerodesk.risk import Marked
from zerodesk.risk.liquidation import (
    Decision,
    Ranked,
    Step,
    deleveraging_order,
    next_step,
    paid_ticks,
)
from zerodesk.risk.monitoring import evidence, exposure_of, margins
from zerodesk.rows import expand
from zerodesk.settlement import dues_by_account
from zerodesk.tiers import Tier
from zerodesk.turnover import TickValue

SYMBOL, USD = "BTC-PERP", "USD"
FROM_TICKS: Final = 6_000_000
LEVERAGES: Final = (2, 3, 5, 8, 10)
STEPS_MAX: Final = 400
"""Steps of one liquidation; each closes a quarter of what is left, or nothing three times."""


@dataclass
class Crash:
    """A venue in memory: a book, its accounts, and all that came in from outside."""

    market: Market
    book: Book = field(init=False)
    accounts: dict[str, AccountState] = field(default_factory=dict)
    deposits_minor: int = 0
    open_minor: int = 0
    mark_ticks: int = FROM_TICKS
    counted: Counter[str] = field(default_factory=Counter)
    ranked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.book = Book(self.market.symbol)
        self.take(listing(self.market))

    def open(self, account_id: str, amount_minor: int) -> None:
        """Open an account with a deposit."""
        self.put(account_id, deposit(AccountState(opened=True), "d", USD, amount_minor))
        self.deposits_minor += amount_minor

    def put(self, account_id: str, change: Change) -> None:
        """Append a record to an account: a change has been found sound by its making."""
        self.accounts[account_id] = change.state
        self.counted["account records"] += 1

    def take(self, *commands: Any) -> dict[str, Any]:
        """Have the book decide commands, and settle all whom the record concerns."""
        decision = self.book.decide(list(commands))
        assert decision is not None
        assert decision.record is not None, commands
        body = expand(decision.record)
        self.counted["book records"] += 1
        for row in body["postings"]:
            if row[0] == open_account(SYMBOL):
                self.open_minor += row[4]
        sequence, tick = self.book.sequence, TickValue.of(self.market)
        for account_id, dues in dues_by_account(SYMBOL, [(sequence, body)], tick).items():
            change = settle(self.accounts[account_id], SYMBOL, sequence, dues)
            assert change is not None
            self.put(account_id, change)
        return body

    def place(self, command: PlaceCommand) -> None:
        """Hold for an order and have it decided."""
        account_id = command["account_id"]
        self.put(account_id, hold(self.accounts[account_id], command, USD))
        self.take(command)

    def marked(self) -> dict[str, Marked]:
        """Return the instrument at its mark."""
        return {SYMBOL: Marked.of(self.market, self.mark_ticks, 0)}

    def is_short_of(self, account_id: str) -> bool:
        """Whether an account is below its maintenance."""
        found = margins(self.accounts[account_id], self.marked())
        return any(one.is_below_maintenance for one in found)

    def liquidate(self, account_id: str) -> None:
        """Liquidate an account to the end, as the workflow does."""
        state, marked = self.accounts[account_id], self.marked()
        told = {"at_ms": 0} | evidence(state, margins(state, marked), marked)
        self.put(account_id, begin_liquidation(state, 1, told))
        self.counted["liquidations"] += 1
        for _ in range(STEPS_MAX):
            decision = self.next(account_id)
            if decision.step is Step.NONE:
                self.put(account_id, end_liquidation(self.accounts[account_id], told))
                return
            if decision.step is Step.REDUCE:
                self.reduce(account_id, decision)
            else:
                assert decision.step is Step.DELEVERAGE
                self.take_over(account_id)
        raise AssertionError(f"{account_id} is not done after {STEPS_MAX} steps")

    def next(self, account_id: str) -> Decision:
        """Return what is next for an account."""
        state = self.accounts[account_id]
        assert state.liquidation is not None
        assert not state.holds
        position = state.positions.get(SYMBOL, FLAT)
        stays = state.liquidation.steps and position.quantity_lots == state.liquidation.lots_before
        in_vain = state.liquidation.in_vain + 1 if stays else 0
        self.accounts[account_id] = state
        return next_step(state, self.marked(), in_vain=in_vain)

    def reduce(self, account_id: str, decision: Decision) -> None:
        """Place the order of a step."""
        state, reduction = self.accounts[account_id], decision.reduction
        assert state.liquidation is not None
        assert reduction is not None
        lots = state.positions[SYMBOL].quantity_lots
        stays = state.liquidation.steps and lots == state.liquidation.lots_before
        taken = state.liquidation._replace(
            steps=state.liquidation.steps + 1,
            symbol=SYMBOL,
            lots_before=lots,
            in_vain=state.liquidation.in_vain + 1 if stays else 0,
        )
        command = order(
            self.market,
            f"{account_id}-{order_name(taken, taken.steps)}",
            account_id,
            "SELL" if lots > 0 else "BUY",
            reduction.quantity_lots,
            reduction.price_ticks,
            time_in_force="IOC",
            reduce_only=True,
        )
        self.put(account_id, reduce_by_order(state, taken, command, USD, {}))
        self.take(command)
        self.counted["orders to reduce"] += 1

    def take_over(self, account_id: str) -> None:
        """Have the first of the ranking take a position over, at the price of bankruptcy."""
        state = self.accounts[account_id]
        assert state.liquidation is not None
        position = exposure_of(state, SYMBOL, self.marked()[SYMBOL])
        [margin] = margins(state, self.marked())
        taken = state.liquidation._replace(
            steps=state.liquidation.steps + 1,
            symbol=SYMBOL,
            lots_before=position.quantity_lots,
        )
        command = DeleverageCommand(
            kind="deleverage",
            command_id=f"{account_id}-{order_name(taken, taken.steps)}",
            account_id=account_id,
            symbol=SYMBOL,
            price_ticks=paid_ticks(position, abs(position.quantity_lots), margin.equity_minor),
            others=self.others(position.quantity_lots),
            marked_until_ms=2**52,
            accepted_at_ms=0,
        )
        self.put(account_id, deleverage(state, taken, command["command_id"], {}))
        body = self.take(command)
        self.counted["takeovers"] += 1
        self.counted["taken over from"] += sum(len(one["taken"]) for one in body["events"])

    def others(self, held_lots: int) -> list[list[Any]]:
        """Return the first of the ranking, as far as they are on the other side still."""
        named: list[list[Any]] = []
        left_lots = abs(held_lots)
        while self.ranked and left_lots > 0 and len(named) < MAX_OTHERS:
            name = self.ranked[-1]
            lots = self.accounts[name].positions[SYMBOL].quantity_lots
            if lots * held_lots >= 0:
                self.ranked.pop()
                continue
            named.append([name, min(left_lots, abs(lots))])
            left_lots -= abs(lots)
            if left_lots >= 0:
                self.ranked.pop()
        return named

    def rank(self, names: list[str]) -> None:
        """Rank those who won by the gap, at one look: the last one is taken over first."""
        found = []
        for name in names:
            state = self.accounts[name]
            position = exposure_of(state, SYMBOL, self.marked()[SYMBOL])
            [margin] = margins(state, self.marked())
            found.append(
                Ranked(
                    name,
                    position.quantity_lots,
                    position.unrealised_minor,
                    position.notional_minor(position.quantity_lots),
                    margin.equity_minor,
                )
            )
        self.ranked = [one.account_id for one in reversed(deleveraging_order(found))]

    def assert_accounted_for(self) -> None:
        """Find every unit and every lot, in the accounts and in the book."""
        kept = self.book.state()
        positions = {name: row[0] for name, row in kept.get("positions", {}).items()}
        cost_tick_lots = sum(row[1] for row in kept.get("positions", {}).values())
        told = {
            name: state.positions[SYMBOL].quantity_lots
            for name, state in self.accounts.items()
            if state.positions.get(SYMBOL, FLAT).quantity_lots
        }
        assert told == positions
        assert sum(positions.values()) == 0
        users_minor = sum(
            state.available_minor(USD) + state.held_minor(USD) for state in self.accounts.values()
        )
        assert self.open_minor == -cost_tick_lots * self.market.tick_value_minor
        assert (
            users_minor + sum(kept["fees_minor"].values()) + self.open_minor == self.deposits_minor
        )

    def owed_minor(self) -> int:
        """Return what accounts owe beyond what they have."""
        return -sum(min(0, one.available_minor(USD)) for one in self.accounts.values())


def a_market() -> Market:
    """Return the perpetual of the day."""
    return markets.a_market(
        symbol=SYMBOL, quote=USD, max_quantity=Decimal(10_000), margin=(Tier(0, 1_000, 500),)
    )


def run(accounts: int, gap_bps: int, seed: int = 1) -> Crash:
    """Have a day go by: positions are opened, the mark gaps, who falls short is liquidated."""
    chance, crash = Random(seed), Crash(a_market())
    pairs = accounts // 2
    for number in range(pairs):
        lots = chance.randint(100, 20_000)
        notional_minor = crash.market.notional_minor(FROM_TICKS, lots)
        short, long = f"short{number}", f"long{number}"
        for name in (short, long):
            crash.open(name, notional_minor // chance.choice(LEVERAGES) + notional_minor // 1_000)
        crash.place(order(crash.market, f"o-{short}", short, "SELL", lots, FROM_TICKS))
        crash.place(order(crash.market, f"o-{long}", long, "BUY", lots, FROM_TICKS))
    crash.assert_accounted_for()
    crash.mark_ticks = FROM_TICKS * (BASIS_POINTS - gap_bps) // BASIS_POINTS
    crash.open("deep", 10**16)
    for number in range(10):
        price = crash.mark_ticks * (995 - number) // 1_000
        crash.place(order(crash.market, f"bid{number}", "deep", "BUY", pairs * 50, price))
    crash.rank([f"short{number}" for number in range(pairs)])
    for number in range(pairs):
        if crash.is_short_of(f"long{number}"):
            crash.liquidate(f"long{number}")
    return crash


def main() -> None:
    """Run a day and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--gap-bps", type=int, default=4_000)
    asked = parser.parse_args()
    begun = time.process_time()
    crash = run(asked.accounts, asked.gap_bps)
    crash.assert_accounted_for()
    print(f"{asked.accounts} accounts, a gap of {asked.gap_bps} basis points: all accounted for")
    for what, number in sorted(crash.counted.items()):
        print(f"  {number:>9,} {what}")
    print(f"  {crash.owed_minor():>9,} minor units owed, of {crash.deposits_minor:,} deposited")
    print(f"  {time.process_time() - begun:.0f} s of CPU")


if __name__ == "__main__":
    main()
