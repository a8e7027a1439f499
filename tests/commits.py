"""Which code is played: what a campaign finds holds of that alone."""

import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHANGED: Final = "+changes"
"""Behind a commit: the files were not as committed."""


def commit() -> str:
    """Return the commit of the code that is played, and whether the code is as committed."""
    head = _git("rev-parse", "--short", "HEAD")
    if head is None:
        return "unknown"
    return head + (CHANGED if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*asked: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", *asked],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.strip()
