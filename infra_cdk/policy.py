"""Which rules of cdk-nag this app does not follow: one construct and one reason each.

A test runs the packs AwsSolutions and Serverless over every stage; what they find is either mended
or listed here, and what is listed here is found.
"""

from dataclasses import dataclass
from typing import Final

from aws_cdk import Acknowledgment, Stage, Validations
from constructs import IConstruct

from infra_cdk.regions import EVERY_FUNCTION
from infra_cdk.settings import Settings

BUCKET: Final = "<snapshotsbucketBucket7B2336EA.Arn>"
"""How cdk-nag writes the bucket of large snapshots."""
JOBS: Final = "<jobsbucketBucketFC4E8385.Arn>"
"""The same of the bucket of pricing jobs."""
EXECUTIONS: Final = "arn:aws:states:{region}:{account}:execution:{prefix}-pricing_workflow:*"
"""What the executions of pricing jobs are, in the region that is looked at."""
LIQUIDATIONS: Final = EXECUTIONS.replace("pricing_workflow", "liquidation_workflow")
"""The same of liquidations."""

RUNTIME: Final = (
    "One setting chooses the runtime for functions and layers. python3.13 is supported until 2029; "
    "the layer's packages are locked and tested for it."
)
NO_TRACES: Final = (
    "Every log line carries the order's id, from the request to the ledger. X-Ray would want a "
    "wildcard resource in each role, and its SDK costs 240 ms of a cold start."
)
OWN_FAILURES: Final = {
    "woken": (
        "What it is woken for by the bus or the clock, and fails at, goes to the queue of "
        "undelivered events as its destination on failure, which says more than a dead letter."
    ),
    "asked": "Its caller waits for the answer, hears of the failure and asks again.",
    "fed": "The queue keeps what it failed at, and puts it aside after three deliveries.",
}
WOKEN: Final = frozenset(
    {
        "archivist",
        "partner_intake",
        "price_source",
        "pricing",
        "reconciliation",
        "risk_monitor",
        "sweeper",
    }
)
FED: Final = frozenset({"matching"})
JOB_FUNCTIONS: Final = ("chunk_pricing", "job_chunks", "pricing_jobs")
SNAPSHOT_READERS: Final = ("archivist", "matching", "queries", "sweeper")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A rule that one construct, with what is in it, does not follow."""

    rule: str
    construct: str
    """Path below the stage."""
    reason: str

    def rule_in(self, settings: Settings) -> str:
        """Return the rule as it is found in a region, whose name may be part of it."""
        return self.rule.format(
            region=settings.region, account=settings.account, prefix=settings.prefix
        )


def _of_functions() -> list[Acknowledgement]:
    found = []
    for name in sorted(EVERY_FUNCTION):
        kind = "woken" if name in WOKEN else "fed" if name in FED else "asked"
        reasons = {
            "AwsSolutions-L1": RUNTIME,
            "Serverless-LambdaLatestVersion": RUNTIME,
            "Serverless-LambdaTracing": NO_TRACES,
            "Serverless-LambdaDLQ": OWN_FAILURES[kind],
        }
        found += [
            Acknowledgement(rule, f"Trading/{name}/Function", reason)
            for rule, reason in reasons.items()
        ]
    return found


def _of_jobs() -> list[Acknowledgement]:
    keys = "The folders of jobs are named after their accounts and ids: none is known beforehand."
    runs = "An execution is named after its job; it is asked how it stands, or ends with its job."
    return [
        *(
            Acknowledgement(
                f"AwsSolutions-IAM5[Resource::{JOBS}/jobs/*]", f"Trading/{name}/Role", keys
            )
            for name in (*JOB_FUNCTIONS, "pricing_workflow")
        ),
        *(
            Acknowledgement(
                f"AwsSolutions-IAM5[Resource::{EXECUTIONS}]", f"Trading/{name}/Role", runs
            )
            for name in ("pricing_jobs", "pricing_workflow")
        ),
        Acknowledgement(
            "AwsSolutions-S1",
            "Data/jobs_bucket/Bucket",
            "Three functions use it, and links that are good for minutes. What is in it is gone in "
            "a week.",
        ),
    ]


def _of_workflows() -> list[Acknowledgement]:
    return [
        Acknowledgement(rule, f"Trading/{name}/{part}", reason)
        for name in (
            "liquidation_workflow",
            "order_workflow",
            "pricing_workflow",
            "settlement_workflow",
        )
        for rule, part, reason in (
            (
                "AwsSolutions-IAM5[Resource::*]",
                "Role",
                "The delivery of a workflow's log can be allowed on no narrower resource.",
            ),
            (
                "AwsSolutions-SF1",
                "Machine",
                "Failures are logged, without data. All would be two lines a state, in every run.",
            ),
            ("AwsSolutions-SF2", "Machine", NO_TRACES),
            ("Serverless-StepFunctionStateMachineXray", "Machine", NO_TRACES),
        )
    ]


ACKNOWLEDGED: Final = (
    *_of_functions(),
    *_of_workflows(),
    *_of_jobs(),
    *(
        Acknowledgement(
            f"AwsSolutions-IAM5[Resource::{BUCKET}/snapshots/*]",
            f"Trading/{name}/Role",
            "The keys of snapshots hold symbol, sequence and hash: none is known beforehand.",
        )
        for name in SNAPSHOT_READERS
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{BUCKET}/archive/*]",
        "Trading/archivist/Role",
        "Archives are named after the stream and the range that an operator asks for.",
    ),
    Acknowledgement(
        f"AwsSolutions-IAM5[Resource::{LIQUIDATIONS}]",
        "Trading/risk_monitor/Role",
        "It asks whether the liquidation that it began still runs; executions are named after the "
        "account and its record.",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5[Resource::*]",
        "Api/Rest/Logs/Role",
        "The account's role for the logs of API Gateway; it names no API, and AWS's own policy for "
        "it is the same.",
    ),
    Acknowledgement(
        "AwsSolutions-S1",
        "Data/snapshots_bucket/Bucket",
        "Who reads or writes it is four functions. What is in it is believed only if the journal "
        "vouches for it.",
    ),
    Acknowledgement(
        "AwsSolutions-SQS3",
        "Trading/Choreography/Undelivered",
        "It is itself where the bus and failed functions put things aside.",
    ),
    Acknowledgement(
        "Serverless-SQSRedrivePolicy",
        "Trading/Choreography/Undelivered",
        "It is itself where the bus and failed functions put things aside.",
    ),
    Acknowledgement(
        "Serverless-SQSRedrivePolicy",
        "Messaging/DeadCommands",
        "It is itself the dead letters of the commands.",
    ),
    Acknowledgement(
        "Serverless-LambdaEventSourceMappingDestination",
        "Trading/matching/Function",
        "A mapping of a queue has no destination; the queue's redrive policy is that.",
    ),
    Acknowledgement(
        "AwsSolutions-APIG2",
        "Api/Rest/Api",
        "The functions check every field themselves and say which and why; the gateway would say "
        "only that something is wrong.",
    ),
    Acknowledgement(
        "AwsSolutions-APIG3",
        "Api/Rest/Api",
        "No route is open, requests are bounded, and a web ACL costs $0.60 a million requests: "
        "docs/deploy.md says how to put one in front.",
    ),
    Acknowledgement(
        "AwsSolutions-COG4",
        "Api/Rest/Api",
        "Keys are checked by a function of our own: bots have no user pool.",
    ),
    Acknowledgement("Serverless-APIGWXrayEnabled", "Api/Rest/Api", NO_TRACES),
)


def acknowledge(stage: Stage, settings: Settings) -> None:
    """Tell cdk-nag what a stage does not follow, and why."""
    for entry in ACKNOWLEDGED:
        construct = _find(stage, entry.construct)
        if construct is not None:
            told = Acknowledgment(id=entry.rule_in(settings), reason=entry.reason)
            Validations.of(construct).acknowledge(told)


def _find(scope: IConstruct, path: str) -> IConstruct | None:
    """Return what a path leads to; None where it is not, as a function of another region."""
    found: IConstruct | None = scope
    for part in path.split("/"):
        found = None if found is None else found.node.try_find_child(part)
    return found
