"""How long settlement takes for the trades of ten orders where a call takes as long as on AWS.

    .venv/bin/python -m tests.benchmarks.settling [--rounds 5]

The real handlers over tables in memory: ten accounts place orders, of which every other one takes
the one before, in one batch. Then settlement runs, each of its calls after the time that a
profile's commit takes (``zerodesk_client.cost.ceilings``): with accounts at once, as it does, and
one after the other. What is left out: the way to AWS.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from statistics import median
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient

from tests.benchmarks.batches import KEYS, Context, Took
from tests.handler_settings import SETTINGS
from tests.tables_in_memory import tables_in_memory
from zerodesk_aws.at_once import at_once
from zerodesk_client.cost import Profile
from zerodesk_client.cost.ceilings import COMMIT_SECONDS

PAIRS: Final = 5


@contextmanager
def answering_after(seconds: float, calls: list[str]) -> Iterator[None]:
    """Let every answer take its time, and take down what is asked."""
    answer = BaseClient._make_api_call  # type: ignore[attr-defined]

    def late(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        calls.append(operation)
        time.sleep(seconds)
        return answer(client, operation, asked)

    with patch.object(BaseClient, "_make_api_call", late):
        yield


def measured(seconds: float, how: Callable[[Any], Any]) -> Took:
    """Return what a run takes that settles a batch of ten orders of ten accounts."""
    from settlement import run
    from tests.functions.test_path import BTC, USD, Venue

    calls: list[str] = []
    with tables_in_memory():
        venue = Venue(Context())
        venue.list_market()
        for number in range(PAIRS):
            venue.open(f"seller{number}", BTC=2 * BTC)
            venue.open(f"buyer{number}", USD=100_000 * USD)
        for number in range(PAIRS):
            for who, side in ((f"seller{number}", "SELL"), (f"buyer{number}", "BUY")):
                venue.workflow(venue.intake(who, "one", side))
        venue.match()
        with answering_after(seconds, calls), patch.object(run, "at_once", how):
            cpu_seconds, began = time.process_time(), time.perf_counter()
            told = venue.settle()
            took, spent = time.perf_counter() - began, time.process_time() - cpu_seconds
        assert sum(entry["DetailType"] == "PositionChanged" for entry in told) == 2 * PAIRS
    return Took(took, spent, len(calls))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    os.environ.update(SETTINGS | KEYS)
    ways = {"one by one": returning, "at once": at_once}
    found: dict[tuple[Profile, str], list[Took]] = {}
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        for _ in range(rounds):
            for profile in Profile:
                for name, how in ways.items():
                    took = measured(COMMIT_SECONDS[profile], how)
                    found.setdefault((profile, name), []).append(took)
    told = ["| profile | accounts | ms a run | CPU ms | calls |", f"|{'---|' * 5}"]
    told += [
        f"| {profile.value} | {name} | {1000 * median(one.seconds for one in each):.0f} "
        f"| {1000 * median(one.cpu_seconds for one in each):.0f} | {each[0].requests:.0f} |"
        for (profile, name), each in found.items()
    ]
    sys.stdout.write("\n".join([*told, ""]))


def returning(calls: Any) -> list[Any]:
    """Make calls one after the other."""
    return [call() for call in calls]


if __name__ == "__main__":
    main()
