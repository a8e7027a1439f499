"""A workflow file at work on a local cloud, its functions stubbed by value.

A stub is a real Lambda. What it does at each call is said by the test, one step a call: answer a
value, raise an error by name, or die.
"""

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config

from tests.functions.workflow_files import load

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/stub"

DIES = {"dies": True}

STUB = """
import json, os
from pathlib import Path

def handler(event, context):
    folder = Path(os.environ["FOLDER"])
    calls = sorted(folder.glob("call-*"))
    (folder / f"call-{len(calls):03}").write_text(json.dumps(event))
    step = json.loads((folder / "steps").read_text())[len(calls)]
    if "raises" in step:
        raise type(step["raises"], (Exception,), {})("as the test says")
    if "dies" in step:
        os._exit(1)
    return step["answers"]
"""


def answers(value: Any) -> dict[str, Any]:
    """Return the step of a stub that answers."""
    return {"answers": value}


def raises(error: str) -> dict[str, Any]:
    """Return the step of a stub that raises an error of that class name."""
    return {"raises": error}


@dataclass
class Stub:
    """A function that does as it is told."""

    arn: str
    folder: Path

    def will(self, *steps: dict[str, Any]) -> None:
        """Say what happens at each call, and forget the calls so far."""
        for call in self.folder.glob("call-*"):
            call.unlink()
        (self.folder / "steps").write_text(json.dumps(steps), encoding="utf-8")

    @property
    def calls(self) -> list[Any]:
        """What it was called with, in order."""
        return [
            json.loads(call.read_text(encoding="utf-8"))
            for call in sorted(self.folder.glob("call-*"))
        ]


@dataclass
class Cloud:
    """Clients of a local cloud, and what a test makes there."""

    endpoint: str
    folder: Path
    made: str = field(default_factory=lambda: uuid4().hex[:8])
    """Keeps the names of one module's things apart from those of another."""

    def client(self, service: str) -> Any:
        """Return a client that speaks to the local cloud and to nothing else."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="test",
            # Express workflows answer at a host name of their own on AWS, and here do not.
            config=Config(inject_host_prefix=False),
        )

    def stub(self, name: str) -> Stub:
        """Make a function that does as it is told."""
        folder = self.folder / name
        folder.mkdir()
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("stub.py", STUB)
        created = self.client("lambda").create_function(
            FunctionName=f"{name}-{self.made}",
            Runtime="python3.13",
            Role=ROLE,
            Handler="stub.handler",
            Code={"ZipFile": package.getvalue()},
            Environment={"Variables": {"FOLDER": str(folder)}},
            Timeout=10,
        )
        return Stub(created["FunctionArn"], folder)

    def queue(self, name: str, **attributes: str) -> str:
        """Make a queue and return its address."""
        url: str = self.client("sqs").create_queue(
            QueueName=name.replace("*", self.made), Attributes=attributes
        )["QueueUrl"]
        return url

    def table(self, name: str, key: str) -> str:
        """Make a table of a key and return its name."""
        made: str = self.client("dynamodb").create_table(
            TableName=name.replace("*", self.made),
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )["TableDescription"]["TableName"]
        return made

    def drain(self, queue_url: str) -> list[dict[str, Any]]:
        """Take all messages that are in a queue."""
        taken: list[dict[str, Any]] = []
        sqs = self.client("sqs")
        while found := sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            taken += found
            for message in found:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def workflow(self, name: str, **substitutions: str) -> str:
        """Deploy a workflow file with its placeholders filled in; return its ARN."""
        definition = json.dumps(load(name))
        for placeholder, value in substitutions.items():
            definition = definition.replace(f"${{{placeholder}}}", value)
        assert "${" not in definition
        arn: str = self.client("stepfunctions").create_state_machine(
            name=f"{name}-{self.made}", definition=definition, roleArn=ROLE, type="EXPRESS"
        )["stateMachineArn"]
        return arn

    def run(self, workflow_arn: str, given: Any) -> tuple[str, Any]:
        """Run an execution to its end; return its status with its output, or with its error."""
        run = self.client("stepfunctions").start_sync_execution(
            stateMachineArn=workflow_arn, input=json.dumps(given)
        )
        if run["status"] == "SUCCEEDED":
            return run["status"], json.loads(run["output"])
        return run["status"], run.get("error") or json.loads(run["output"])["Error"]
