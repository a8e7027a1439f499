"""Liquidations: begun by a record that stops the account, and driven by an execution each.

The record is the fence: a hold of before is named by the cancel that the execution begins with, and
behind it the risk check refuses every order. An execution is named after the account, the record
and the attempt, so each runs once; the clock starts another attempt where one has ended and the
liquidation has not. It goes by a list of its own: who is liquidated may hold nothing any more.
"""

from typing import Final

from zerodesk.accounts import AccountState, Change
from zerodesk.liquidating import begin_liquidation
from zerodesk.risk.monitoring import (
    Margin,
    derivatives_of,
    evidence,
    margins_of,
    stale_marks,
)
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.entry import logger
from zerodesk_aws.marks import Marks
from zerodesk_aws.tables.holders import LIQUIDATED, Holders
from zerodesk_aws.workflows import NamedWorkflow

MAX_ATTEMPTS: Final = 50
"""Executions of one liquidation: some eleven hours."""

STOPPED: Final = "ABORTED"
"""What Step Functions says of an execution that a person has stopped: nobody starts another."""

RUNNING: Final = "RUNNING"


class Liquidations:
    """Begins liquidations, and sees that they go on."""

    def __init__(self, accounts: AccountJournal, holders: Holders, workflow: NamedWorkflow) -> None:
        self._accounts, self._holders, self._workflow = accounts, holders, workflow

    def look(self, account: Account, found: list[Margin], marks: Marks, at_ms: int) -> int:
        """Stop an account that is below its maintenance; return how many executions were started.

        Each isolated position is looked at by itself. What is liquidated already is looked after by
        the clock.
        """
        apart: tuple[str | None, ...] = (None, *sorted(account.state.isolated))
        return sum(self._look(account, isolated, found, marks, at_ms) for isolated in apart)

    def _look(
        self,
        account: Account,
        isolated: str | None,
        found: list[Margin],
        marks: Marks,
        at_ms: int,
    ) -> int:
        if not _is_to_be_stopped(account.state, isolated, found):
            return 0
        # Ahead of the record: listed in vain, the account is taken off the list again.
        self._holders.show(LIQUIDATED, account.account_id, account.sequence + 1, 1)
        begun = self._accounts.commit(
            account.account_id, lambda now: _beginning(now, isolated, marks, at_ms)
        )
        return self._drive(begun, isolated)

    def listed(self) -> list[str]:
        """Return the accounts that are liquidated, and some that were until lately."""
        return self._holders.of(LIQUIDATED)

    def drive_on(self, account_id: str) -> int:
        """See that a liquidation goes on; return how many executions were started.

        One that has ended, or never began, is taken off the list.
        """
        account = self._accounts.latest(account_id)
        under_way = account.state.liquidations()
        if not under_way:
            self._holders.show(LIQUIDATED, account_id, account.sequence, 0)
        return sum(self._drive(account, isolated) for isolated in under_way)

    def _drive(self, account: Account, isolated: str | None) -> int:
        """Start the next attempt, unless one runs or somebody has stopped the last one."""
        liquidation = account.state.liquidations().get(isolated)
        if liquidation is None:
            return 0
        for attempt in range(1, MAX_ATTEMPTS + 1):
            name = f"{account.account_id}-{liquidation.number}-{attempt}"
            status = self._workflow.status(name)
            if status in (RUNNING, STOPPED):
                return 0
            given = {"account_id": account.account_id, "number": liquidation.number}
            if status is None:
                started = self._workflow.start(name, given)
                logger.warning("liquidation driven", execution=name, started=started)
                return int(started)
        return 0


def _is_to_be_stopped(state: AccountState, isolated: str | None, found: list[Margin]) -> bool:
    """Whether an account is below its maintenance, and neither liquidated nor spared."""
    if isolated in state.liquidations() or state.terms.spared is not None:
        return False
    return any(one.is_below_maintenance for one in found if one.isolated == isolated)


def _beginning(account: Account, isolated: str | None, marks: Marks, at_ms: int) -> Change | None:
    """Return the account stopped, if it is below its maintenance and nobody has spared it."""
    state = account.state
    marked = marks.of(derivatives_of(state, isolated))
    if stale_marks(state, marked, at_ms).keys() & derivatives_of(state, isolated):
        return None
    found = margins_of(state, isolated, marked)
    if not _is_to_be_stopped(state, isolated, found):
        return None
    told = {"at_ms": at_ms} | evidence(state, found, marked)
    return begin_liquidation(state, account.sequence + 1, told, isolated)
