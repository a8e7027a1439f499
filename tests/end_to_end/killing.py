"""Kill function processes at random, as AWS may at any moment, while something is under way.

    .venv/bin/python -m tests.end_to_end.killing [--trades 3000] [--times 20] [--seed 7]

is the campaign: on a running venue (``make up``), each round replays recorded trades (the generated
ones where there are none) while processes die, and compares the outcome with the file. It ends
with 1 at the first round that differs; at about 15 trades a second a round takes three minutes.
"""

import argparse
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from infra_cdk.local import cloud
from tests.end_to_end.replaying import GENERATED, RECORDED, started, verdict

if TYPE_CHECKING:
    import subprocess

LIFE_SECONDS = 20.0
"""How long a process lives, on average: few of them are killed more rarely than many. At a fixed
rate the last one left would never get through what takes longer than the pause."""
CONCLUDING_SECONDS = 600.0
"""A replay that met faults repeats its requests for as long as this before it gives up."""


def main() -> int:
    """Run the campaign and print a line for each round."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trades", type=int, default=3_000, help="of each round (default 3000)")
    parser.add_argument("--times", type=int, default=20, help="rounds (default 20)")
    parser.add_argument("--seed", type=int, default=7, help="of when and which to kill")
    asked = parser.parse_args()
    file = RECORDED if RECORDED.exists() else GENERATED
    chance = random.Random(asked.seed)
    total_killed = 0
    for number in range(1, asked.times + 1):
        began_s = time.monotonic()
        replay = started(file, asked.trades)
        killed = kill_while(replay, chance)
        try:
            found = verdict(replay, within_s=CONCLUDING_SECONDS)
        except AssertionError as difference:
            print(f"round {number}: NOT as recorded after {killed} kills, seed {asked.seed}")
            print(difference)
            return 1
        total_killed += killed
        took_s = time.monotonic() - began_s
        print(
            f"round {number} of {asked.times}: {asked.trades:,} trades of {file.name}, "
            f"{killed} processes killed, as recorded: {found['as_recorded']}, {took_s:.0f} s",
            flush=True,
        )
    print(f"{asked.times * asked.trades:,} trades, {total_killed} processes killed, 0 differences")
    return 0


def kill_while(running: "subprocess.Popen[str]", chance: random.Random) -> int:
    """Kill function processes, each after ``LIFE_SECONDS`` or so, until ``running`` ends.

    Returns how many were killed.
    """
    killed = 0
    processes = function_processes()
    while running.poll() is None:
        time.sleep(LIFE_SECONDS / max(1, len(processes)) * chance.uniform(0.5, 1.5))
        processes = function_processes()
        if processes:
            os.kill(chance.choice(processes), signal.SIGKILL)
            killed += 1
    return killed


def function_processes() -> list[int]:
    """Return the processes of this cloud's functions: the children of its emulator."""
    parent = cloud.running()
    assert parent is not None, "no local cloud runs: `make up`"
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[1]) == parent.pid and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


if __name__ == "__main__":
    sys.exit(main())
