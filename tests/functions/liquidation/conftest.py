"""Perpetuals, the monitor over them, and the liquidation workflow stood in for by a loop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.risk_monitor.conftest import marked_at, trade, venue, watch
from zerodesk.liquidations import Liquidation
from zerodesk_aws.accounts import AccountJournal

__all__ = ["marked_at", "trade", "venue", "watch"]

LOOKS_MAX = 120


@dataclass
class Executions:
    """Stands in for Step Functions: it remembers what was started, and each name runs once."""

    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, given: dict[str, Any]) -> bool:
        is_new = name not in self.started
        self.started.setdefault(name, given)
        self.statuses.setdefault(name, "RUNNING")
        return is_new

    def status(self, name: str) -> str | None:
        return self.statuses.get(name)


@dataclass
class Desk:
    """The workflow of one account, as its file has it: look, act, let the books settle."""

    venue: Gateway
    context: Any
    executions: Executions
    acts: list[str] = field(default_factory=list)

    def take(self, step: str, account_id: str, number: int) -> str:
        from liquidation import handler as liquidation

        event = {"step": step, "account_id": account_id, "number": number}
        following: str = liquidation.handler(event, self.context)["next"]
        return following

    def run(
        self,
        account_id: str,
        between: Callable[[], None] = lambda: None,
        isolated: str | None = None,
    ) -> list[str]:
        """Run to the end; return what was done."""
        number = under_way(account_id, isolated).number
        self.acts.clear()
        for _ in range(LOOKS_MAX):
            following = self.take("LOOK", account_id, number)
            if following == "ENDED":
                return self.acts
            if following != "WAIT":
                self.acts.append(following)
                self.take(following, account_id, number)
            self.venue.settle("BTC-PERP")
            between()
        raise AssertionError(self.acts)


def under_way(account_id: str, isolated: str | None = None) -> Liquidation:
    return AccountJournal("journal").latest(account_id).state.liquidations()[isolated]


@pytest.fixture
def desk(venue: Gateway, context: Any, monkeypatch: pytest.MonkeyPatch) -> Desk:
    from liquidation import handler as liquidation
    from risk_monitor import handler as risk_monitor

    executions = Executions()
    monkeypatch.setattr(risk_monitor.monitor._liquidations, "_workflow", executions)
    monkeypatch.setattr(liquidation.liquidator, "_queue", venue)
    monkeypatch.setattr(liquidation.liquidator._mass_cancels, "_queue", venue)
    return Desk(venue, context, executions)
