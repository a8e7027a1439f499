"""Nothing that must hold breaks in any schedule with one deviation, nor in some by chance."""

import sys
from collections.abc import Callable

import pytest

from tests.protocol.scenarios import SCENARIOS, Scenario

SEEDS = range(10)
"""``make explore`` plays all schedules with two deviations, and more by chance."""

NAMES = [scenario.name for scenario in SCENARIOS]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_no_schedule_with_one_deviation_breaks_anything(scenario: Scenario) -> None:
    from tests.protocol.explore import first_broken, with_deviations

    tally = first_broken(with_deviations(scenario, 1))
    sys.stdout.write(f"{scenario.name}: {tally.by_deviations}\n")
    assert tally.found is None
    assert tally.schedules > 80


@pytest.mark.parametrize("scenario", SCENARIOS, ids=NAMES)
def test_no_schedule_by_chance_breaks_anything(scenario: Scenario) -> None:
    from tests.protocol.explore import by_chance, first_broken

    tally = first_broken(by_chance(scenario, SEEDS))
    assert tally.found is None
    assert tally.schedules == len(SEEDS)


def test_a_schedule_goes_the_same_way_each_time() -> None:
    from tests.protocol.explore import Deviating, Wandering
    from tests.protocol.schedules import played

    for scenario in SCENARIOS[::3]:
        assert played(scenario, Wandering(7)) == played(scenario, Wandering(7))
        assert played(scenario, Deviating({3: 2})) == played(scenario, Deviating({3: 2}))


def test_schedules_that_are_left_where_they_meet_another_leave_out_no_end() -> None:
    from tests.protocol.explore import Deviating, with_deviations
    from tests.protocol.schedules import played

    scenario = next(one for one in SCENARIOS if one.name == "fees")
    first = Deviating({})
    played(scenario, first)
    ends: list[set[bytes]] = []
    for seen in (None, set[bytes]()):
        ends.append(set())
        for deviations in [(), *first.extended(())]:
            states: list[bytes] = []
            choice = Deviating(dict(deviations), seen)

            def known(state: Callable[[], bytes]) -> bool:
                states.append(state())  # noqa: B023 - of the schedule that is being played
                return seen is not None and choice.knows(lambda: states[-1])  # noqa: B023

            if not played(scenario, choice, known).merged:
                ends[-1].add(states[-1])
    assert ends[0] == ends[1]
    *_, tally = with_deviations(scenario, 1)
    assert 0 < tally.merged < tally.schedules


def test_steps_that_do_not_concern_one_another_take_place_at_the_same_times_in_either_order() -> (
    None
):
    from tests.protocol.actors import Actor
    from tests.protocol.clocks import Clocks

    def after(*order: str) -> tuple[tuple[bytes, float], list[float]]:
        clocks = Clocks(0.0)
        actors = {name: Actor(name, "us-east-1", lambda _: None) for name in "abc"}
        places = {"a": ("cursors", "x"), "b": ("cursors", "y"), "c": ("cursors",)}
        for name in order:
            clocks.step(actors[name], (places[name],), writes=name != "c")
        return clocks.digest, [actor.at_ms for actor in actors.values()]

    assert after("a", "b", "c") == after("b", "a", "c")
    assert after("a", "c", "b") != after("a", "b", "c")


def test_two_deviations_extend_each_schedule_with_one_behind_it() -> None:
    from tests.protocol.explore import Deviating

    choice = Deviating({1: 1})
    assert [choice(options) for options in (2, 3, 2)] == [0, 1, 0]
    assert list(choice.extended(((1, 1),))) == [((1, 1), (2, 1))]
    assert list(choice.extended(())) == [((0, 1),), ((1, 1),), ((1, 2),), ((2, 1),)]


def test_all_schedules_of_so_many_deviations_are_played_once_in_parts_or_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.protocol import explore
    from tests.protocol.schedules import Choose, Known, Played

    schedules: list[tuple[int, ...]] = []

    def played(_: Scenario, choose: Choose, __: Known) -> Played:
        schedules.append(tuple(choose(3) for _ in range(5)))
        return Played(None, ())

    monkeypatch.setattr(explore, "played", played)
    tallies = [
        list(explore.with_deviations(SCENARIOS[0], 2, part))[-1].by_deviations
        for part in ((0, 1), (0, 3), (1, 3), (2, 3))
    ]
    whole = {"0 deviations": 1, "1 deviations": 5 * 2, "2 deviations": 10 * 2 * 2}
    assert tallies[0] == whole
    assert len(set(schedules)) == sum(whole.values())
    assert sum(tally["2 deviations"] for tally in tallies[1:]) == whole["2 deviations"]


def test_a_schedule_that_breaks_something_ends_the_exploration_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.protocol import explore
    from tests.protocol.schedules import Choose, Known, Played

    def played(_: Scenario, choose: Choose, __: Known) -> Played:
        bad = [choose(2) for _ in range(4)] == [0, 1, 1, 0]
        return Played("broken" if bad else None, ("how",))

    monkeypatch.setattr(explore, "played", played)
    found = explore.first_broken(explore.with_deviations(SCENARIOS[0], 3)).found
    assert found is not None
    assert str(found.schedule) == "1:1, 2:1"
    assert (found.broken, found.trace) == ("broken", ("how",))


def test_regions_take_over_forward_and_come_back_in_the_scenarios() -> None:
    from tests.protocol.schedules import played

    traces = {
        scenario.name: "\n".join(played(scenario, lambda _: 0).trace) for scenario in SCENARIOS
    }
    assert "SendMessage eu-west-1 cancel" in traces["takeover"]
    assert "SendMessage us-east-1 cancel" in traces["back"]
    assert traces["taker"].count("matching 1: PutItem journal book#BTC-USD") == 4
