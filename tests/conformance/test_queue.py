"""The FIFO queue of commands: order, groups, redelivery, deduplication, dead letters, bounds.

SQS Developer Guide, "FIFO queue delivery logic", "Exactly-once processing", "Visibility timeout",
"Dead-letter queues" and "Message quotas"; API Reference, SendMessage, ReceiveMessage and
DeleteMessage. A body has up to 1 MiB (256 KiB until August 2025).
"""

from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.claims import refused
from tests.conformance.clouds import Cloud

MAX_BODY_BYTES = 1024 * 1024
VISIBILITY_SECONDS = 1
GONE_BY_SECONDS = 1.1


class Commands:
    """A queue of commands and the calls that a claim makes to it."""

    def __init__(self, cloud: Cloud, receives_max: int = 3) -> None:
        self.cloud, self.sqs = cloud, cloud.client("sqs")
        self.queue = cloud.queue(visibility_seconds=VISIBILITY_SECONDS, receives_max=receives_max)
        self._ids = count(1)

    def send(self, *bodies: str, group: str = "BTC-USD", **asked: Any) -> None:
        for body in bodies:
            named = {"MessageDeduplicationId": f"d{next(self._ids)}", **asked}
            self.sqs.send_message(
                QueueUrl=self.queue.url, MessageBody=body, MessageGroupId=group, **named
            )

    def receive(self, limit: int = 10, *, url: str | None = None) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(
            QueueUrl=url or self.queue.url,
            MaxNumberOfMessages=limit,
            MessageSystemAttributeNames=["All"],
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found

    def delete(self, *messages: dict[str, Any]) -> None:
        entries = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
            for number, message in enumerate(messages)
        ]
        answer = self.sqs.delete_message_batch(QueueUrl=self.queue.url, Entries=entries)
        assert len(answer["Successful"]) == len(messages)

    def dead(self) -> list[str]:
        return bodies(self.receive(url=self.queue.dead_url))

    def let_reappear(self) -> None:
        self.cloud.later(GONE_BY_SECONDS)


def bodies(messages: list[dict[str, Any]]) -> list[str]:
    return [message["Body"] for message in messages]


def receives(messages: list[dict[str, Any]]) -> list[int]:
    return [int(message["Attributes"]["ApproximateReceiveCount"]) for message in messages]


@pytest.fixture
def commands(cloud: Cloud) -> Commands:
    return Commands(cloud)


def test_a_group_comes_in_the_order_of_sending_ten_at_most(commands: Commands) -> None:
    sent = [f"c{number}" for number in range(12)]
    commands.send(*sent)
    assert bodies(commands.receive()) == sent[:10]


def test_a_message_says_its_group_its_time_and_how_often_it_came(commands: Commands) -> None:
    commands.send("c1", group="ETH-USD")
    (message,) = commands.receive()
    attributes = message["Attributes"]
    assert attributes["MessageGroupId"] == "ETH-USD"
    assert attributes["SentTimestamp"].isdigit()
    assert attributes["ApproximateReceiveCount"] == "1"


def test_while_one_message_is_in_flight_its_group_waits_and_others_do_not(
    commands: Commands,
) -> None:
    commands.send("b1", "b2", group="BTC-USD")
    commands.send("e1", "e2", group="ETH-USD")
    assert bodies(commands.receive(1)) == ["b1"]
    assert bodies(commands.receive()) == ["e1", "e2"]
    assert commands.receive() == []


def test_behind_what_is_deleted_the_group_goes_on(commands: Commands) -> None:
    commands.send("c1", "c2", "c3")
    commands.delete(*commands.receive(1))
    assert bodies(commands.receive(1)) == ["c2"]


def test_while_the_rest_of_a_batch_is_in_flight_the_group_waits(commands: Commands) -> None:
    commands.send("c1", "c2", "c3")
    first, _ = commands.receive(2)
    commands.delete(first)
    assert commands.receive() == []


def test_what_is_not_deleted_in_time_comes_again_in_order(commands: Commands) -> None:
    commands.send("c1", "c2")
    before = commands.receive(1)
    commands.let_reappear()
    again = commands.receive()
    assert bodies(again) == ["c1", "c2"]
    assert receives(again) == [2, 1]
    assert again[0]["MessageId"] == before[0]["MessageId"]
    assert again[0]["ReceiptHandle"] != before[0]["ReceiptHandle"]


def test_of_a_batch_that_is_done_in_part_the_rest_comes_again(commands: Commands) -> None:
    commands.send("c1", "c2", "c3", "c4")
    first, _, third, _ = commands.receive()
    commands.delete(first, third)
    commands.let_reappear()
    again = commands.receive()
    assert bodies(again) == ["c2", "c4"]
    assert receives(again) == [2, 2]


def test_a_receipt_that_ran_out_deletes_nothing(commands: Commands) -> None:
    """Knowledge Center, "ReceiptHandleIsInvalid": a FIFO queue's runs out with the visibility."""
    commands.send("c1")
    (message,) = commands.receive()
    commands.let_reappear()
    with suppress(ClientError):
        commands.sqs.delete_message(
            QueueUrl=commands.queue.url, ReceiptHandle=message["ReceiptHandle"]
        )
    assert bodies(commands.receive()) == ["c1"]


def test_a_receipt_of_an_earlier_time_deletes_nothing(commands: Commands) -> None:
    commands.send("c1")
    (early,) = commands.receive()
    commands.let_reappear()
    (late,) = commands.receive()
    with suppress(ClientError):
        commands.sqs.delete_message(
            QueueUrl=commands.queue.url, ReceiptHandle=early["ReceiptHandle"]
        )
    commands.let_reappear()
    assert bodies(commands.receive()) == ["c1"]
    assert late["MessageId"] == early["MessageId"]


def test_what_came_too_often_goes_aside_and_the_group_goes_on(cloud: Cloud) -> None:
    commands = Commands(cloud, receives_max=2)
    commands.send("bad", "good")
    for _ in range(2):
        assert bodies(commands.receive(1)) == ["bad"]
        commands.let_reappear()
    assert bodies(commands.receive(1)) == ["good"]
    assert commands.dead() == ["bad"]


def test_a_repeat_is_taken_and_not_delivered_not_even_after_the_first_is_gone(
    commands: Commands,
) -> None:
    commands.send("c1", MessageDeduplicationId="same")
    commands.send("c1", MessageDeduplicationId="same")
    first = commands.receive()
    assert bodies(first) == ["c1"]
    commands.delete(*first)
    commands.send("c1", MessageDeduplicationId="same")
    assert commands.receive() == []


def test_another_group_may_use_the_same_deduplication_id(commands: Commands) -> None:
    """The queue's scope of deduplication is the message group (high throughput for FIFO queues)."""
    commands.send("c1", group="BTC-USD", MessageDeduplicationId="same")
    commands.send("c2", group="ETH-USD", MessageDeduplicationId="same")
    assert sorted(bodies(commands.receive()) + bodies(commands.receive())) == ["c1", "c2"]


def test_after_five_minutes_a_repeat_is_a_message_of_its_own(commands: Commands) -> None:
    if commands.cloud.name == "local_cloud":
        pytest.skip("its clock is the machine's")
    commands.send("c1", MessageDeduplicationId="same")
    commands.delete(*commands.receive())
    commands.cloud.later(5 * 60 + 1)
    commands.send("c1", MessageDeduplicationId="same")
    assert bodies(commands.receive()) == ["c1"]


def test_a_body_has_up_to_1_mib(commands: Commands) -> None:
    commands.send("x" * MAX_BODY_BYTES)
    with refused("InvalidParameterValue"):
        commands.send("x" * (MAX_BODY_BYTES + 1))


def test_a_body_is_not_empty(commands: Commands) -> None:
    with pytest.raises(ClientError):
        commands.send("")


def test_a_body_holds_no_control_characters(commands: Commands) -> None:
    commands.send("tab\t line\n \N{SNOWMAN} \N{FISH}")
    with refused("InvalidMessageContents"):
        commands.send("bell\x07")


def test_a_message_without_a_group_is_refused(commands: Commands) -> None:
    with refused("MissingParameter"):
        commands.sqs.send_message(
            QueueUrl=commands.queue.url, MessageBody="c1", MessageDeduplicationId="d1"
        )


def test_a_message_without_a_deduplication_id_is_refused(commands: Commands) -> None:
    with refused("InvalidParameterValue"):
        commands.sqs.send_message(
            QueueUrl=commands.queue.url, MessageBody="c1", MessageGroupId="BTC-USD"
        )


@pytest.mark.parametrize(
    "group",
    [
        pytest.param("x" * 129, id="long"),
        pytest.param("with space", id="space"),
        pytest.param("\N{SNOWMAN}", id="beyond ASCII"),
    ],
)
def test_a_group_is_named_by_128_plain_characters(commands: Commands, group: str) -> None:
    commands.send("c1", group="x" * 127 + "-")
    with refused("InvalidParameterValue"):
        commands.send("c1", group=group)
