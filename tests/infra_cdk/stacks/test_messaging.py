"""The queue of commands and the bus: what a lost process or a poisoned message does to them."""

from typing import Any

from matching.batch import TRIES
from tests.infra_cdk.templates import Resource, StageTemplates

FOURTEEN_DAYS_SECONDS = 14 * 24 * 60 * 60


def queue(stage: StageTemplates, suffix: str) -> Resource:
    [found] = [entry for entry in stage.all("AWS::SQS::Queue") if entry.name.endswith(suffix)]
    return found


def test_a_command_stays_hidden_for_six_time_outs_of_matching(stage: StageTemplates) -> None:
    timeout_seconds = stage.functions()["matching"].properties["Timeout"]

    hidden_seconds = queue(stage, "-commands.fifo").properties["VisibilityTimeout"]

    assert hidden_seconds >= 6 * timeout_seconds


def test_commands_are_ordered_by_book_and_books_do_not_meet(stage: StageTemplates) -> None:
    properties = queue(stage, "-commands.fifo").properties

    assert properties["FifoQueue"] is True
    assert properties["DeduplicationScope"] == "messageGroup"
    assert properties["FifoThroughputLimit"] == "perMessageGroupId"
    assert not properties.get("ContentBasedDeduplication")


def test_a_poisoned_command_makes_way_after_three_deliveries(stage: StageTemplates) -> None:
    commands, dead = queue(stage, "-commands.fifo"), queue(stage, "-commands-dead.fifo")

    redrive = commands.properties["RedrivePolicy"]

    assert redrive["maxReceiveCount"] == TRIES == 3
    assert stage.resolve(commands.stack, redrive["deadLetterTargetArn"]) == dead.name
    assert dead.properties["FifoQueue"] is True


def test_what_nobody_took_is_kept_for_a_fortnight(stage: StageTemplates) -> None:
    for entry in stage.all("AWS::SQS::Queue"):
        assert entry.properties["MessageRetentionPeriod"] == FOURTEEN_DAYS_SECONDS, entry.name


def test_queues_refuse_whoever_does_not_encrypt(stage: StageTemplates) -> None:
    guarded = {
        stage.resolve(policy.stack, target)
        for policy in stage.all("AWS::SQS::QueuePolicy")
        if any(map(_denies_plain_text, policy.properties["PolicyDocument"]["Statement"]))
        for target in policy.properties["Queues"]
    }

    assert guarded == {entry.name for entry in stage.all("AWS::SQS::Queue")}


def _denies_plain_text(statement: dict[str, Any]) -> bool:
    wanted = {
        "Effect": "Deny",
        "Action": "sqs:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return wanted.items() <= statement.items()


def test_the_bus_is_archived_where_the_cloud_can(stage: StageTemplates) -> None:
    omitted = stage.settings.omits("AWS::Events::Archive")

    archives = stage.all("AWS::Events::Archive")

    assert len(archives) == (0 if omitted else 1)
