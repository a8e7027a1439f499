"""A replay as a user starts it: the command line, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECORDED = ROOT.parent / "shared/data/market/trades/spy_20131008_trades.csv.gz"
GENERATED = ROOT / "tests/data/sample_trades.csv"
RECORDED_QUOTES = RECORDED.parents[1] / "quotes_l1/bac_20131007_quotes.csv.gz"
GENERATED_QUOTES = GENERATED.with_name("sample_quotes.csv")


def started(file: Path, limit: int, *more: str) -> "subprocess.Popen[str]":
    """Start a replay of the first ``limit`` trades of a file."""
    zerodesk = str(Path(sys.executable).with_name("zerodesk"))
    command = [zerodesk, "--json", "replay", str(file)]
    return subprocess.Popen(
        [*command, "--limit", str(limit), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def wait_until_trading(replay: "subprocess.Popen[str]") -> None:
    """Return once a replay sends its first orders; what it told until then is read."""
    assert replay.stderr is not None
    for line in replay.stderr:
        if line.startswith("replaying"):
            return
    raise AssertionError(f"the replay ended before it began, with {replay.wait()}")


def verdict(replay: "subprocess.Popen[str]", within_s: float) -> dict[str, Any]:
    """Wait for a replay and return its verdict; it must have found no difference."""
    told, complaints = replay.communicate(timeout=within_s)
    assert replay.returncode == 0, f"{told[-3_000:]}\n{complaints[-3_000:]}"
    answer: dict[str, Any] = json.loads(told)
    return answer
