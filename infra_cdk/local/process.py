"""Run a tool to its end, quietly, and keep what it said for when it fails."""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Progress = Callable[[str], None]
"""Is told, a line at a time, what is being done."""

TAIL_LINES = 30


class LocalCloudError(Exception):
    """The local cloud, or a tool that it needs, failed; the text says what to look at."""


class UsageError(LocalCloudError):
    """What was asked for is not there, or cannot be had; the local cloud is as it was."""


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    watch: Progress = lambda _: None,
) -> str:
    """Run a command and return what it wrote.

    Parameters
    ----------
    command
        The program and its arguments; no shell reads them.
    cwd
        Folder to run in.
    environment
        The whole environment; this process's own by default.
    log
        Where the output is added to, for reading later.
    watch
        Is told each line as it comes.

    Raises
    ------
    LocalCloudError
        It could not be started or ended with another code than 0; its last lines are in the text.
    """
    words = [str(word) for word in command]
    lines: list[str] = []
    try:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env=dict(os.environ if environment is None else environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as fault:
        raise LocalCloudError(f"{words[0]} could not be started: {fault}") from fault
    with process:
        for line in process.stdout or ():
            lines.append(line)
            watch(line.rstrip("\n"))
    written = "".join(lines)
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"$ {' '.join(words)}\n{written}\n")
    if process.returncode != 0:
        tail = "".join(lines[-TAIL_LINES:])
        raise LocalCloudError(f"{' '.join(words[:4])} ... ended with {process.returncode}:\n{tail}")
    return written
