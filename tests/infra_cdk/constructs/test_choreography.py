"""The rules on the bus, and whom a region wakes."""

import pytest

from infra_cdk.constructs.routes import load
from tests.infra_cdk.templates import StageTemplates
from zerodesk.rejections import RejectionCode
from zerodesk_aws import announcements

MACHINE = "AWS::StepFunctions::StateMachine"


def test_every_route_is_a_rule_and_the_other_way_round(local: StageTemplates) -> None:
    rules = {entry.name for entry in local.all("AWS::Events::Rule")}

    assert rules == {f"zerodesk-local-{route.name}" for route in load().routes}


def test_settlement_is_told_the_symbol_and_nothing_else(local: StageTemplates) -> None:
    for rule in local.all("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            if local.resolve(rule.stack, target["Arn"]).endswith("-settlement_workflow"):
                [path] = target["InputTransformer"]["InputPathsMap"].values()
                assert path == "$.detail.symbol"


def test_only_refusals_by_the_book_wake_settlement(local: StageTemplates) -> None:
    rule = local.one("AWS::Events::Rule", "zerodesk-local-release-refused-orders")

    assert rule.properties["EventPattern"] == {
        "source": [announcements.ORDERS],
        "detail-type": ["OrderRejected"],
        "detail": {"stage": [RejectionCode.MATCHING_POST_ONLY_WOULD_CROSS.stage]},
    }


def test_only_marks_of_derivatives_wake_the_monitor(local: StageTemplates) -> None:
    rule = local.one("AWS::Events::Rule", "zerodesk-local-mark-accounts")

    assert rule.properties["EventPattern"]["detail"] == {"symbol": [{"suffix": "-PERP"}]}


@pytest.mark.parametrize(
    ("rule", "prefix", "detail_type", "target"),
    [
        ("take-partner-orders", "partner.", "OrderRequested", "partner_intake"),
        ("take-index-prices", "prices.", "IndexPriceObserved", "price_source"),
    ],
)
def test_events_from_outside_come_in_by_the_prefix_of_their_source(
    local: StageTemplates, rule: str, prefix: str, detail_type: str, target: str
) -> None:
    entry = local.one("AWS::Events::Rule", f"zerodesk-local-{rule}")
    [only] = entry.properties["Targets"]

    assert entry.properties["EventPattern"] == {
        "source": [{"prefix": prefix}],
        "detail-type": [detail_type],
    }
    assert local.resolve(entry.stack, only["Arn"]).endswith(f"-{target}")


def test_a_region_wakes_whom_it_runs(anywhere: StageTemplates) -> None:
    woken = {
        anywhere.resolve(stack, target["Arn"]).split("-")[-1] for stack, target in anywhere.woken()
    }
    workflows = {entry.name.split("-")[-1] for entry in anywhere.all(MACHINE)}

    assert woken == load().targets() & {*anywhere.settings.functions, *workflows}
