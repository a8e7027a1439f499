"""cdk-nag, the packs AwsSolutions and Serverless: mended, or acknowledged one by one."""

from dataclasses import replace

import pytest
from aws_cdk import App
from cdk_nag import AwsSolutionsChecks, NagPack, ServerlessChecks

from infra_cdk import stages as stages_module
from infra_cdk.app import build
from infra_cdk.constructs.routes import load
from infra_cdk.policy import ACKNOWLEDGED, WOKEN, Acknowledgement
from infra_cdk.regions import EVERY_FUNCTION
from infra_cdk.settings import ENVIRONMENTS

FOUND_IN = replace(ENVIRONMENTS["dev"], account="000000000000")
"""Where it is looked for what is acknowledged."""
PACKS: tuple[type[NagPack], ...] = (AwsSolutionsChecks, ServerlessChecks)


def findings(app: App) -> set[tuple[str, str]]:
    """Return what the packs find: the rule, and the path below the stage."""
    return {
        (violation.rule_name, str(resource.construct_path).partition("/")[2])
        for pack in PACKS
        for violation in pack(app).validate_scope(app).violations
        for resource in violation.violating_resources
    }


def covers(entry: Acknowledgement, rule: str, path: str) -> bool:
    return rule == entry.rule_in(FOUND_IN) and path.startswith(f"{entry.construct}/")


@pytest.fixture(scope="module")
def unacknowledged(context: dict[str, object]) -> set[tuple[str, str]]:
    """Return what is found in a whole region when nothing is acknowledged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages_module, "acknowledge", lambda *_: None)
        return findings(build(environments=("dev",), context=context))


def test_nothing_is_found_that_is_not_acknowledged(context: dict[str, object]) -> None:
    # Before synthesis: afterwards cdk-nag sees references of other stacks in another form.
    assert findings(build(context=context)) == set()


def test_nothing_is_acknowledged_that_is_not_found(unacknowledged: set[tuple[str, str]]) -> None:
    idle = [
        (entry.rule, entry.construct)
        for entry in ACKNOWLEDGED
        if not any(covers(entry, rule, path) for rule, path in unacknowledged)
    ]

    assert idle == []


def test_reasons_know_whom_the_bus_and_the_clock_wake() -> None:
    assert load().targets() & EVERY_FUNCTION == WOKEN


def test_a_rule_is_acknowledged_once_for_a_construct_and_with_a_reason() -> None:
    places = [(entry.rule, entry.construct) for entry in ACKNOWLEDGED]

    assert len(set(places)) == len(places)
    # A whole stack would hide what comes to it later.
    assert all(entry.construct.count("/") >= 1 for entry in ACKNOWLEDGED)
    assert all(entry.reason.endswith((".", "front.")) for entry in ACKNOWLEDGED)
