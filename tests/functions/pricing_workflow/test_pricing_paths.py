"""Every path through the pricing workflow, executed on a local cloud with its functions stubbed.

The stubs of several chunks are called at once, so each path has one chunk or answers all alike.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.functions.workflow_cloud import Cloud, Stub, answers, raises

pytestmark = pytest.mark.local_cloud

FOLDER = "0123456789abcdef0123456789abcdef"
PLAN_KEY = f"jobs/{FOLDER}/plan.json"
CUT = answers({"verdict": "CUT", "plan_key": PLAN_KEY})
DONE = answers({"verdict": "DONE"})
CHUNK = {"folder": FOLDER, "number": 0, "first_row": 1, "rows": 10_000}


@dataclass
class PricingPath:
    """The workflow with its stubs, and a bucket."""

    cloud: Cloud
    chunks: Stub
    pricing: Stub
    bucket: str
    workflow_arn: str

    def plan(self, *entries: dict[str, Any]) -> None:
        data = json.dumps(entries)
        self.cloud.client("s3").put_object(Bucket=self.bucket, Key=PLAN_KEY, Body=data)

    def run(self) -> tuple[str, Any]:
        return self.cloud.run(self.workflow_arn, {"folder": FOLDER})


@pytest.fixture(scope="module")
def path(empty_cloud: str, tmp_path_factory: pytest.TempPathFactory) -> PricingPath:
    cloud = Cloud(empty_cloud, tmp_path_factory.mktemp("stubs"))
    chunks, pricing = cloud.stub("job_chunks"), cloud.stub("chunk_pricing")
    bucket = f"jobs-{cloud.made}"
    cloud.client("s3").create_bucket(Bucket=bucket)
    workflow_arn = cloud.workflow(
        "pricing_workflow",
        JobChunksFunctionArn=chunks.arn,
        ChunkPricingFunctionArn=pricing.arn,
        JobsBucket=bucket,
    )
    return PricingPath(cloud, chunks, pricing, bucket, workflow_arn)


@pytest.mark.parametrize(
    "priced",
    [
        pytest.param([answers({"number": 0})], id="at once"),
        pytest.param([raises("Sandbox.Timedout"), answers({"number": 0})], id="tried again"),
    ],
)
def test_a_job_is_cut_priced_and_joined(path: PricingPath, priced: list[dict[str, Any]]) -> None:
    path.plan(CHUNK)
    path.chunks.will(CUT, DONE)
    path.pricing.will(*priced)

    assert path.run() == ("SUCCEEDED", {"verdict": "DONE"})

    assert path.pricing.calls == [CHUNK] * len(priced)
    assert path.chunks.calls == [
        {"step": "cut", "folder": FOLDER},
        {"step": "join", "folder": FOLDER, "outcomes": [{"number": 0}]},
    ]


def test_every_chunk_of_the_plan_is_priced_and_told_in_its_order(path: PricingPath) -> None:
    plan = [{**CHUNK, "number": number} for number in range(3)]
    path.plan(*plan)
    path.chunks.will(CUT, DONE)
    path.pricing.will(*[answers({})] * 3)

    assert path.run() == ("SUCCEEDED", {"verdict": "DONE"})

    assert path.chunks.calls[1]["outcomes"] == [{"number": number} for number in range(3)]


def test_a_chunk_that_is_given_up_is_told_to_whoever_joins(path: PricingPath) -> None:
    path.plan(CHUNK)
    path.chunks.will(CUT, raises("PricingIncompleteError"))
    path.pricing.will(raises("ZeroDivisionError"))

    assert path.run() == ("FAILED", "PricingIncompleteError")

    assert path.chunks.calls[1]["outcomes"] == [{"number": 0, "error": "ZeroDivisionError"}]


def test_what_is_refused_is_not_priced(path: PricingPath) -> None:
    path.chunks.will(answers({"verdict": "REFUSED"}))
    path.pricing.will()

    assert path.run() == ("SUCCEEDED", {"verdict": "REFUSED"})

    assert path.pricing.calls == []
