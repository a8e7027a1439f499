"""What the command prints."""

from typing import TYPE_CHECKING

from tests.simulation.mutants.catalogue import CATALOGUE
from tests.simulation.mutants.hunt import Caught
from tests.simulation.mutants.nursery import Outcome

if TYPE_CHECKING:
    from tests.simulation.mutants.mutant import Mutant


def words(outcome: Outcome) -> str:
    """Return an outcome in one line."""
    caught = outcome.caught
    if caught is None:
        return "NOT CAUGHT" if outcome.broken is None else f"BROKEN\n{outcome.broken}"
    where = "" if caught.seed is None else f" in run {caught.runs}, {caught.lives} lives"
    return f"caught{where} in {caught.seconds:.1f} s by {caught.text}"


def table(outcomes: dict[str, Outcome]) -> None:
    """Print a table as docs/numbers.md has it."""
    by_name: dict[str, Mutant] = {mutant.name: mutant for mutant in CATALOGUE}
    print("\n| bug | caught by | seed | lives |\n|---|---|---|---|")
    for name, outcome in outcomes.items():
        caught = outcome.caught
        if caught is None:
            print(f"| {name} | **nothing** | | |")
        elif by_name[name].claim is not None:
            print(f"| {name} | `{caught.text.rpartition('::')[2]}` | | |")
        else:
            print(f"| {name} | {_short(caught)} | {caught.seed} | {caught.lives} |")


def _short(caught: Caught) -> str:
    """Return the numbers of the invariants, and whether a handler failed on its own assertions."""
    numbers = [name.partition(".")[0] for name in caught.by if name[:1].isdigit()]
    texts = [name for name in caught.by if not name[:1].isdigit()]
    invariants = f"invariant {', '.join(numbers)}" if numbers else ""
    kinds = list(dict.fromkeys(text.partition(":")[0] for text in texts))
    return "; ".join(part for part in (invariants, *kinds) if part)


def verdict(outcomes: dict[str, Outcome], *, alarm: str | None) -> int:
    """Print what was caught and what was not; return the exit code."""
    survivors = [name for name, outcome in outcomes.items() if outcome.caught is None]
    print(f"\n{len(outcomes) - len(survivors)} of {len(outcomes)} caught")
    for name in survivors:
        print(f"NOT CAUGHT: {name}")
    if alarm is not None:
        print(f"FALSE ALARM in the tree as it is: {alarm}")
    return 1 if survivors or alarm is not None else 0
