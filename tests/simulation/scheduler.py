"""Who goes on when: activities in greenlets, moments in a heap, one source of chance."""

import os
from collections.abc import Callable
from heapq import heappop, heappush
from math import inf
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from tests.simulation.processes import Process

Outcome = tuple[Any, BaseException | None]
"""(what came of it, None) or (None, why nothing did)."""


class Killed(BaseException):
    """The process is gone. What it still runs is only the way out of its own code."""


class Activity:
    """Something that goes on: a handler in its process, a workflow, a client."""

    __slots__ = ("_done", "_scheduler", "_work", "gone", "process", "thread", "who")

    def __init__(
        self,
        scheduler: "Scheduler",
        work: Callable[[], Any],
        done: Callable[[Outcome], None],
        *,
        who: str,
        process: Process | None = None,
    ) -> None:
        self._scheduler, self._work, self._done = scheduler, work, done
        self.who, self.process, self.gone = who, process, False
        self.thread: Thread | None = None
        """Where it goes on, once it has begun."""

    def live(self) -> None:
        """Go on from the beginning to the end."""
        outcome: Outcome
        try:
            outcome = (self._work(), None)
        except BaseException as fault:  # noqa: BLE001 - whatever it is, it ends this activity alone
            outcome = (None, fault)
        self._scheduler.activities.discard(self)
        if not self.gone:
            self._done(outcome)


class Thread(greenlet):
    """Where one activity after the other goes on: a new greenlet costs as much as ten turns."""

    def __init__(self, scheduler: "Scheduler") -> None:
        super().__init__(self._go, scheduler.main)
        self._scheduler = scheduler
        self.activity: Activity | None = None

    def _go(self, _: object = None) -> None:
        while self.activity is not None:
            self.activity.live()
            self.activity = None
            self._scheduler.idle.append(self)
            self._scheduler.park()


class Scheduler:
    """The clock and the queue of what happens next."""

    def __init__(self, seed: int, now_ms: float) -> None:
        self.now_ms = now_ms
        self.chance = Random(seed)
        self.activities: set[Activity] = set()
        self.idle: list[Thread] = []
        self._queue: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = 0
        self._until_ms = inf
        self.main = getcurrent()
        self._entered: dict[str, Process] = {}
        self._last: Process | None = None
        self._region = ""

    def after(self, delay_ms: float, action: Callable[..., None], *arguments: Any) -> None:
        """Let something happen later."""
        self._number += 1
        heappush(self._queue, (self.now_ms + delay_ms, self._number, action, arguments))

    def run(self, until_ms: float | None = None) -> None:
        """Let everything happen that is due, in order, until a moment or until nothing is left."""
        self.main = getcurrent()
        self._until_ms = end_ms = inf if until_ms is None else until_ms
        queue = self._queue
        while queue and queue[0][0] <= end_ms:
            at_ms, _, action, arguments = heappop(queue)
            self.now_ms = max(self.now_ms, at_ms)
            action(*arguments)
        if until_ms is not None:
            self.now_ms = max(self.now_ms, until_ms)

    def passes(self, delay_ms: float) -> bool:
        """Let time pass in which nobody else has a turn; False, and it stands, where somebody has.

        Who goes on next would be who runs now: that needs no way through the queue.
        """
        at_ms = self.now_ms + delay_ms
        if at_ms > self._until_ms or (self._queue and self._queue[0][0] <= at_ms):
            return False
        self._number += 1
        self.now_ms = at_ms
        return True

    @property
    def waits(self) -> bool:
        """Whether anything is still to happen."""
        return bool(self._queue)

    def start(self, activity: Activity, delay_ms: float = 0.0) -> None:
        """Let an activity begin."""
        self.activities.add(activity)
        self.after(delay_ms, self.resume, activity, None)

    def park(self) -> Any:
        """Stop the current activity until it is resumed; return with what."""
        return self.main.switch()

    def resume(self, activity: Activity, value: Any) -> None:
        """Let an activity go on."""
        if activity.gone:
            return
        process = activity.process
        if process is not None and process is not self._last:
            self._enter(process)
        thread = activity.thread
        if thread is None:
            thread = activity.thread = self.idle.pop() if self.idle else Thread(self)
            thread.activity = activity
        elif thread.activity is not activity:
            return  # it has ended
        thread.switch(value)

    def fail(self, activity: Activity, fault: BaseException) -> None:
        """Let an activity go on with an exception."""
        if activity.gone:
            return
        if activity.process is not None:
            self._enter(activity.process)
        thread = activity.thread
        assert thread is not None, "who has not begun has asked for nothing"
        assert thread.activity is activity, "who has ended waits for nothing"
        thread.throw(fault)

    def _enter(self, process: Process) -> None:
        """Let what a process looks up while it runs be its own: its modules, and its region."""
        self._last = process
        if self._entered.get(process.function) is not process:
            process.enter()
            self._entered[process.function] = process
        if process.region != self._region:
            os.environ["AWS_REGION"] = self._region = process.region

    def kill(self, activity: Activity) -> None:
        """End an activity where it stands. It does nothing any more, not even in its way out."""
        if activity.gone:
            return
        activity.gone = True
        if activity.process is not None:
            activity.process.dead = True
        self.activities.discard(activity)
        thread = activity.thread
        # One that has not begun, or has ended, has nothing to leave.
        if thread is not None and thread.activity is activity:
            thread.throw(Killed())

    def end(self) -> None:
        """End everything that goes on."""
        for activity in list(self.activities):
            self.kill(activity)
        while self.idle:
            self.idle.pop().switch()
        self._queue.clear()


def current() -> Activity | None:
    """Return the activity that runs now; None outside of all."""
    found = getcurrent()
    return found.activity if type(found) is Thread else None
