"""Kill function processes at random, as AWS may at any moment, while something is under way.

    .venv/bin/python -m tests.end_to_end.killing [--trades 3000] [--times 20] [--seed 7]
        [--keep FILE] [--life 20]

is the campaign: on a running venue (``make up``), each round replays recorded trades (the generated
ones where there are none) while processes die, and compares the outcome with the file. ``--keep``
adds a line to FILE for each round; the same command goes on behind the rounds that are there, and
with FILE alone it ends with the table of them all. It ends with 1 at the first round that differs.
"""

import argparse
import gzip
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from infra_cdk.local import cloud
from tests.commits import commit
from tests.end_to_end.replaying import GENERATED, RECORDED, started, verdict
from tests.end_to_end.rounds import Round, first_row_of, table

LIFE_SECONDS: Final = 20.0
"""How long a process lives, on average: few of them are killed more rarely than many. At a fixed
rate the last one left would never get through what takes longer than the pause."""
CONCLUDING_SECONDS: Final = 600.0
"""A replay that met faults repeats its requests for as long as this before it gives up."""


def main() -> int:
    """Run the campaign and print a line for each round."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--trades", type=int, default=3_000, help="of each round (default 3000)")
    parser.add_argument("--times", type=int, default=20, help="rounds (default 20)")
    parser.add_argument("--seed", type=int, default=7, help="of when and which to kill")
    parser.add_argument("--keep", type=Path, help="a file of rounds, to go on from and to add to")
    parser.add_argument("--life", type=float, default=LIFE_SECONDS, help="of a process, seconds")
    asked = parser.parse_args()
    file = RECORDED if RECORDED.exists() else GENERATED
    rows, played = rows_of(file), Round.read(asked.keep)
    done = [one for one in played if (one.commit, one.seed) == (commit(), asked.seed)]
    for number in range(len(done) + 1, asked.times + 1):
        first = first_row_of(number, asked.trades, rows)
        one = Round(commit(), asked.seed, number, file.name, first, asked.trades)
        play(one, file, asked.life)
        one.keep(asked.keep)
        played.append(one)
        print(
            f"round {number} of {asked.times}: {one.trades:,} trades of {one.file} from {first:,} "
            f"on, {one.killed} processes killed, {one.seconds:.0f} s",
            flush=True,
        )
        if one.difference:
            print(f"NOT as recorded, seed {asked.seed}\n{one.difference}")
            break
    print("\n".join(table(played)))
    return int(any(one.difference for one in played))


def play(one: Round, file: Path, life_s: float) -> None:
    """Replay a round's trades while processes die, and take down what came of it.

    Once the replay only compares nothing is killed any more: all that the venue was asked to do,
    it has done among kills.
    """
    began_s = time.monotonic()
    replay = started(file, one.trades, "--from", str(one.first_row))
    told: list[str] = []

    def listen() -> None:
        assert replay.stderr is not None, "a replay tells how far it is"
        for line in replay.stderr:
            told.append(line)
            one.step(line.strip(), time.monotonic() - began_s)
            print(f"  {one.number}: {line}", end="", flush=True)

    listening = threading.Thread(target=listen)
    listening.start()
    chance = random.Random(f"{one.seed} {one.number}")
    one.killed = kill_while(replay, chance, life_s=life_s, until=lambda: one.is_judged)
    try:
        replay.wait(CONCLUDING_SECONDS)
        listening.join()
        verdict(replay, within_s=CONCLUDING_SECONDS)
    except (AssertionError, subprocess.TimeoutExpired) as difference:
        replay.kill()
        one.difference = f"{difference}{''.join(told[-20:])}"
    one.seconds = round(time.monotonic() - began_s, 1)


def rows_of(file: Path) -> int:
    """Return how many rows a file of trades has, its heading left out."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt") as lines:
        return sum(1 for _ in lines) - 1


def kill_while(
    running: subprocess.Popen[str],
    chance: random.Random,
    *,
    life_s: float = LIFE_SECONDS,
    until: Callable[[], bool] = lambda: False,
) -> int:
    """Kill function processes, each after ``life_s`` or so, until ``running`` ends or it is time.

    Returns how many were killed.
    """
    killed = 0
    processes = function_processes()
    while running.poll() is None and not until():
        time.sleep(life_s / max(1, len(processes)) * chance.uniform(0.5, 1.5))
        processes = function_processes()
        if processes and not until():
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
