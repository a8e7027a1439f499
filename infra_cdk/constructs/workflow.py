"""A workflow file, deployed as it is written.

The file under ``functions/<name>/`` is what a person reads, what the tests check and what runs.
Only its ``${Placeholders}`` are filled in, by CloudFormation, from the rights of the workflow.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra_cdk.constructs.access import Access
from infra_cdk.constructs.function import RETENTION
from infra_cdk.settings import ROOT, Settings

PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class WorkflowError(ValueError):
    """A workflow file and its substitutions do not fit; the text names the difference."""


class Workflow(Construct):
    """A workflow whose every state bears repetition.

    Parameters
    ----------
    name
        Folder in ``functions/`` that holds ``workflow.asl.yaml``.
    kind
        Express: short, cheap, run at least once. Standard: for hours, and once for each name; it
        may map over items as executions of its own.
    access
        What the workflow may call. The variable of each right is a placeholder of the file.
    unnamed_access
        The same, of resources that the file does not name: the input does.

    Raises
    ------
    WorkflowError
        A placeholder has no right, or a right has no placeholder.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        access: Sequence[Access],
        unnamed_access: Sequence[Access] = (),
        kind: sfn.StateMachineType = sfn.StateMachineType.EXPRESS,
    ) -> None:
        super().__init__(scope, name)
        definition = json.dumps(load(name))
        substitutions = {right.variable: right.value for right in access}
        _check(name, definition, set(substitutions))
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=f"{settings.prefix}-{name}",
            state_machine_type=kind,
            definition_body=sfn.DefinitionBody.from_string(definition),
            definition_substitutions=substitutions,
            role=self._role([*access, *unnamed_access]),
            logs=self._logs(f"{settings.prefix}-{name}", settings),
        )

    def _role(self, access: Sequence[Access]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        for right in access:
            right.allow(role)
        return role

    def _logs(self, machine_name: str, settings: Settings) -> sfn.LogOptions:
        # Express workflows keep no history of their own: without a log a failure leaves no trace.
        # The group's prefix spares the account's log policy, which may not exceed 5,120 characters.
        log_group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/vendedlogs/states/{machine_name}",
            retention=RETENTION[settings.log_retention_days],
            removal_policy=RemovalPolicy.DESTROY,
        )
        return sfn.LogOptions(
            destination=log_group, level=sfn.LogLevel.ERROR, include_execution_data=False
        )


def path_of(name: str) -> Path:
    """Return where the workflow's file is."""
    return ROOT / "functions" / name / "workflow.asl.yaml"


def load(name: str) -> dict[str, Any]:
    """Return the workflow's definition, placeholders and all."""
    definition: dict[str, Any] = yaml.safe_load(path_of(name).read_text(encoding="utf-8"))
    return definition


def _check(name: str, definition: str, given: set[str]) -> None:
    wanted = set(PLACEHOLDER.findall(definition))
    if wanted != given:
        raise WorkflowError(
            f"{name}: without a right {sorted(wanted - given)}, unused {sorted(given - wanted)}"
        )
