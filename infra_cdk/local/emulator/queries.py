"""DynamoDB's queries, which look only at the items in their range."""

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb

from infra_cdk.local.emulator.expectations import expect_parameters, expect_text
from infra_cdk.local.emulator.partitions import Item, Partition, Range

EXPRESSIONS_REMEMBERED = 1_024
WORTH_IT_ITEMS = 16

CONDITION = re.compile(
    r"\(?\s*[#\w]+\s*=\s*(?P<partition>:\w+)"
    r"(?:\s+AND\s+[#\w]+\s*"
    r"(?:(?P<operator><=|>=|=|<|>)\s*(?P<value>:\w+)|BETWEEN\s+(?P<low>:\w+)\s+AND\s+(?P<high>:\w+))"
    r")?\s*\)?",
    re.IGNORECASE,
)
"""The forms that boto3 and pynamodb write. Any other is left to the stock way."""


QUERIED = threading.local()
"""The table that a query of this thread asks, cut to its range; workflows read in threads of their
own meanwhile, and are not to find it in place of theirs."""


class Tables(AccountRegionScopedDict):  # type: ignore[misc] # ministack ships no types
    """All tables; in the thread of a query that was cut, its one, whatever it is called."""

    __slots__ = ()

    def get(self, key: str, default: Any = None) -> Any:
        """Return a table."""
        found = getattr(QUERIED, "table", None)
        return super().get(key, default) if found is None else found


def query_what_is_asked() -> None:
    """Cut a query to its range before it sorts and evaluates every item of the partition."""
    stock = dynamodb._query
    expect_parameters(stock, ["data"])
    expect_text(stock, "table = _tables.get(name)")
    expect_text(stock, 'candidates = list(table["items"].get(pk_val, {}).values())')
    expect_text(dynamodb._set_item, 'table["items"].setdefault(pk_val, {})[sk_val] = item')
    expect_text(dynamodb._remove_item, "sk_map.pop(sk_val, None)")

    def query(data: dict[str, Any]) -> Any:
        cut = cut_to_range(data)
        if cut is None:
            return stock(data)
        with asked_alone(cut):
            return stock(data)

    dynamodb._tables.__class__ = Tables
    dynamodb._query = query


def read_expressions_once() -> None:
    """Remember the tokens and the grammar of expressions; stock reads them again per item."""
    remember = functools.lru_cache(maxsize=EXPRESSIONS_REMEMBERED)
    tokens_of = remember(lambda text, read=dynamodb._tokenize: tuple(read(text)))
    expect_parameters(dynamodb._tokenize, ["expr"])
    expect_parameters(dynamodb._condition_syntax_error, ["expr", "slot"])
    dynamodb._tokenize = lambda expr: list(tokens_of(expr))
    dynamodb._condition_syntax_error = remember(dynamodb._condition_syntax_error)


def cut_to_range(data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the table of a query with the items in its range only; None: not worth it."""
    condition = CONDITION.fullmatch((data.get("KeyConditionExpression") or "").strip())
    table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
    if condition is None or table is None or data.get("IndexName") or not table["sk_name"]:
        return None
    values = data.get("ExpressionAttributeValues") or {}
    partition_key = dynamodb._extract_key_val(values.get(condition["partition"]))
    partition = partition_of(table, partition_key)
    if len(partition) < WORTH_IT_ITEMS:
        return None
    sort_name = table["sk_name"]
    sort_type = dynamodb._get_attr_type(table, sort_name)

    def order(item: Item) -> Any:
        return dynamodb._sort_key_value(item.get(sort_name), sort_type)

    def bound(name: str | None) -> Any:
        return None if name is None else dynamodb._sort_key_value(values.get(name), sort_type)

    start = (data.get("ExclusiveStartKey") or {}).get(sort_name)
    low, high, low_included, high_included = bounds(condition)
    wanted = Range(
        low=bound(low),
        high=bound(high),
        low_included=low_included,
        high_included=high_included,
        start=None if start is None else dynamodb._sort_key_value(start, sort_type),
        forward=bool(data.get("ScanIndexForward", True)),
        limit=data.get("Limit"),
    )
    return {**table, "items": {partition_key: partition.window(wanted, order)}}


def bounds(condition: "re.Match[str]") -> tuple[str | None, str | None, bool, bool]:
    """Return the names of the lowest and highest value, and whether each is included."""
    operator, value = condition["operator"], condition["value"]
    if operator is None:
        return condition["low"], condition["high"], True, True
    low = value if operator in (">", ">=", "=") else None
    high = value if operator in ("<", "<=", "=") else None
    return low, high, operator != ">", operator != "<"


def partition_of(table: dict[str, Any], key: str) -> Partition:
    """Return the items of a partition, made into one that knows its order."""
    found = table["items"].get(key, {})
    if isinstance(found, Partition):
        return found
    partition = Partition(found.items())
    if len(partition) >= WORTH_IT_ITEMS:
        table["items"][key] = partition
    return partition


@contextmanager
def asked_alone(table: dict[str, Any]) -> Iterator[None]:
    """Let one table stand for all in this thread: a query runs to its end, nothing between."""
    QUERIED.table = table
    try:
        yield
    finally:
        QUERIED.table = None
