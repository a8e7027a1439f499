"""A command whose decision raises: tried three times, then its book goes on without it."""

import json
from typing import Any

import pytest

from matching import handler as matching
from matching.batch import TRIES
from tests.functions.conftest import Context
from tests.zerodesk.matching.builders import a_buy, a_sell
from tests.zerodesk.matching.streams import MARKET, START_MS
from zerodesk.matching import decide, listing
from zerodesk.matching.place import place
from zerodesk.matching.state import BookState
from zerodesk_aws.books import Books
from zerodesk_aws.journal import Journal

HERE = "us-east-1"


class Told:
    """A bus on which nobody listens."""

    def publish(self, _: Any) -> None:
        pass


@pytest.fixture(autouse=True)
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the decision of the order "poison" raise, a defect that no rule foresees."""

    def faultily(state: Any, draft: Any, command: Any) -> None:
        place(state, draft, command)
        if command["command_id"] == "poison":
            raise ZeroDivisionError("a defect")

    monkeypatch.setattr(decide, "place", faultily)
    monkeypatch.setattr(matching, "books", Books("journal", region=HERE, home=HERE))
    monkeypatch.setattr(matching, "bus", Told())


@pytest.fixture(autouse=True)
def listed(context: Context, poisoned: None) -> None:
    assert deliver(context, {"listing": listing(MARKET, at_ms=START_MS)}) == []


def deliver(context: Context, messages: dict[str, Any], tries: int = 1) -> list[str]:
    """Deliver commands by the ids of their messages; return those that fail."""
    records = [
        {
            "messageId": message_id,
            "body": command if isinstance(command, str) else json.dumps(command),
            "attributes": {
                "MessageGroupId": MARKET.symbol,
                "SentTimestamp": str(START_MS),
                "ApproximateReceiveCount": str(tries),
            },
        }
        for message_id, command in messages.items()
    ]
    answer = matching.handler({"Records": records}, context)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def decided() -> list[str]:
    """Return the commands that the book's journal has, in order."""
    records = Journal("journal").read(f"book#{MARKET.symbol}")
    return [command["command_id"] for record in records for command in record.body["commands"]]


BATCH = {"m1": a_sell("before"), "m2": a_buy("poison"), "m3": a_buy("behind")}


def test_what_stands_before_a_poisoned_command_is_decided_at_once(context: Context) -> None:
    assert deliver(context, BATCH) == ["m2", "m3"]
    assert decided()[1:] == ["before"]


def test_after_three_tries_a_poisoned_command_is_quarantined_and_its_book_goes_on(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    for tries in range(1, TRIES):
        assert deliver(context, BATCH, tries)[-2:] == ["m2", "m3"]
    assert "command quarantined" not in caplog.messages
    # Failing alone, it goes to the dead letters, whose alarm it rings.
    assert deliver(context, BATCH, TRIES) == ["m2"]
    assert decided()[1:] == ["before", "behind"]
    assert "command quarantined" in caplog.messages


def test_a_fault_that_passes_costs_nobody_a_place(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver(context, BATCH) == ["m2", "m3"]
    monkeypatch.setattr(decide, "place", place)
    assert deliver(context, {"m2": BATCH["m2"], "m3": BATCH["m3"]}, tries=2) == []
    assert decided()[1:] == ["before", "poison", "behind"]


def test_nothing_of_a_poisoned_decision_stays_in_the_book(context: Context) -> None:
    deliver(context, BATCH, TRIES)
    fresh = Books("journal", region=HERE, home=HERE)
    assert matching.books.current(MARKET.symbol).book.state() == (
        fresh.current(MARKET.symbol).book.state()
    )


@pytest.mark.parametrize(
    "senseless",
    ["no JSON", '["a list"]', json.dumps({"kind": "place", "symbol": MARKET.symbol}), "{}"],
)
def test_what_is_no_command_fails_alone_and_nobody_waits_for_it(
    context: Context, senseless: str, caplog: pytest.LogCaptureFixture
) -> None:
    batch = {"m1": a_sell("before"), "m2": senseless, "m3": a_buy("behind")}
    assert deliver(context, batch) == ["m2"]
    assert decided()[1:] == ["before", "behind"]
    assert "command quarantined" in caplog.messages


def test_a_continuation_that_fails_is_no_commands_fault(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a record left unfinished must go on before anything else: nobody passes it."""

    def go_on(*_: Any) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(decide, "_go_on", go_on)
    monkeypatch.setattr(BookState, "is_unfinished", lambda _: True)
    assert deliver(context, BATCH, TRIES) == ["m1", "m2", "m3"]
