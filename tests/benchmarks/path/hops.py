"""How long each function ran, as its own REPORT lines say, on the real and on the bare path."""

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infra_cdk.local.aws import LocalSession
from infra_cdk.local.function_names import FUNCTION_PREFIX
from tests.benchmarks.path.yardsticks import PREFIX

DURATION: Final = re.compile(r"REPORT RequestId: \S+\s+Duration: ([0-9.]+) ms")
HOPS: Final = ("order_intake", "pricing", "risk_check", "matching", "settlement")


@dataclass(frozen=True, slots=True)
class Hop:
    """One function of both paths. Medians, ms an invocation."""

    function: str
    real_ms: float
    bare_ms: float
    invocations: int
    """Of the real one."""

    @property
    def own_ms(self) -> float:
        """What the product's own code adds."""
        return self.real_ms - self.bare_ms


def hops(session: LocalSession, since_ms: int) -> Iterator[Hop]:
    """Yield what each function took since a moment."""
    for function in HOPS:
        real = durations_ms(session, f"{FUNCTION_PREFIX}{function}", since_ms)
        bare = durations_ms(session, f"{PREFIX}-{function}", since_ms)
        yield Hop(function, statistics.median(real), statistics.median(bare), len(real))


def durations_ms(session: LocalSession, function: str, since_ms: int) -> list[float]:
    """Return how long a function ran each time since a moment."""
    pages = session.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{function}", startTime=since_ms)
    lines = (event["message"] for page in found for event in page["events"])
    return [float(match[1]) for line in lines if (match := DURATION.search(line))]
