"""Tables in memory, for tests of one function or of one store: the simulation's DynamoDB.

Moto answers as if over HTTP, and that takes nine tenths of such a test. ``tests/conformance`` holds
the model to moto, to the local cloud and to AWS's documentation; it is never kinder. What is asked
of other services goes where it would have gone.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from unittest.mock import patch
from weakref import WeakKeyDictionary

from botocore.client import BaseClient

from tests.simulation.cloud.dynamodb import DynamoDB, Partition
from tests.simulation.cloud.expressions import Item
from tests.simulation.cloud.tables import SCHEMAS

_standing: list[DynamoDB] = []


@contextmanager
def tables_in_memory() -> Iterator[None]:
    """Let every call to DynamoDB go to the deployed tables, which begin empty.

    Within a block of tables, a block inside it has the same.
    """
    if _standing:
        yield
        return
    from zerodesk_aws.accounts import AccountJournal

    tables = DynamoDB(SCHEMAS, lambda: time.time() * 1000)
    one_by_one = Lock()
    elsewhere = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
        if client.meta.service_model.service_name == "dynamodb":
            # Functions make calls at once; the tables do one thing at a time.
            with one_by_one:
                return tables.call(operation, asked)
        return elsewhere(client, operation, asked)

    _standing.append(tables)
    try:
        with (
            patch.object(BaseClient, "_make_api_call", call),
            patch.object(AccountJournal, "_known", _of_these_tables(), create=True),
        ):
            yield
    finally:
        _standing.clear()


def _of_these_tables() -> property:
    """Return what stands in for what a process remembers of accounts: nothing of other tables.

    Modules outlive the tables here, which on AWS no process does.
    """
    known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
    return property(
        lambda journal: known.setdefault(journal, {}),
        lambda journal, accounts: known.update({journal: accounts}),
    )


# What nobody may do to the journal, and what must be noticed.


def taken_away(stream: str, sequence: int) -> Item:
    """Take a record out of the journal; return its item."""
    partition = _records(stream)
    partition.keys.remove(sequence)
    return partition.items.pop(sequence)


def put_in_place(item: Item) -> None:
    """Let a record stand in the place of the one that stands there."""
    _records(item["stream"]["S"]).items[int(item["sequence"]["N"])] = item


def overwritten(stream: str, sequence: int, body: bytes) -> None:
    """Let a record say something else."""
    put_in_place(_records(stream).items[sequence] | {"body": {"B": body}})


def _records(stream: str) -> Partition:
    (tables,) = _standing
    return tables.tables["journal"].partitions[stream]
