"""What docs/deploy.md tells an adopter to type, held to the stacks."""

import re
from collections.abc import Mapping
from fnmatch import fnmatch

import pytest

from infra_cdk.settings import ROOT
from tests.infra_cdk.templates import StageTemplates
from zerodesk import archive, rows, snapshots
from zerodesk_client.cost.recorded import prices

PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
MINUTES_A_MONTH = 30 * 24 * 60
HOLDS_STATE = {"AWS::DynamoDB::GlobalTable", "AWS::KMS::Key", "AWS::S3::Bucket"}


def patterns(command: str) -> list[list[str]]:
    """Return the stacks that each line with that command names."""
    lines = re.findall(rf"^ +\$CDK {command} \$STAGE (.+)$", PAGE, re.MULTILINE)
    assert lines
    return [re.findall(r"'([^']+)'", line) for line in lines]


def reached(stages: Mapping[str, StageTemplates], names: list[str]) -> dict[str, StageTemplates]:
    """Return the stacks of production that names reach, as ``<stage>/<concern>``."""
    return {
        path: stage
        for path, stage in stacks(stages).items()
        if any(fnmatch(path, name) for name in names)
    }


def stacks(stages: Mapping[str, StageTemplates]) -> dict[str, StageTemplates]:
    return {
        f"{name}/{stack.rpartition('-')[2].title()}": stage
        for name, stage in stages.items()
        if name.startswith("production-")
        for stack in stage.templates
    }


def types_in(path: str, stage: StageTemplates) -> set[str]:
    concern = path.rpartition("/")[2].lower()
    return {entry.type for entry in stage.all() if entry.stack.endswith(f"-{concern}")}


def test_the_steps_deploy_every_stack_keys_first_and_home_before_the_others(
    stages: Mapping[str, StageTemplates],
) -> None:
    keys, home, others = (set(reached(stages, names)) for names in patterns("deploy"))

    assert keys == {path for path in stacks(stages) if path.endswith("/Keys")}
    assert home == {path for path in stacks(stages) if path.startswith("production-us-east-1/")}
    assert keys | home | others == set(stacks(stages))


def test_the_teardown_leaves_every_stack_that_holds_the_journal_and_its_keys(
    stages: Mapping[str, StageTemplates],
) -> None:
    [names] = patterns("destroy")

    gone = reached(stages, names)

    assert {path.rpartition("/")[2] for path in set(stacks(stages)) - set(gone)} == {"Data", "Keys"}
    for path, stage in gone.items():
        assert not types_in(path, stage) & HOLDS_STATE, path


def test_what_holds_state_outlives_even_its_stack(on_aws: StageTemplates) -> None:
    for entry in on_aws.all():
        if entry.type in HOLDS_STATE:
            assert entry.attributes["DeletionPolicy"] == "Retain", entry.logical_id
            assert entry.attributes["UpdateReplacePolicy"] == "Retain", entry.logical_id


def test_the_changelog_says_which_formats_the_release_writes() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.split(r"^## ", changelog, flags=re.MULTILINE)[1]

    assert "for the words *record format*" in PAGE
    assert f"*Record format* {rows.FORMAT} of books" in newest
    assert (
        f"Archives are of format {archive.FORMAT}, snapshots of format {snapshots.FORMAT}" in newest
    )


@pytest.mark.parametrize("command", ["setup", "layer"])
def test_the_first_steps_are_targets_of_the_makefile(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert f"    make {command}" in PAGE
    assert re.search(rf"^{command}:", makefile, re.MULTILINE)


def test_the_bill_of_a_quiet_region_counts_the_alarms_that_there_are(
    stages: Mapping[str, StageTemplates],
) -> None:
    counted = [
        len(stage.all("AWS::CloudWatch::Alarm"))
        for name, stage in stages.items()
        if name.startswith("production-")
    ]

    assert f"{min(counted)} to {max(counted)} alarms at $0.10" in " ".join(PAGE.split())


def test_the_bill_of_a_quiet_region_counts_the_ticks_of_its_clock(
    stages: Mapping[str, StageTemplates],
) -> None:
    ticks = sorted(
        len(stage.all("AWS::Scheduler::Schedule")) * MINUTES_A_MONTH
        for name, stage in stages.items()
        if name.startswith("production-")
    )
    dollars = ticks[-1] * prices()["usd"]["schedules_million"] / 1_000_000

    assert f"{ticks[-1]:,} ticks of the clock at home ({ticks[0]:,} where only" in PAGE
    assert f"${dollars:.2f} by Scheduler's price" in PAGE
