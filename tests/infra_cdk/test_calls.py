"""Rights and calls, compared both ways: a call without a right fails, a right without a call goes.

The calls are those of a run in memory (``python -m tests.calls``); the rights are those of the
templates of a whole region.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import pytest

from infra_cdk.constructs.rest_api import routes_of
from infra_cdk.stacks.api import APPS
from tests.calls.recording import read, record, to_text
from tests.calls.tour import tour
from tests.infra_cdk.templates import Resource, StageTemplates

if TYPE_CHECKING:
    from tests.simulation.world import World

BY_OTHERS = {
    "dynamodb opens the tables' key with the role of whoever reads or writes": {"kms:Decrypt"},
    "lambda writes the log": {"logs:CreateLogStream", "logs:PutLogEvents"},
    "lambda takes a batch from the queue": {
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
        "sqs:ReceiveMessage",
    },
}
"""What a service does with a function's role, before and after its handler."""

ASIDE = "undelivered"
"""The queue to which lambda itself brings what a woken function fails at."""

RARE = {
    ("reconciliation", "events:PutEvents", "zerodesk"): "tells of a breach, and there is none",
    ("reconciliation", "sqs:SendMessage", "commands.fifo"): "stops the book of a breach",
    ("option_quotes", "dynamodb:GetItem", "market"): "not simulated: numpy is loaded but once",
    ("option_quotes", "dynamodb:UpdateItem", "market"): "not simulated: numpy is loaded but once",
    ("pricing", "dynamodb:Scan", "market"): "marks the options, of which the run has none",
    ("pricing", "dynamodb:UpdateItem", "market"): "the same",
    ("settlement", "dynamodb:UpdateItem", "holders"): "no derivative is traded in this run",
    ("risk_monitor", "dynamodb:PutItem", "journal"): "the same",
    ("risk_monitor", "dynamodb:UpdateItem", "holders"): "the same",
    ("risk_monitor", "events:PutEvents", "zerodesk"): "the same",
    ("risk_monitor", "states:StartExecution", "liquidation_workflow"): "the same",
    ("risk_monitor", "states:DescribeExecution", "*"): "the same",
    **{
        ("liquidation", action, resource): "the same"
        for action, resource in (
            ("dynamodb:Query", "journal"),
            ("dynamodb:PutItem", "journal"),
            ("dynamodb:GetItem", "orders"),
            ("dynamodb:BatchGetItem", "orders"),
            ("dynamodb:PutItem", "orders"),
            ("dynamodb:UpdateItem", "orders"),
            ("dynamodb:GetItem", "market"),
            ("dynamodb:GetItem", "cursors"),
            ("dynamodb:UpdateItem", "cursors"),
            ("dynamodb:Query", "holders"),
            ("sqs:SendMessage", "commands.fifo"),
            ("events:PutEvents", "zerodesk"),
        )
    },
    **{
        (function, action, "jobs/jobs/*"): "not simulated: jobs touch nobody's money"
        for function in ("pricing_jobs", "job_chunks", "chunk_pricing")
        for action in ("s3:GetObject", "s3:PutObject")
    },
    ("pricing_jobs", "s3:ListBucket", "jobs"): "the same",
    ("pricing_jobs", "states:StartExecution", "pricing_workflow"): "the same",
    ("pricing_jobs", "states:DescribeExecution", "*"): "the same",
}
"""Rights that the recorded run has no use for, and the reason why they are."""


def rights(stage: StageTemplates) -> set[tuple[str, str, str]]:
    return {
        (name, action, shared_name(stage, entry, resource))
        for name, entry in stage.functions().items()
        for statement in stage.statements(entry)
        for action in statement.actions
        for resource in statement.resources
        if action not in set().union(*BY_OTHERS.values()) and not resource.endswith(ASIDE)
    }


def shared_name(stage: StageTemplates, entry: Resource, resource: str) -> str:
    """Return the name of a resource without the environment's."""
    text = resource
    for bucket in stage.all("AWS::S3::Bucket"):
        text = text.replace(bucket.logical_id, bucket.logical_id.partition("bucket")[0])
    if text == stage.settings.prefix:
        return "zerodesk"
    # A queue of another region has no name in this template, only an ARN.
    return text.rpartition(":")[2].replace(f"{stage.settings.prefix}-", "")


def without_index(call: tuple[str, str, str]) -> tuple[str, str, str]:
    function, action, resource = call
    return function, action, resource.partition("/index/")[0]


def test_the_recording_is_that_of_the_code_as_it_is() -> None:
    assert to_text(record()) == to_text(read()), "python -m tests.calls records the calls again"


CALLS_NOTHING = {"pricing_api", "/v1/openapi.json"}
"""A function and a route that answer from their own asset and ask nothing of AWS."""
COMPUTES = {"option_quotes", "pricing_jobs"}
"""Not simulated, for numpy is loaded but once: their calls are under ``RARE``."""


class Listener:
    """Hears which routes the tour asks, and answers with what its next steps need."""

    def __init__(self) -> None:
        self.asked: set[tuple[str, str, str]] = set()
        self.scheduler, self.defects = self, ()

    def begin(self, _: str, walk: Callable[[], None]) -> None:
        walk()

    def now_ms(self) -> int:
        return 0

    def run(self, until_ms: int) -> None:
        assert until_ms > 0

    def ask(self, function: str, event: dict[str, Any]) -> tuple[dict[str, Any], None]:
        if "resource" in event:
            self.asked.add((event["httpMethod"], event["resource"], function))
        body = {"order_id": "o", "api_key": "k", "key_id": "k", "moves": 1}
        return {"statusCode": 200, "body": json.dumps(body)}, None


def test_the_tour_of_the_recording_asks_every_route() -> None:
    listener = Listener()
    tour(cast("World", listener))
    routes = {(one.method, one.path, one.function) for one in routes_of(APPS)}
    assert {
        route for route in routes if not (CALLS_NOTHING | COMPUTES) & {*route}
    } == listener.asked


def test_commands_of_a_moved_book_may_be_sent_to_each_other_region(stage: StageTemplates) -> None:
    allowed = {
        resource
        for statement in stage.statements(stage.functions()["matching"])
        if "sqs:SendMessage" in statement.actions
        for resource in statement.resources
    }
    name = f"{stage.settings.prefix}-commands.fifo"
    others = stage.settings.sibling_regions
    assert {resource.partition("sqs:")[2].split(":")[0] for resource in allowed} == set(others)
    assert all(resource.endswith(name) for resource in allowed)


@pytest.fixture
def home(stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return a region that runs everything, beside others that trade."""
    return stages["production-us-east-1"]


def test_no_call_is_made_without_a_right(home: StageTemplates) -> None:
    assert read() - rights(home) == set()


def test_no_right_is_without_a_call(home: StageTemplates) -> None:
    # The right to query a table and its index is one, though the code may use either.
    called = {without_index(call) for call in read()}
    idle = {right for right in rights(home) if without_index(right) not in called}

    assert {without_index(right) for right in idle} == set(RARE)


@pytest.mark.parametrize("right", RARE)
def test_what_is_rare_has_its_reason(right: tuple[str, str, str]) -> None:
    assert right not in read()
    assert RARE[right]
