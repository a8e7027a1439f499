"""Snapshots of the whole local cloud, taken at one moment, that survive a SIGKILL.

Stock saves on a clean exit only, service by service, into the files that it started from. Here
the process forks: the child holds the memory of one moment, and writes it while the parent goes
on. A snapshot is a folder, written aside and named when it is whole; the file ``current`` names
the last whole one and is replaced in one step. What stalls is the fork alone.
"""

import asyncio
import contextlib
import copy
import ctypes
import gc
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra_cdk.local.snapshot_file import CURRENT, METADATA, Snapshot, read_current

INTERVAL_SECONDS = 5.0
REST_PER_WORK = 4.0
"""A snapshot that took two seconds of processor time is followed by eight without one."""

WRITE_BOUND_SECONDS = 120
NICENESS = 5
PR_SET_PDEATHSIG = 1

States = Mapping[str, Callable[[], Any]]


class Snapshots:
    """The snapshots of one state folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._child: int | None = None
        self._changes = 0
        self.stall_ms = 0.0
        self.worked_seconds = 0.0
        folder.mkdir(parents=True, exist_ok=True)
        current = read_current(folder)
        self._generation = current.generation if current else 0
        self._clear_unfinished()

    @property
    def loaded_from(self) -> Path:
        """Folder to load the state from; empty on the first start."""
        return self._folder / _name(self._generation)

    def note_change(self) -> None:
        """Say that something may have changed since the last snapshot."""
        self._changes += 1

    async def keep(self, states: Callable[[], States]) -> None:
        """Take a snapshot every few seconds in which something changed, for as long as it runs."""
        seen = self._changes
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            if self._changes == seen:
                continue
            seen = self._changes
            self.begin(states(), is_last=False)
            while not self.is_done():
                await asyncio.sleep(0.05)
            await asyncio.sleep(REST_PER_WORK * self.worked_seconds)

    def save(self, states: States) -> None:
        """Take the last snapshot, of a cloud that stops, and wait until it is written."""
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = None
            self._clear_unfinished()
        self.begin(states, is_last=True)
        while not self.is_done():
            time.sleep(0.01)

    def begin(self, states: States, *, is_last: bool) -> None:
        """Fork; the child writes the state as it is now. Call it where nothing is half changed."""
        from ministack.services import sqs

        generation = self._generation + 1
        parent = os.getpid()
        started = time.perf_counter()
        with sqs._queues_lock:
            child = os.fork()
        if child == 0:
            self._write_and_exit(states, generation, parent=parent, is_last=is_last)
        self.stall_ms = (time.perf_counter() - started) * 1000
        self._child = child

    def is_done(self) -> bool:
        """Say whether the child has ended; its snapshot then is the current one, if it is whole."""
        assert self._child is not None
        ended, status, used = os.wait4(self._child, os.WNOHANG)
        if ended == 0:
            return False
        self._child = None
        self.worked_seconds = used.ru_utime + used.ru_stime
        current = read_current(self._folder)
        if status != 0 or current is None:
            sys.stderr.write(f"snapshot failed with status {status}; the one before stays\n")
        else:
            self._generation = current.generation
        self._clear_unfinished()
        return True

    def _clear_unfinished(self) -> None:
        """Drop every snapshot but the current one."""
        for path in self._folder.glob("snapshot-*"):
            if path != self.loaded_from:
                shutil.rmtree(path, ignore_errors=True)

    def _write_and_exit(
        self, states: States, generation: int, *, parent: int, is_last: bool
    ) -> None:
        """Write a snapshot and end the process, whatever happens: this is a copy of the cloud."""
        code = 1
        try:
            _become_a_quiet_copy(parent)
            self._write(states, generation, is_last=is_last)
            code = 0
        except BaseException as fault:  # noqa: BLE001 - nothing may return into the event loop
            os.write(2, f"snapshot {generation}: {fault!r}\n".encode())
        finally:
            os._exit(code)

    def _write(self, states: States, generation: int, *, is_last: bool) -> None:
        from ministack.core import persistence
        from ministack.services import lambda_svc

        taken_at_ms = time.time_ns() // 1_000_000
        before, target = self.loaded_from, self._folder / _name(generation)
        target.mkdir()
        blobs = target / "lambda-blobs"
        blobs.mkdir()
        for blob in before.glob("lambda-blobs/*.zip"):
            os.link(blob, blobs / blob.name)
        lambda_svc.CODE_BLOB_DIR = str(blobs)
        for service, state in states.items():
            payload = state()
            if payload is None:
                # The service has nothing of its own to say: what it said before stands.
                with contextlib.suppress(FileNotFoundError):
                    os.link(before / f"{service}.json", target / f"{service}.json")
                continue
            version = persistence._state_format_version(service)
            document = {"__ministack_format__": version, "payload": payload}
            text = json.dumps(document, default=persistence._json_default)
            (target / f"{service}.json").write_text(text, encoding="utf-8")
        snapshot = Snapshot(generation=generation, taken_at_ms=taken_at_ms, is_last=is_last)
        (target / METADATA).write_text(snapshot.to_json(), encoding="utf-8")
        pointer = self._folder / f"{CURRENT}.{generation}"
        pointer.write_text(target.name, encoding="utf-8")
        pointer.replace(self._folder / CURRENT)


def _become_a_quiet_copy(parent: int) -> None:
    """Let go of everything that a copied process must not touch, and of the processor's time."""
    if sys.platform == "linux":
        # A copy that outlives the cloud could name its snapshot while the next cloud starts.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WRITE_BOUND_SECONDS)
    # The listening socket above all: held here, it would keep the port from the next cloud.
    for path in list(Path("/dev/fd").iterdir()):
        if int(path.name) > 2:  # noqa: PLR2004 - stdin, stdout, stderr
            with contextlib.suppress(OSError):
                os.close(int(path.name))
    gc.disable()
    os.nice(NICENESS)
    # Nobody else changes this memory, so the copies that services make of their state are waste.
    copy.deepcopy = _itself  # type: ignore[assignment]


def _itself(value: Any, _memo: Any = None, _nil: Any = None) -> Any:
    return value


def _name(generation: int) -> str:
    return f"snapshot-{generation:08d}"
