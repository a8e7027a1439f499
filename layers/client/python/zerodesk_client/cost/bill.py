"""What orders cost: recorded calls times published prices."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerodesk_client.cost.recorded import (
    LOG_KB,
    MEMORY_GB,
    SECONDS,
    WORKFLOW_GB,
    WORKFLOW_SECONDS,
    per_order,
    prices,
)

MILLION: Final = 1_000_000
SECONDS_PER_MONTH: Final = 30 * 24 * 60 * 60
KB_PER_GB: Final = 1_000_000


class Profile(StrEnum):
    """Where the journal lives: in one region, or in three."""

    SINGLE = "single"
    CONTINENTAL = "continental"
    GLOBAL = "global"

    @property
    def replicas(self) -> int:
        """How many regions a write is paid in."""
        return 1 if self is Profile.SINGLE else 3


@dataclass(frozen=True, slots=True)
class Bill:
    """The cost of a million orders, in dollars, by what is paid for."""

    profile: Profile
    batch: int
    api: float
    functions: float
    workflows: float
    writes: float
    reads: float
    queue: float
    events: float
    logs: float
    write_units_per_order: float

    @property
    def calls(self) -> float:
        """Dollars for the recorded calls of a million orders."""
        lines = (self.api, self.functions, self.workflows, self.writes, self.reads)
        return sum(lines) + self.queue + self.events

    @property
    def per_million(self) -> float:
        """Dollars a million orders, with their logs, which are estimated."""
        return self.calls + self.logs

    def per_month(self, orders_per_second: float) -> float:
        """Return dollars a month of 30 days at a steady rate.

        Examples
        --------
        >>> one = bill(Profile.SINGLE, batch=10)
        >>> round(one.per_month(10) / one.per_month(1), 6)
        10.0
        """
        return self.per_million * orders_per_second * SECONDS_PER_MONTH / MILLION


def bill(profile: Profile, *, batch: int) -> Bill:
    """Return what a million orders cost.

    Parameters
    ----------
    batch
        Orders of one book decided together, 1 or 10: as recorded.

    Examples
    --------
    A write is paid in every region that has a replica.

    >>> one, three = (bill(profile, batch=1) for profile in (Profile.SINGLE, Profile.GLOBAL))
    >>> round(three.writes / one.writes, 6)
    3.0
    """
    order, usd = per_order(batch), prices()["usd"]
    invocations = sum(order.invocations.values())
    gb_seconds = sum(
        number * SECONDS[name] * MEMORY_GB[name] for name, number in order.invocations.items()
    )
    executions = sum(order.executions.values())
    workflow_gb_seconds = executions * WORKFLOW_GB * WORKFLOW_SECONDS
    writes = sum(order.writes.values()) * profile.replicas
    return Bill(
        profile=profile,
        batch=batch,
        api=usd["api_requests_million"],
        functions=invocations * usd["lambda_requests_million"]
        + gb_seconds * usd["lambda_gb_seconds"] * MILLION,
        workflows=executions * usd["express_requests_million"]
        + workflow_gb_seconds * usd["express_gb_seconds"] * MILLION,
        writes=writes * usd["write_units_million"],
        reads=sum(order.reads.values()) * usd["read_units_million"],
        queue=sum(order.queue.values()) * usd["fifo_requests_million"],
        events=sum(order.events.values()) * usd["events_million"],
        logs=invocations * LOG_KB * MILLION / KB_PER_GB * usd["log_gb"],
        write_units_per_order=writes,
    )
