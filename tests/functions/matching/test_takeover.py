"""Matching in two regions: what is for a book that moved goes to the queue of its home."""

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
from zerodesk_aws.books import Books
from zerodesk_aws.journal import Journal

HERE, THERE = "us-east-1", "eu-west-1"


class Queues:
    """The queues of all regions."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []
        self.region = HERE

    def in_region(self, region: str) -> "Queues":
        self.region = region
        return self

    def send(self, command: Any) -> None:
        self.sent.append((self.region, command["command_id"]))


class Told:
    """A bus on which nobody listens."""

    def publish(self, _: Any) -> None:
        pass


@pytest.fixture
def queues(monkeypatch: pytest.MonkeyPatch) -> Queues:
    queues = Queues()
    monkeypatch.setattr(matching, "books", Books("journal", region=HERE, home=HERE))
    monkeypatch.setattr(matching, "bus", Told())
    monkeypatch.setattr(matching, "queue_in", queues.in_region)
    return queues


def delivered(*bodies: Any, tries: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "body": json.dumps(body),
                "attributes": {
                    "MessageGroupId": MARKET.symbol,
                    "SentTimestamp": str(START_MS),
                    "ApproximateReceiveCount": str(tries),
                },
            }
            for number, body in enumerate(bodies)
        ]
    }


def records() -> list[tuple[int, bool]]:
    read = Journal("journal").read(f"book#{MARKET.symbol}")
    return [(record.epoch, "takeover" in record.body) for record in read]


def test_commands_for_a_book_that_moved_are_sent_on_and_nothing_fails(
    queues: Queues, context: Context
) -> None:
    matching.handler(delivered(listing(MARKET, at_ms=START_MS), a_sell("o1")), context)
    Books("journal", region=THERE, home=HERE).take_over(MARKET.symbol)
    answer = matching.handler(delivered(a_buy("o2"), a_buy("o3")), context)
    assert answer == {"batchItemFailures": []}
    assert queues.sent == [(THERE, "o2"), (THERE, "o3")]
    assert records() == [(1, False), (2, True)]


def test_what_was_quarantined_before_the_book_moves_still_fails(
    queues: Queues, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken as done it would be nowhere: no record has it, and no dead letter."""

    def faultily(state: Any, draft: Any, command: Any) -> None:
        if command["command_id"] == "poison":
            # The other region is first, between the tries of one batch.
            Books("journal", region=THERE, home=HERE).take_over(MARKET.symbol)
            raise ZeroDivisionError("a defect")
        place(state, draft, command)

    matching.handler(delivered(listing(MARKET, at_ms=START_MS)), context)
    monkeypatch.setattr(decide, "place", faultily)
    batch = delivered(a_buy("poison"), a_buy("behind"), tries=TRIES)
    answer = matching.handler(batch, context)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert queues.sent == [(THERE, "behind")]
    assert records() == [(1, False), (2, True)]


def test_an_operator_has_this_region_take_a_book_over_before_it_decides(
    queues: Queues, context: Context
) -> None:
    Books("journal", region=THERE, home=THERE).commit(
        MARKET.symbol, [listing(MARKET, at_ms=START_MS)]
    )
    Books("journal", region=THERE, home=HERE).take_over(MARKET.symbol)
    take_over = {"kind": "take_over", "symbol": MARKET.symbol, "from_epoch": 2}
    answer = matching.handler(delivered(take_over, a_sell("o1")), context)
    assert answer == {"batchItemFailures": []}
    assert queues.sent == []
    assert records() == [(1, False), (2, True), (3, True), (3, False)]


def test_the_queue_of_another_region_has_the_same_name_there() -> None:
    queue = matching.queue_in(THERE)
    assert queue._queue_url == ("https://sqs.eu-west-1.amazonaws.com/123456789012/commands.fifo")
    assert queue._sqs.meta.region_name == THERE
