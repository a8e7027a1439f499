"""What ``make types`` says, as a test beside all others: mypy works on one core at a time."""

import subprocess
import sys

from infra_cdk.settings import ROOT


def test_mypy_finds_nothing_in_the_whole_tree() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
