"""Read one table of the emulator while a query of another is under way; run by ``test_queries``.

A program of its own, for the emulator's packages are in an environment of their own. It prints what
the read found, and how many items the query did.
"""

import functools
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from ministack.services import dynamodb

from infra_cdk.local.emulator.queries import WORTH_IT_ITEMS, query_what_is_asked

PATIENCE_SECONDS = 30.0
LONG = {"KeyConditionExpression": "s = :s AND n > :n", "ConsistentRead": True}
VALUES = {":s": {"S": "book"}, ":n": {"N": "3"}}


def made(name: str, *keys: tuple[str, str]) -> None:
    roles = zip(keys, ("HASH", "RANGE"), strict=False)
    answered(
        dynamodb._create_table(
            {
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": key, "AttributeType": kind} for key, kind in keys
                ],
                "KeySchema": [{"AttributeName": key, "KeyType": role} for (key, _), role in roles],
            }
        )
    )


def answered(answer: Any) -> Any:
    status, _, body = answer
    assert status == 200, body
    return json.loads(body)


def main() -> None:
    """Let a query stand still where it has its cut table, and read the other meanwhile."""
    cut, read = Event(), Event()
    stock = dynamodb._query

    @functools.wraps(stock)
    def standing_still(data: Any) -> Any:
        cut.set()
        assert read.wait(PATIENCE_SECONDS), "nobody read"
        return stock(data)

    dynamodb._query = standing_still
    query_what_is_asked()
    made("journal", ("s", "S"), ("n", "N"))
    made("market", ("symbol", "S"))
    for number in range(WORTH_IT_ITEMS):
        item = {"s": {"S": "book"}, "n": {"N": str(number)}}
        answered(dynamodb._put_item({"TableName": "journal", "Item": item}))
    shown = {"symbol": {"S": "BTC-USD"}}
    answered(dynamodb._put_item({"TableName": "market", "Item": shown}))
    query = {"TableName": "journal", "ExpressionAttributeValues": VALUES} | LONG
    with ThreadPoolExecutor(1) as aside:
        asked = aside.submit(lambda: dynamodb._query(query))
        assert cut.wait(PATIENCE_SECONDS), "the query was not cut"
        try:
            status, _, body = dynamodb._get_item({"TableName": "market", "Key": shown})
        finally:
            read.set()
        found = answered(asked.result(PATIENCE_SECONDS))
    told = {"status": status, "read": json.loads(body), "queried": found["Count"]}
    sys.stdout.write(f"{json.dumps(told)}\n")


if __name__ == "__main__":
    main()
