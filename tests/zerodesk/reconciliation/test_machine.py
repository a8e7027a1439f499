"""The ledger and the book as a state machine: Hypothesis looks for a schedule that breaks them.

What it finds it shrinks to the shortest schedule. Actors go on one read or write at a time, may be
killed between any two, and every command that was ever sent comes again at the end.
"""

from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.zerodesk.reconciliation.venue import Actor, Auditor, Venue

if TYPE_CHECKING:
    from zerodesk.commands import Command

SYMBOLS = ("BTC-USD", "ETH-USD")
ACCOUNTS = ("alice", "bob")
FUNDS = {"USD": 400_000, "BTC": 40_000, "ETH": 40_000}
HOW: tuple[dict[str, Any], ...] = (
    {},
    {"time_in_force": "IOC"},
    {"time_in_force": "FOK"},
    {"post_only": True},
)
STEPS = st.sampled_from((100, *range(1, 13)))
"""Mostly to the end; else the actor stops between two reads or writes."""


class LedgerAndBook(RuleBasedStateMachine):
    """Orders, books and settlements, step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.venue = Venue(*SYMBOLS)
        self.sent: list[Command] = []
        self.at_work: list[Actor] = []
        for account_id in ACCOUNTS:
            self.venue.run(self.venue.funds(account_id, **FUNDS))

    def begin(self, actor: Actor, steps: int) -> None:
        """Let an actor do its first steps; what is not done by then goes on later, or never."""
        self.at_work.append(actor)
        self._go_on(len(self.at_work) - 1, steps)

    def _go_on(self, actor: int, steps: int) -> None:
        for _ in range(steps):
            if next(self.at_work[actor], StopIteration) is StopIteration:
                del self.at_work[actor]
                return

    @rule(
        account_id=st.sampled_from(ACCOUNTS),
        symbol=st.sampled_from(SYMBOLS),
        side=st.sampled_from(("BUY", "SELL")),
        lots=st.integers(1, 4),
        ticks=st.sampled_from((99_000, 100_000, 101_000)),
        how=st.sampled_from(HOW),
        steps=STEPS,
    )
    def order(
        self,
        account_id: str,
        symbol: str,
        side: str,
        lots: int,
        ticks: int,
        how: dict[str, Any],
        steps: int,
    ) -> None:
        self.begin(self.venue.places(account_id, symbol, side, lots, ticks, **how), steps)

    @precondition(lambda self: self.venue.placed)
    @rule(data=st.data(), steps=STEPS)
    def cancel(self, data: st.DataObject, steps: int) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.venue.placed)))
        self.begin(self.venue.cancels(order_id), steps)

    @rule(symbol=st.sampled_from(SYMBOLS), steps=STEPS)
    def match(self, symbol: str, steps: int) -> None:
        self.sent += self.venue.queues[symbol]
        self.begin(self.venue.matches(symbol), steps)

    @rule(symbol=st.sampled_from(SYMBOLS), limit=st.integers(1, 4), steps=STEPS)
    def settle(self, symbol: str, limit: int, steps: int) -> None:
        self.begin(self.venue.settles(symbol, limit), steps)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data(), steps=STEPS)
    def go_on(self, data: st.DataObject, steps: int) -> None:
        self._go_on(data.draw(st.sampled_from(range(len(self.at_work)))), steps)

    @precondition(lambda self: self.at_work)
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        del self.at_work[data.draw(st.sampled_from(range(len(self.at_work))))]

    @invariant()
    def nobody_has_less_than_nothing(self) -> None:
        for account_id in self.venue.accounts:
            state = self.venue.latest(account_id)[1]
            assert all(minor >= 0 for minor in state.available.values())
            assert all(hold.held_minor > 0 for hold in state.holds.values())

    def teardown(self) -> None:
        """Let come again what may have been lost with a killed actor; then all must balance."""
        for account_id in self.venue.accounts:
            for hold in self.venue.latest(account_id)[1].holds.values():
                self.sent.append(hold.command)
        for command in self.sent:
            self.venue.queues[command["symbol"]].append(command)
        self.venue.settle_all()
        auditor = Auditor(self.venue)
        result = auditor.run()
        assert result["balanced"], result["breaches"]
        assert auditor.comparison.standings == []
        assert {totals["in_clearing"] for totals in result["totals"]} == {"0"}


TestLedgerAndBook = LedgerAndBook.TestCase
TestLedgerAndBook.settings = settings(max_examples=40, stateful_step_count=40)
