"""Items against the journal: behind is wrong, ahead is not, and an answer is never taken back."""

from dataclasses import dataclass, field

import pytest

from zerodesk.reconciliation import BreachCode, Shown, ShownOrders
from zerodesk.reconciliation import shown as module

KEY = ("alice", "o1")
OPEN_AT_2 = Shown(2, "OPEN", 0, 0, 0)
PART_AT_4 = Shown(4, "PARTIALLY_FILLED", 3, 300, 1)
FILLED_AT_6 = Shown(6, "FILLED", 5, 500, 2)
BURIED_AT_6 = Shown(6, "CANCELLED", 0, 0, 0, if_pending=True)


@dataclass
class Trail:
    """The projections of one order, and its item."""

    shown: ShownOrders = field(default_factory=ShownOrders)

    def add(self, *projections: Shown) -> "Trail":
        for projection in projections:
            self.shown.add(*KEY, projection)
        return self

    def due(self, upto: int) -> bool:
        return self.shown.due(upto, limit=10) == [KEY]

    def code(self, item: Shown | None, upto: int) -> BreachCode | None:
        difference = self.shown.compare(KEY, item, upto)
        return difference and difference[0]


def test_an_item_is_due_once_the_cursor_has_passed_its_record() -> None:
    trail = Trail().add(OPEN_AT_2)
    assert not trail.due(upto=1)
    assert trail.due(upto=2)


def test_an_item_that_shows_the_record_of_the_cursor_is_right() -> None:
    trail = Trail().add(OPEN_AT_2, PART_AT_4)
    assert trail.code(PART_AT_4, upto=4) is None


def test_an_item_ahead_of_the_cursor_is_right_if_it_shows_what_its_record_says() -> None:
    trail = Trail().add(OPEN_AT_2, PART_AT_4, FILLED_AT_6)
    assert trail.code(PART_AT_4, upto=2) is None
    assert trail.code(FILLED_AT_6, upto=3) is None
    assert trail.code(FILLED_AT_6._replace(filled_lots=4), upto=3) is not None


def test_an_item_ahead_of_what_was_read_is_compared_later() -> None:
    trail = Trail().add(OPEN_AT_2)
    assert trail.code(FILLED_AT_6, upto=2) is None
    trail.add(PART_AT_4)
    assert trail.code(OPEN_AT_2, upto=4) is BreachCode.PROJECTION_DIFFERS


def test_an_item_ahead_of_a_journal_in_which_its_order_ended_is_wrong() -> None:
    trail = Trail().add(OPEN_AT_2, FILLED_AT_6)
    assert trail.code(FILLED_AT_6._replace(sequence=8), upto=6) is BreachCode.PROJECTION_DIFFERS


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(OPEN_AT_2, id="behind"),
        pytest.param(Shown(0, "QUEUED", 0, 0, 0), id="without an answer"),
        pytest.param(Shown(0, "REJECTED", 0, 0, 0), id="refused elsewhere"),
        pytest.param(PART_AT_4._replace(status="OPEN"), id="of another status"),
        pytest.param(PART_AT_4._replace(filled_lots=2), id="of another quantity"),
        pytest.param(PART_AT_4._replace(filled_notional_minor=2), id="of another value"),
        pytest.param(PART_AT_4._replace(fee_minor=2), id="of another fee"),
        pytest.param(PART_AT_4._replace(sequence=5), id="of a record that does not touch it"),
    ],
)
def test_an_item_that_differs_is_named_in_every_run(item: Shown) -> None:
    trail = Trail().add(OPEN_AT_2, PART_AT_4, FILLED_AT_6)
    for _ in range(2):
        assert trail.code(item, upto=4) is BreachCode.PROJECTION_DIFFERS
    assert trail.due(upto=4)


def test_an_item_that_is_gone_is_named() -> None:
    assert Trail().add(OPEN_AT_2).code(None, upto=2) is BreachCode.PROJECTION_MISSING


def test_an_open_order_is_compared_again_in_every_run() -> None:
    trail = Trail().add(OPEN_AT_2)
    assert trail.code(OPEN_AT_2, upto=2) is None
    assert trail.due(upto=2)
    assert trail.code(OPEN_AT_2._replace(filled_lots=1), upto=2) is not None


def test_an_ended_order_is_compared_once_and_forgotten() -> None:
    trail = Trail().add(OPEN_AT_2, FILLED_AT_6)
    assert trail.code(OPEN_AT_2, upto=5) is None
    assert trail.due(upto=6)
    assert trail.code(FILLED_AT_6, upto=6) is None
    assert not trail.due(upto=100)
    assert len(trail.shown) == 0


def test_what_lies_before_the_cursor_is_forgotten() -> None:
    trail = Trail().add(OPEN_AT_2, PART_AT_4)
    assert trail.code(PART_AT_4, upto=4) is None
    assert trail.shown._open[KEY] == [PART_AT_4]
    assert trail.code(OPEN_AT_2, upto=4) is BreachCode.PROJECTION_DIFFERS


def test_a_burial_leaves_an_earlier_answer_as_it_is() -> None:
    assert Trail().add(BURIED_AT_6).code(Shown(0, "REJECTED", 0, 0, 0), upto=6) is None
    assert Trail().add(BURIED_AT_6).code(Shown(3, "FILLED", 5, 500, 2), upto=6) is None


def test_a_burial_answers_an_item_that_has_no_answer() -> None:
    assert Trail().add(BURIED_AT_6).code(BURIED_AT_6, upto=6) is None
    queued = Shown(0, "QUEUED", 0, 0, 0)
    assert Trail().add(BURIED_AT_6).code(queued, upto=6) is BreachCode.PROJECTION_DIFFERS


def test_an_ended_order_does_not_move_again() -> None:
    trail = Trail().add(FILLED_AT_6, BURIED_AT_6._replace(sequence=9))
    assert trail.code(FILLED_AT_6._replace(filled_lots=1), upto=9) is not None
    assert trail.code(FILLED_AT_6, upto=9) is None


def test_a_cancels_item_has_a_status_and_no_amounts() -> None:
    done = Shown.of(3, {"account_id": "alice", "kind": "cancel", "status": "DONE"})
    assert Trail().add(done).code(Shown(3, "DONE", 0, 0, 0), upto=3) is None
    assert Trail().add(done).code(Shown(0, "QUEUED", 0, 0, 0), upto=3) is not None


def test_open_orders_take_turns_when_there_are_too_many_for_one_run() -> None:
    shown = ShownOrders()
    for number in range(5):
        shown.add("alice", f"o{number}", OPEN_AT_2)
    seen: set[str] = set()
    for _ in range(3):
        due = shown.due(2, limit=2)
        assert len(due) == 2
        for key in due:
            assert shown.compare(key, OPEN_AT_2, 2) is None
            seen.add(key[1])
    assert len(seen) == 5


def test_ended_orders_that_nobody_compares_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_ENDED", 3)
    shown = ShownOrders()
    for number in range(9):
        shown.add("alice", f"o{number}", FILLED_AT_6)
    assert [order_id for _, order_id in shown.due(6, limit=10)] == ["o6", "o7", "o8"]
