"""The CPU time that the local cloud and each function took: it says more of shared cores than a
clock does, and it counts what runs beside an answer. And what all cores of the machine did."""

import os
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

PROCESSES: Final = Path("/proc")
CLOUD: Final = "the local cloud itself"
NAME: Final = b"AWS_LAMBDA_FUNCTION_NAME="
TICK_MS: Final = 1_000 / os.sysconf("SC_CLK_TCK")
PARENT, USER_TICKS, SYSTEM_TICKS = 1, 11, 12
"""Their places behind a process's name in its ``stat`` (proc_pid_stat(5))."""


class Cpu:
    """Reads what the processes of one local cloud took; a process that ended is no longer seen."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before: Counter[str] = Counter()
        self._functions: set[str] = set()
        self.taken_ms()

    def taken_ms(self) -> Counter[str]:
        """Return the CPU time since this was last asked, ms by function."""
        now = self._total_ms()
        taken = now - self._before
        self._before = now
        return taken

    @property
    def processes(self) -> frozenset[str]:
        """The processes that the functions had when this was last asked, by their ids."""
        return frozenset(self._functions)

    def _total_ms(self) -> Counter[str]:
        total: Counter[str] = Counter()
        self._functions.clear()
        for folder in PROCESSES.iterdir():
            if folder.name.isdecimal():
                self._add(folder, total)
        return total

    def _add(self, folder: Path, total: Counter[str]) -> None:
        """Count one process, if it is the cloud or one of its functions."""
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(folder.name) == self._pid:
                name = CLOUD
            elif int(fields[PARENT]) == self._pid:
                name = function_of((folder / "environ").read_bytes())
                self._functions.add(folder.name)
            else:
                return
        except OSError:
            # It has just ended.
            return
        total[name] += round(TICK_MS * (int(fields[USER_TICKS]) + int(fields[SYSTEM_TICKS])))


def function_of(environment: bytes) -> str:
    """Return the function whose environment this is; one that starts has none yet."""
    named = (one for one in environment.split(b"\0") if one.startswith(NAME))
    return next(named, b"").removeprefix(NAME).decode()


class Cores(NamedTuple):
    """What all cores of the machine together did since it was started, ms."""

    busy_ms: int
    idle_ms: int

    def since(self, before: "Cores") -> "Cores":
        """Return what they did since then."""
        return Cores(self.busy_ms - before.busy_ms, self.idle_ms - before.idle_ms)


def cores() -> Cores:
    """Read what the cores did until now."""
    return cores_of((PROCESSES / "stat").read_text())


def cores_of(text: str) -> Cores:
    """Return what ``/proc/stat`` says of all cores together (proc_stat(5)).

    Examples
    --------
    User, nice, system, idle, waiting for a disk, two kinds of interrupts, another machine's.

    >>> cores_of("cpu  10 1 5 70 20 2 1 3 0 0\\ncpu0 ...") == (22 * TICK_MS, 90 * TICK_MS)
    True
    """
    user, nice, system, idle, disk, *interrupts_and_stolen = map(int, text.split()[1:9])
    busy = user + nice + system + sum(interrupts_and_stolen)
    return Cores(round(TICK_MS * busy), round(TICK_MS * (idle + disk)))
