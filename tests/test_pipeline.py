"""The pipeline file: it runs what `.ci/run` runs, and deploys every stage behind an approval."""

import re
from fnmatch import fnmatch
from typing import Any

import yaml

from infra_cdk.settings import ENVIRONMENTS, ROOT, RUNTIME, everywhere

FILE = ROOT / ".github" / "workflows" / "deploy.yml"
PIPELINE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
STEPS: list[dict[str, str]] = PIPELINE["jobs"]["deploy"]["strategy"]["matrix"]["include"]
CONCERNS = ("Keys", "Data", "Messaging", "Trading", "Api", "Operations")


def test_it_tests_as_everybody_does() -> None:
    commands = [step.get("run") for step in PIPELINE["jobs"]["test"]["steps"]]

    assert ".ci/run" in commands
    assert PIPELINE["jobs"]["synthesise"]["needs"] == "test"
    assert PIPELINE["jobs"]["deploy"]["needs"] == "synthesise"


def test_byte_code_is_made_by_the_runtimes_interpreter() -> None:
    assert PIPELINE["env"]["PYTHON_VERSION"] == RUNTIME.removeprefix("python")


def test_every_stack_on_aws_is_deployed_keys_first_and_home_before_the_others() -> None:
    for environment in ("staging", "production"):
        regions = everywhere(ENVIRONMENTS[environment])
        stacks = {f"{one.stage}/{concern}" for one in regions for concern in CONCERNS}
        steps = [step for step in STEPS if step["stage"] == environment]
        taken = [{name for name in stacks if fnmatch(name, step["stacks"])} for step in steps]

        assert taken[0] == {name for name in stacks if name.endswith("/Keys")}
        assert taken[1] == {name for name in stacks if name.startswith(regions[0].stage)}
        assert set().union(*taken) == stacks


def test_each_step_has_an_approval_of_its_own_and_waits_for_the_one_before() -> None:
    job = PIPELINE["jobs"]["deploy"]

    assert job["environment"] == "${{ matrix.environment }}"
    assert len({step["environment"] for step in STEPS}) == len(STEPS)
    assert job["strategy"]["max-parallel"] == 1
    assert job["strategy"]["fail-fast"] is True


def test_it_holds_no_key_of_the_account() -> None:
    text = FILE.read_text(encoding="utf-8")

    assert "secrets." not in text
    assert not re.search(r"AKIA|aws_secret", text, re.IGNORECASE)
    assert PIPELINE["permissions"] == {"contents": "read"}
