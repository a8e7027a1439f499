"""What the product asks beyond its plan while many clients ask at once, for the bare path to ask.

The plan is of one order after the other by functions that have a process each. With more clients a
book was written by another process, an account by settlement: a put loses its race, a tail is read
first. The bare path is to make as many calls of each kind, so it is told of these with its orders,
as often as the real one made them in its turns with so many clients.
"""

from collections import Counter
from collections.abc import Mapping
from math import floor

from infra_cdk.local.function_names import FUNCTION_PREFIX
from tests.benchmarks.path.drive import Measured
from tests.benchmarks.path.plan import Plan

Asked = tuple[str, str]
"""(function, operation)."""

BY_THE_CLOCK = "order_intake"
"""It looks at its order until that is done, and so does the bare one by itself."""


class Beyond:
    """Says with each order of the bare path what it is to ask beyond the plan."""

    def __init__(self, plan: Plan) -> None:
        self._planned = {kind: counted(plan, kind) for kind in plan}
        self._rates: dict[str, dict[Asked, float]] = {kind: {} for kind in plan}

    def learn(self, done: Measured) -> None:
        """Have the next orders make up for what the real path asked in all of these turns.

        What only orders that take ask is asked by those; the kinds take turns.
        """
        asked = asked_per_order(done)
        kinds = len(self._planned)
        planned: Counter[Asked] = sum(self._planned.values(), start=Counter())
        for one, count in asked.items():
            more = kinds * count - planned[one]
            whose = [kind for kind, calls in self._planned.items() if _takes_part(one[0], calls)]
            for kind in whose:
                self._rates[kind][one] = max(0.0, more / len(whose))

    def of(self, kind: str, number: int) -> str:
        """Return what the order of that number among those of its kind asks: ``matching:Query``.

        A rate of 0.4 is two orders in five, evenly.
        """
        return " ".join(
            f"{function}:{operation}"
            for (function, operation), rate in sorted(self._rates[kind].items())
            for _ in range(floor((number + 1) * rate) - floor(number * rate))
        )


def counted(plan: Plan, kind: str) -> Counter[Asked]:
    """Return how often an order of a kind asks for what."""
    return Counter((call.function, call.operation) for call in plan[kind])


def asked_per_order(done: Measured) -> Mapping[Asked, float]:
    """Return what the product's functions asked of its tables, a call an order.

    Raises
    ------
    AssertionError
        No call says which function made it: the bare path would be asked too little.
    """
    found: Counter[Asked] = Counter()
    for line, count in done.calls.items():
        service, operation, asked_by = line.split(" ")
        function = asked_by.removeprefix(FUNCTION_PREFIX)
        if service == "DynamoDB" and function not in (asked_by, BY_THE_CLOCK):
            found[function, operation] += count
    assert found, f"of {sum(done.calls.values())} calls none says which function made it"
    return {one: count / len(done.latencies_s) for one, count in found.items()}


def _takes_part(function: str, calls: Counter[Asked]) -> bool:
    return any(whose == function for whose, _ in calls)
