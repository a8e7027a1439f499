"""One schedule: who goes on at each step, and what fails; then quiet; then the verdict."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from tests.protocol.actors import Actor, Asked
from tests.protocol.digests import digest
from tests.protocol.scenarios import Scenario
from tests.protocol.stage import SECOND, SYMBOL, LivelockError, Stage
from tests.protocol.verdict import broken, unreconciled
from tests.simulation.cloud.faults import unanswered
from tests.simulation.regions import REGIONS

STEPS_MAX: Final = 600
DRAINS_MAX: Final = 10
MINUTE_MS: Final = 60_000.0
ROUNDS_MS: Final = (0.0, MINUTE_MS, 16 * MINUTE_MS, MINUTE_MS, MINUTE_MS)
"""How much time passes before each round of the calm."""

Choose = Callable[[int], int]
"""From the number of options at a step to one of them; 0 is to go on as before."""

Known = Callable[[Callable[[], bytes]], bool]
"""Whether all that a state may lead to is known; asked before each step, told by its digest."""

Option = tuple[str, Actor, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a schedule: the first thing that it broke, if any, and how it went.

    ``merged`` is whether it was left where what it leads to was known.
    """

    broken: str | None
    trace: tuple[str, ...]
    merged: bool = False


def nothing_known(_: Callable[[], bytes]) -> bool:
    """Play every schedule to its end."""
    return False


class Play:
    """One schedule being played."""

    def __init__(self, stage: Stage, cast: Sequence[Actor], choose: Choose) -> None:
        self._stage, self._choose = stage, choose
        self._live: deque[Actor] = deque()
        self._cast = cast
        self._left: list[bytes] = []
        self.trace: list[str] = []

    def play(self, known: Known = nothing_known) -> bool:
        """Let everybody act until nobody has anything to do; False where the rest is known."""
        for number, actor in enumerate(self._cast):
            self._begin(actor, number)
        for _ in range(STEPS_MAX):
            if known(self.digest):
                return False
            if not self._live:
                break
            options = list(self._options())
            what, actor, act = options[self._choose(len(options))]
            asked = actor.asked
            assert asked is not None, f"{actor.name} waits for nothing"
            self.trace.append(f"{actor.name}: {asked.what}{what}")
            self._turn_to(actor)
            act()
            self._settle(actor)
        self._stage.cloud.pass_time(0.0)
        return True

    def digest(self) -> bytes:
        """Return the digest of all that the rest depends on: who is in turn, and what stands."""
        live = [(actor.history, actor.at_ms, actor.may_die) for actor in self._live]
        return digest(live, sorted(self._left), self._stage.cloud.digest)

    def _options(self) -> Iterator[Option]:
        """Yield what may happen next: who is at work goes on, another's turn comes, a fault."""
        now, *others = self._live
        for actor in (now, *others):
            yield "", actor, partial(self._go_on, actor)
        if now.may_die:
            yield "  <-- killed before", now, now.kill
        if now.asked is not None and now.asked.writes and not now.asked.unheard:
            yield "  <-- done, not answered", now, partial(self._lose, now, late=False)
            yield "  <-- not answered, done later", now, partial(self._lose, now, late=True)

    def _turn_to(self, actor: Actor) -> None:
        """Let an actor be at work. Who was, and who stood before this one, are the last in turn."""
        while self._live[0] is not actor:
            self._live.rotate(-1)

    def _go_on(self, actor: Actor) -> None:
        self._come(actor)
        actor.go_on()

    def _come(self, actor: Actor) -> None:
        """Let it be when an actor's call is done."""
        asked = actor.asked
        assert asked is not None, f"{actor.name} waits for nothing"
        self._stage.cloud.come(actor, asked.places, writes=asked.writes)

    def _lose(self, actor: Actor, *, late: bool) -> None:
        """Let a call be done, now or by and by, whose answer nobody gets."""
        if late:
            asked = actor.asked
            assert asked is not None, "an answer is lost to a call"
            self._stage.cloud.come(actor)
            self._begin(Actor("late", actor.region, partial(_do_late, asked)), actor.history)
        else:
            self._come(actor)
            _try(actor)
        actor.lose_answer(unanswered())

    def _begin(self, actor: Actor, *origin: Any) -> None:
        self._live.append(actor)
        actor.born(self._stage.cloud.process_now_ms(), *origin)
        actor.begin()
        self._settle(actor)

    def _settle(self, actor: Actor) -> None:
        """Let who has ended leave, and those come whom he woke."""
        if actor.ended:
            self._live.remove(actor)
            self._left += actor.leaves()
            if actor.fault is not None:
                self._stage.cloud.judge(actor.fault, actor.name)
        for number, woken in enumerate(woken_by(self._stage)):
            self._begin(woken, actor.history, number)


def _do_late(asked: Asked, actor: Actor) -> None:
    late = replace(asked, what=f"{asked.what}, late", unheard=True)
    try:
        actor.turn(late)
    except Exception:  # noqa: BLE001 - whatever it is, nobody hears of it
        return


def _try(actor: Actor) -> None:
    asked = actor.asked
    assert asked is not None, "an answer is lost to a call"
    try:
        asked.run()
    except Exception:  # noqa: BLE001 - a refusal that nobody hears
        return


def woken_by(stage: Stage) -> list[Actor]:
    """Return the actors of the workflows that somebody started, once."""
    woken, stage.cloud.woken = stage.cloud.woken, []
    return [_woken(stage, machine, given) for machine, given in woken]


def _woken(stage: Stage, machine: str, given: dict[str, Any]) -> Actor:
    if machine == "settlement_workflow":
        return stage.settler("settlement", given["symbol"])
    return stage.workflow("workflow", given)


def played(scenario: Scenario, choose: Choose, known: Known = nothing_known) -> Played:
    """Play a scenario by one schedule, to its end or to where what follows is known."""
    stage = scenario.stage()
    play = Play(stage, scenario.cast(stage), choose)
    try:
        if not play.play(known):
            return Played(None, tuple(play.trace), merged=True)
        found = unreconciled(stage) if scenario.reconciled else None
        return Played(found or _calm(stage), tuple(play.trace))
    except LivelockError as error:
        return Played(str(error), tuple(play.trace))


def _calm(stage: Stage) -> str | None:
    """Have everything driven on, without any fault; return what does not come right."""
    found: str | None = None
    for number, passed_ms in enumerate(ROUNDS_MS):
        stage.cloud.pass_time(passed_ms)
        if number:
            stage.rung_ms = stage.now_ms()
            for region in REGIONS:
                stage.alone(stage.sweeper("sweeper", region))
        _drain(stage)
        if number:
            found = broken(stage)
            if found is None:
                return None
    return found


def _drain(stage: Stage) -> None:
    """Match what waits in any queue, and settle what is to settle."""
    for _ in range(DRAINS_MAX):
        for woken in woken_by(stage):
            stage.alone(woken)
        waiting = [region for region in REGIONS if stage.cloud.queues[region].waiting]
        if not waiting and not stage.cloud.woken:
            break
        for region in waiting:
            stage.alone(stage.matcher("matching", region))
    else:
        raise LivelockError("messages go round and round")
    for symbol in (SYMBOL, SECOND):
        stage.alone(stage.settler("settlement", symbol))
