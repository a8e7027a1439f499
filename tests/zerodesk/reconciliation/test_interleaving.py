"""Trading goes on while reconciliation reads: whatever the order, it raises no false alarm.

A seeded scheduler decides who does the next single read or write. Traders, books, settlements of
several workers, transfers, withdrawals, sweeps of fees and reconciliation itself are at work at
once; every run in the middle must find nothing, and once all is quiet nothing may stand still and
nothing be in clearing or in transit.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.zerodesk.reconciliation.money import sweeps, transfers, withdraws
from tests.zerodesk.reconciliation.venue import Actor, Auditor, Venue

SYMBOLS = ("BTC-USD", "ETH-USD")
ACCOUNTS = ("alice", "bob", "carol")
KINDS = {
    "place": 10,
    "cancel": 2,
    "match": 4,
    "settle": 4,
    "transfer": 3,
    "withdraw": 2,
    "sweep": 2,
    "fund": 1,
}
HOW: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"time_in_force": "IOC"},
    {"time_in_force": "FOK"},
    {"post_only": True},
)
AT_ONCE = 6
ACTORS = 200


class Traffic:
    """Starts actors of every kind on one venue, as a seed decides."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.venue = Venue(*SYMBOLS)
        self.auditor = Auditor(self.venue)
        self.runs = self.names = 0
        self.reconciling = False
        for account_id in ACCOUNTS[:2]:
            self.venue.run(self.venue.funds(account_id, BTC=10**6, ETH=10**6, USD=10**7))

    def actor(self) -> Actor:  # noqa: PLR0911 - one for each kind
        random, venue = self.random, self.venue
        account_id, symbol = random.choice(ACCOUNTS), random.choice(SYMBOLS)
        match random.choices(list(KINDS), list(KINDS.values()))[0]:
            case "place" if account_id in venue.accounts:
                side, how = random.choice(("BUY", "SELL")), random.choice(HOW)
                lots, ticks = random.randint(1, 5), 1_000 * random.randint(98, 102)
                return venue.places(account_id, symbol, side, lots, ticks, **how)
            case "cancel" if venue.placed:
                # Also of orders that are on their way, or long done: the client decides.
                return venue.cancels(random.choice(list(venue.placed)))
            case "match":
                return venue.matches(symbol)
            case "settle":
                return venue.settles(symbol, limit=random.randint(1, 5))
            case "transfer" if len(venue.accounts) > 1:
                sender, receiver = random.sample(sorted(venue.accounts), 2)
                amount_minor = random.choice((1, 10**5, 10**7))
                return transfers(venue, sender, receiver, self.name(), amount_minor)
            case "withdraw" if account_id in venue.accounts:
                leaves, amount_minor = random.random() < 0.5, random.choice((1, 10**4, 10**7))
                return withdraws(venue, account_id, self.name(), amount_minor, leaves=leaves)
            case "sweep":
                return sweeps(venue, symbol, limit=random.randint(1, 5))
            case _:
                return venue.funds(account_id, USD=10**6, BTC=10**5, ETH=10**5)

    def name(self) -> str:
        """Return an id that was never used."""
        self.names += 1
        return f"n{self.names}"

    def reconcile(self) -> Actor:
        yield from self.auditor.reconciles()
        self.reconciling = False
        self.runs += 1
        assert self.auditor.findings.breaches == []

    def run(self) -> None:
        """Let all actors be through, one random step at a time."""
        started, at_work = 0, list[Actor]()
        while started < ACTORS or at_work:
            if started < ACTORS and len(at_work) < AT_ONCE:
                at_work.append(self.actor())
                started += 1
            if started < ACTORS and not self.reconciling:
                # One process: its runs do not overlap, and it keeps what it knows.
                self.reconciling = True
                at_work.append(self.reconcile())
            actor = self.random.choice(at_work)
            if next(actor, StopIteration) is StopIteration:
                at_work.remove(actor)


@pytest.mark.parametrize("seed", range(30))
def test_no_interleaving_of_trading_and_reading_raises_an_alarm(seed: int) -> None:
    traffic = Traffic(seed)
    traffic.run()
    traffic.venue.settle_all()
    result = traffic.auditor.run()
    assert result["balanced"], result["breaches"]
    assert traffic.auditor.comparison.standings == []
    for name in ("in_clearing", "in_transit"):
        assert {totals[name] for totals in result["totals"]} == {"0"}


def transfer(venue: Venue) -> None:
    venue.run(transfers(venue, "alice", "bob", "t", 5))
    venue.run(transfers(venue, "bob", "alice", "t", 7))


def sweep_fees(venue: Venue) -> None:
    trade_and_settle(venue)
    venue.run(sweeps(venue, "BTC-USD", limit=100))


def trade_and_settle(venue: Venue) -> None:
    venue.run(venue.places("alice", "BTC-USD", "SELL", 2, 100_000))
    venue.run(venue.places("bob", "BTC-USD", "BUY", 1, 100_000))
    venue.settle_all()


def trade_and_settle_in_part(venue: Venue) -> None:
    trade_and_settle(venue)
    venue.run(venue.places("bob", "BTC-USD", "BUY", 1, 100_000))
    venue.run(venue.matches("BTC-USD"))
    settlement = venue.settles("BTC-USD")
    while not any(body["cause"].get("to") == 4 for body in venue.accounts["alice"]):
        next(settlement)


def open_trade_and_settle(venue: Venue) -> None:
    venue.run(venue.funds("carol", USD=10**7))
    venue.run(venue.places("carol", "BTC-USD", "BUY", 3, 100_000))
    venue.settle_all()


def cancel_and_settle(venue: Venue) -> None:
    venue.run(venue.cancels("o1"))
    venue.settle_all()


@pytest.mark.parametrize("step", range(9))
@pytest.mark.parametrize(
    "happens",
    [
        trade_and_settle,
        trade_and_settle_in_part,
        open_trade_and_settle,
        cancel_and_settle,
        transfer,
        sweep_fees,
    ],
)
def test_whatever_happens_between_two_reads_raises_no_alarm(
    happens: Callable[[Venue], None], step: int
) -> None:
    venue = Venue("BTC-USD")
    for account_id in ACCOUNTS[:2]:
        venue.run(venue.funds(account_id, BTC=10**6, USD=10**7))
    venue.run(venue.places("alice", "BTC-USD", "SELL", 5, 100_000))
    venue.run(venue.matches("BTC-USD"))
    auditor = Auditor(venue)
    reconciliation = auditor.reconciles()
    for _ in zip(range(step), reconciliation, strict=False):
        pass
    happens(venue)
    venue.run(reconciliation)
    assert auditor.findings.breaches == []
    assert auditor.codes() == set(), "and the next run finds nothing either"


def test_the_traffic_trades_and_is_reconciled_in_the_middle() -> None:
    traffic = Traffic(seed=1)
    traffic.run()
    assert traffic.runs >= 5
    assert sum(book.trades for book in traffic.auditor.books.values()) >= 20
    kinds = Counter(
        body["cause"]["kind"] for records in traffic.venue.accounts.values() for body in records
    )
    assert {"send", "receive", "refuse", "reserve", "post", "void"} <= kinds.keys()
    assert traffic.venue.house("USD")[1].balance_minor > 0


@pytest.mark.parametrize("seed", range(10))
def test_a_cold_audit_sees_what_the_warm_one_saw(seed: int) -> None:
    traffic = Traffic(seed)
    traffic.run()
    traffic.venue.settle_all()
    warm, cold = traffic.auditor.run(), Auditor(traffic.venue).run()
    assert warm["books"] == cold["books"]
    assert warm["totals"] == cold["totals"]
    assert cold["balanced"]
