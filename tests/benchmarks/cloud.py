"""A local cloud of a benchmark's own: started, asked, held back, and stopped again."""

import os
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra_cdk import local
from infra_cdk.local.aws import LocalSession
from infra_cdk.local.paths import PORT_VARIABLE, STATE_VARIABLE


def say(line: str) -> None:
    """Say how far it is, beside the tables."""
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Cloud:
    """A local cloud with the product deployed."""

    session: LocalSession
    endpoint: local.Endpoint
    pid: int
    """Of its one process; functions run in children of it."""
    folder: Path

    def log(self, variable: str) -> Path:
        """Return the log that was asked for by this variable."""
        return _log(self.folder, variable)

    def stop_schedules(self) -> None:
        """Stop what runs by the clock: it is on no order's way, and would be counted as if."""
        bus = self.session.client("events")
        for rule in bus.list_rules()["Rules"]:
            if "ScheduleExpression" in rule:
                bus.disable_rule(Name=rule["Name"])


@contextmanager
def cloud(*logs: str) -> Iterator[Cloud]:
    """Run a local cloud on a port and in a folder of its own, until the end, Ctrl-C or SIGTERM.

    Parameters
    ----------
    logs
        The variables of the logs that it is to keep, such as ``CALL_LOG_VARIABLE``.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as folder:
        os.environ[STATE_VARIABLE] = folder
        os.environ[PORT_VARIABLE] = str(_free_port())
        os.environ |= {variable: str(_log(Path(folder), variable)) for variable in logs}
        # Its process may outlive whoever starts it; Python warns of that.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            endpoint = local.up(say)
            pid = local.status().pid
            assert pid is not None, "the cloud was just started"
            yield Cloud(LocalSession(endpoint.endpoint), endpoint, pid, Path(folder))
        finally:
            local.down(say)


def _log(folder: Path, variable: str) -> Path:
    return folder / f"{variable.lower()}.log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class CommandQueue:
    """The queue of commands in front of matching: what is in it may be held back."""

    def __init__(self, session: LocalSession) -> None:
        self._functions, self._queues = session.client("lambda"), session.client("sqs")
        [mapping] = [
            one
            for one in self._functions.list_event_source_mappings()["EventSourceMappings"]
            if "commands" in one["EventSourceArn"]
        ]
        self._mapping = mapping["UUID"]
        name = mapping["EventSourceArn"].rpartition(":")[2]
        self._url = self._queues.get_queue_url(QueueName=name)["QueueUrl"]

    def waiting(self) -> int:
        """Return how many commands are in the queue, and not at work."""
        asked = "ApproximateNumberOfMessages"
        answer = self._queues.get_queue_attributes(QueueUrl=self._url, AttributeNames=[asked])
        return int(answer["Attributes"][asked])

    def hold_back(self) -> None:
        """Keep commands in the queue from now on."""
        self._functions.update_event_source_mapping(UUID=self._mapping, Enabled=False)

    def open(self, batch: int | None = None) -> None:
        """Hand commands to matching again, so many of one book at once."""
        bound = {} if batch is None else {"BatchSize": batch}
        self._functions.update_event_source_mapping(UUID=self._mapping, Enabled=True, **bound)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Keep commands in the queue for a while."""
        self.hold_back()
        try:
            yield
        finally:
            self.open()
