"""What a book did to one account, record by record, folded as far as the account has come.

An account lags behind its book by what settlement has not carried over yet. So the book's view of
it has two parts: what stands folded, to be compared with the account, and the later steps, which
wait. Folding only ever goes forward, and so the memory is bounded by what is open and unsettled.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from zerodesk.reconciliation.fills import NONE, Fills

Held = tuple[str, int]
"""(currency, minor units) that the book counts on for an open order."""


Moved = dict[tuple[str, str], int]
"""Minor units by (account, currency); positive is what the account receives."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one record of a book did to one account.

    ``is_due`` tells whether settlement has anything to carry over; an order that came to rest
    with just its hold is a step and no due. ``held`` has each order that the record touched:
    None when it is not open after it.
    """

    sequence: int
    is_due: bool
    moved: dict[str, int]
    fills: Fills
    held: dict[str, Held | None]


@dataclass(slots=True)
class Owed:
    """One account as one book knows it."""

    folded: int = 0
    settled: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    fills: Fills = NONE
    open: dict[str, Held] = field(default_factory=dict)
    steps: deque[Step] = field(default_factory=deque)

    def join(self, later: "Owed") -> None:
        """Take in what came behind this, in an ``Owed`` that began with the orders open there."""
        if not self.steps:
            self.open, self.folded = later.open, later.folded
        # While steps wait here, none of the later ones stands yet.
        self.steps += later.steps
        for currency, amount_minor in later.settled.items():
            self.settled[currency] += amount_minor
        self.fills = self.fills.plus(later.fills)

    def fold(self, upto: int) -> None:
        """Let the steps up to a record stand."""
        while self.steps and self.steps[0].sequence <= upto:
            step = self.steps.popleft()
            for currency, amount_minor in step.moved.items():
                self.settled[currency] += amount_minor
            self.fills = self.fills.plus(step.fills)
            for order_id, held in step.held.items():
                if held is None:
                    self.open.pop(order_id, None)
                else:
                    self.open[order_id] = held
        self.folded = max(self.folded, upto)

    def first_due(self, after: int, upto: int) -> int | None:
        """Return the first record in (after, upto] that owes the account something."""
        due = (step.sequence for step in self.steps if step.is_due and step.sequence > after)
        first = next(due, None)
        return first if first is not None and first <= upto else None

    def waiting_orders(self) -> set[str]:
        """Return the orders that the later steps opened, changed or answered."""
        return {order_id for step in self.steps for order_id in step.held}

    def waiting(self) -> dict[str, int]:
        """Return what the later steps move, by currency."""
        totals: dict[str, int] = defaultdict(int)
        for step in self.steps:
            for currency, amount_minor in step.moved.items():
                totals[currency] += amount_minor
        return totals


def note_steps(
    owed: dict[str, Owed],
    sequence: int,
    accounts: Iterable[str],
    *,
    due: Collection[str],
    moved: Moved,
    fills: Mapping[str, Fills],
    held: Mapping[str, dict[str, Held | None]],
) -> None:
    """Note what a record of a book did to each of these accounts, until they have come as far."""
    moved_by_account: dict[str, dict[str, int]] = defaultdict(dict)
    for (account_id, currency), amount_minor in moved.items():
        moved_by_account[account_id][currency] = amount_minor
    for account_id in accounts:
        owed[account_id].steps.append(
            Step(
                sequence=sequence,
                is_due=account_id in due,
                moved=moved_by_account.get(account_id, {}),
                fills=fills.get(account_id, NONE),
                held=held.get(account_id, {}),
            )
        )
