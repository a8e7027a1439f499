"""A log of what each write of a table replaced and put, for whoever counts write units.

The local cloud counts no units. Whoever starts it with ``ZERODESK_WRITE_LOG`` naming a file finds a
line in it for every put and update: when it was through, the table, and the item before and after,
which are the same when its condition failed.
"""

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from ministack.services import dynamodb

from infra_cdk.local.emulator.expectations import expect_parameters, expect_text

Write = Callable[[dict[str, Any]], Any]
WRITES = ("_put_item", "_update_item")


def keep(path: Path) -> None:
    """Log every write from now on."""
    expect_text(dynamodb._set_item, 'table["items"].setdefault(pk_val, {})[sk_val] = item')
    file = path.open("a", buffering=1, encoding="utf-8")
    for name in WRITES:
        expect_parameters(getattr(dynamodb, name), ["data"])
        setattr(dynamodb, name, _logged(getattr(dynamodb, name), file))


def _logged(write: Write, file: TextIO) -> Write:
    def logged(data: dict[str, Any]) -> Any:
        # An update may change the item in place.
        before = copy.deepcopy(_item(data))
        answer = write(data)
        line = {
            "at_ms": int(time.time() * 1_000),
            "table": data.get("TableName"),
            "before": before,
            "after": _item(data),
        }
        file.write(json.dumps(line) + "\n")
        return answer

    return logged


def _item(data: dict[str, Any]) -> dict[str, Any]:
    """Return the item that a write is about, as it stands; empty if there is none."""
    table = dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))
    named = data.get("Item") or data.get("Key")
    if table is None or not isinstance(named, dict):
        return {}
    partition, sort = (
        dynamodb._extract_key_val(named.get(table[name])) if table.get(name) else "__no_sort__"
        for name in ("pk_name", "sk_name")
    )
    item: dict[str, Any] = table["items"].get(partition, {}).get(sort, {})
    return item
