"""What the tests ask of synthesised templates: resources by what they are, names spelled out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_cdk.settings import Settings

NAMES = {
    "AWS::DynamoDB::GlobalTable": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Scheduler::Schedule": "Name",
    "AWS::Scheduler::ScheduleGroup": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
}


@dataclass(frozen=True)
class Resource:
    """One resource of a stage."""

    stack: str
    logical_id: str
    type: str
    properties: dict[str, Any]
    attributes: dict[str, Any]
    """DependsOn, DeletionPolicy, Metadata and so on."""

    @property
    def name(self) -> str:
        """The name in the account, where the template gives one."""
        return str(self.properties[NAMES[self.type]])


@dataclass(frozen=True)
class Statement:
    """One policy statement, its resources as names."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


class StageTemplates:
    """All templates of one stage.

    References are resolved to names: ``Ref``, ``Fn::GetAtt`` and references into other stacks give
    the name of what they point at, so that ``zerodesk-local-journal`` stands for its ARN as well.
    """

    def __init__(self, assembly: Path, settings: Settings) -> None:
        self.assembly = assembly
        self.settings = settings
        files = sorted(assembly.glob("*.template.json"))
        manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
        stacks = {
            entry["properties"]["templateFile"]: entry["properties"]["stackName"]
            for entry in manifest["artifacts"].values()
            if entry["type"] == "aws:cloudformation:stack"
        }
        self.templates: Mapping[str, dict[str, Any]] = {
            stacks[file.name]: json.loads(file.read_text(encoding="utf-8")) for file in files
        }

    def all(self, resource_type: str | None = None) -> list[Resource]:
        """Return the resources of a type, or all of them."""
        return [
            self._resource(stack, logical_id)
            for stack, template in self.templates.items()
            for logical_id, body in template["Resources"].items()
            if resource_type in (None, body["Type"])
        ]

    def one(self, resource_type: str, name: str) -> Resource:
        """Return the resource of that type and name."""
        [found] = [entry for entry in self.all(resource_type) if entry.name == name]
        return found

    def functions(self) -> dict[str, Resource]:
        """Return the Lambda functions by the folder that they come from."""
        return {
            entry.properties["Handler"].split(".")[0]: entry
            for entry in self.all("AWS::Lambda::Function")
        }

    def woken(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the targets of all rules and schedules, each with its stack."""
        return [
            *(
                (rule.stack, target)
                for rule in self.all("AWS::Events::Rule")
                for target in rule.properties["Targets"]
            ),
            *(
                (entry.stack, entry.properties["Target"])
                for entry in self.all("AWS::Scheduler::Schedule")
            ),
        ]

    def documents(self, role_of: Resource) -> list[dict[str, Any]]:
        """Return the policy statements of a function's or a state machine's role, as written."""
        reference = role_of.properties.get("Role") or role_of.properties["RoleArn"]
        role_id = reference["Fn::GetAtt"][0]
        return [
            statement
            for policy in self.all("AWS::IAM::Policy")
            if {"Ref": role_id} in policy.properties["Roles"] and policy.stack == role_of.stack
            for statement in policy.properties["PolicyDocument"]["Statement"]
        ]

    def statements(self, role_of: Resource) -> list[Statement]:
        """Return what the role of a function or a state machine may do."""
        return [self._statement(role_of.stack, one) for one in self.documents(role_of)]

    def rights(self) -> list[tuple[str, Statement]]:
        """Return what all roles may do, whoever takes them: the policy's logical id and each."""
        return [
            (policy.logical_id, statement)
            for policy in self.all("AWS::IAM::Policy")
            for statement in self.granted(policy)
        ]

    def granted(self, policy: Resource) -> list[Statement]:
        """Return what a policy allows."""
        return [
            self._statement(policy.stack, one)
            for one in policy.properties["PolicyDocument"]["Statement"]
        ]

    def actions_on(self, role_of: Resource, name: str) -> set[str]:
        """Return the actions that a role may do on the resource of that name or below it."""
        return {
            action
            for statement in self.statements(role_of)
            if any(entry == name or entry.startswith(f"{name}/") for entry in statement.resources)
            for action in statement.actions
        }

    def resolve(self, stack: str, value: Any) -> str:
        """Return a property's text, with names in the place of references."""
        match value:
            case str():
                return value
            case {"Ref": str() as logical_id}:
                return self._named(stack, logical_id)
            case {"Fn::GetAtt": [logical_id, _]}:
                return self._named(stack, logical_id)
            case {"Fn::Join": [separator, parts]}:
                return str(separator).join(self.resolve(stack, part) for part in parts)
            case {"Fn::GetStackOutput": {"StackName": other, "OutputName": output}}:
                return self.resolve(other, self.templates[other]["Outputs"][output]["Value"])
            case _:
                raise AssertionError(f"cannot resolve {value}")

    def _statement(self, stack: str, written: dict[str, Any]) -> Statement:
        return Statement(
            tuple(_list(written["Action"])),
            tuple(self.resolve(stack, entry) for entry in _list(written["Resource"])),
        )

    def _named(self, stack: str, logical_id: str) -> str:
        if logical_id not in self.templates[stack]["Resources"]:
            return logical_id
        resource = self._resource(stack, logical_id)
        return resource.name if resource.type in NAMES else logical_id

    def _resource(self, stack: str, logical_id: str) -> Resource:
        body = dict(self.templates[stack]["Resources"][logical_id])
        return Resource(stack, logical_id, body.pop("Type"), body.pop("Properties", {}), body)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar below a value with its path; list positions are not part of it."""
    match value:
        case dict():
            for key, below in value.items():
                yield from leaves(below, f"{path}.{key}" if path else key)
        case list():
            for below in value:
                yield from leaves(below, path)
        case _:
            yield path, value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
