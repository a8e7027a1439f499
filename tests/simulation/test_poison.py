"""A command whose decision always raises: everybody else trades, and its money comes back."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulation import seam


@pytest.fixture(autouse=True)
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


def test_of_a_poisoned_order_nothing_is_left_but_its_dead_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.simulation.exhaustive import play
    from tests.simulation.reading import items_of
    from tests.simulation.regions import HOME
    from tests.simulation.sagas import POISONED
    from zerodesk.matching import decide
    from zerodesk.matching.place import place

    poison = POISONED.traffic.lives[1]

    def faultily(state: Any, draft: Any, command: Any) -> None:
        place(state, draft, command)
        if command["command_id"] == poison.order_id:
            raise ZeroDivisionError("a defect")

    monkeypatch.setattr(decide, "place", faultily)
    result, _ = play(POISONED, {})
    told = {violation.invariant for violation in result.violations}
    assert told == {"no defect shows"}
    assert any("command quarantined" in text for text in result.world.defects)
    dead = result.world.queues[HOME].dead
    assert dead
    assert all(poison.order_id in message.body for message in dead)
    statuses = {key: item["status"] for key, item in items_of(result.world.dynamodb).items()}
    assert statuses[poison.account_id, poison.order_id] == "REJECTED"
    others = [life for life in POISONED.traffic.lives if life is not poison]
    assert {statuses[life.account_id, life.order_id] for life in others} == {"FILLED"}
