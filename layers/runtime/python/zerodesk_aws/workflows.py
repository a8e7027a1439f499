"""Workflows: started and waited for, or started and left alone."""

import json
import os
from functools import cached_property
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from zerodesk_aws.clients import client
from zerodesk_aws.entry import count, logger

WAIT_SECONDS: Final = 2
"""How long a caller waits for a workflow. It goes on without its caller."""

ENDPOINT_VARIABLE: Final = "AWS_ENDPOINT_URL"
"""Read by botocore itself."""

SUCCEEDED: Final = "SUCCEEDED"
REGION_OF_ARN: Final = 3
"""Its place among the parts of an ARN."""


class NamedWorkflow:
    """One Standard workflow of this region, whose executions have names: each name runs once."""

    def __init__(self, arn: str, executions_arn: str) -> None:
        self._arn, self._executions_arn = arn, executions_arn

    @cached_property
    def _machines(self) -> Any:
        return client("stepfunctions", read_timeout=WAIT_SECONDS, retries={"total_max_attempts": 3})

    def start(self, name: str, given: dict[str, Any]) -> bool:
        """Start the execution of a name, unless there is one; return whether it was."""
        try:
            self._machines.start_execution(
                stateMachineArn=self._arn, name=name, input=json.dumps(given)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def status(self, name: str) -> str | None:
        """Return what Step Functions says of an execution; None if there is none of the name."""
        try:
            found = self._machines.describe_execution(executionArn=f"{self._executions_arn}:{name}")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
                return None
            raise
        status: str = found["status"]
        return status


class Workflow:
    """One Express workflow, of this region or of the one that trades for it."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    @cached_property
    def _machines(self) -> Any:
        return client(
            "stepfunctions",
            self._arn.split(":")[REGION_OF_ARN],
            read_timeout=WAIT_SECONDS,
            # A try that was not answered may have run, and the caller asks again by itself.
            retries={"total_max_attempts": 1},
            # A synchronous start goes to a host name of its own. An endpoint that is given
            # outright, as that of a local cloud, has one name for everything.
            inject_host_prefix=ENDPOINT_VARIABLE not in os.environ,
        )

    def run(self, given: dict[str, Any]) -> dict[str, Any] | None:
        """Run the workflow and return its output; None when it failed or did not answer in time.

        That is nobody's fault who called: what the workflow stands for is driven on by the sweeper.
        """
        try:
            done = self._machines.start_sync_execution(
                stateMachineArn=self._arn, input=json.dumps(given)
            )
        except (BotoCoreError, ClientError) as fault:
            logger.warning("workflow not answered", fault=repr(fault))
            count("WorkflowsUnanswered")
            return None
        if done["status"] != SUCCEEDED:
            logger.warning("workflow failed", error=done.get("error"), cause=done.get("cause"))
            count("WorkflowsFailed")
            return None
        output: dict[str, Any] = json.loads(done["output"])
        return output

    def begin(self, given: dict[str, Any]) -> None:
        """Start the workflow and leave it alone; what does not start the sweeper drives on."""
        try:
            self.start(given)
        except (BotoCoreError, ClientError) as fault:
            logger.warning("workflow not started", fault=repr(fault))
            count("WorkflowsUnanswered")

    def start(self, given: dict[str, Any]) -> None:
        """Start the workflow and leave it alone."""
        self._machines.start_execution(stateMachineArn=self._arn, input=json.dumps(given))
