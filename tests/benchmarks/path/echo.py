"""The functions of the yardsticks: they make the calls of their plan, and nothing else.

Deployed as one file. ``PLAN`` has the calls of this function by what becomes of the order. Tables
have generic keys: a partition, and a sort key that is "item" or the place in a stream.
"""

import contextlib
import json
import os
import time
import uuid
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

Document = dict[str, Any]

PLAN: dict[str, list[Document]] = json.loads(os.environ["PLAN"])
READ: Document = {"operation": "Query", "resource": "journal", "number": 1, "payload_bytes": 13}
FUNCTION = os.environ["FUNCTION"]
PREFIX = os.environ["PREFIX"]
ANSWER_SECONDS = float(os.environ["ANSWER_SECONDS"])
PAUSES = [float(text) for text in os.environ["PAUSES"].split()]
config = Config(
    read_timeout=float(os.environ["WAIT_SECONDS"]),
    retries={"total_max_attempts": 1},
    inject_host_prefix=False,
)
clients: dict[str, Any] = {
    name: boto3.client(name, config=config)  # type: ignore[call-overload] # any of them
    for name in os.environ["SERVICES"].split()
}


def authorize(event: Document, context: object) -> Document:
    """Let everybody in."""
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "client", "policyDocument": policy}


def minimal(event: Document, context: object) -> Document:
    """Put one item and answer."""
    order = json.loads(event["body"])
    make(PLAN["rests"][0], order | {"order_id": uuid.uuid4().hex})
    return {"statusCode": 201, "body": json.dumps(order)}


def intake(event: Document, context: object) -> Document:
    """Put the order's item, run the workflow, and wait for the item to be done.

    As the product does: no longer than it waits, and an order that comes again is driven on.
    """
    deadline = time.monotonic() + ANSWER_SECONDS
    order = json.loads(event["body"])
    order["order_id"] = f"{order['symbol']}-{order['client_order_id']}"
    gate, start, look, *_ = PLAN[order["kind"]]
    assert (start["operation"], look["operation"]) == ("StartSyncExecution", "GetItem")
    if is_new(gate, order) or not is_done(look, order):
        run_workflow(order)
        for pause in PAUSES:
            time.sleep(pause)
            if is_done(look, order):
                break
            if time.monotonic() > deadline:
                return {"statusCode": 202, "body": json.dumps(order)}
    return {"statusCode": 201, "body": json.dumps(order)}


def is_new(gate: Document, order: Document) -> bool:
    """Put the item of an order; say whether it is the first that is put."""
    try:
        make(gate, order)
    except clients["dynamodb"].exceptions.ConditionalCheckFailedException:
        return False
    return True


def is_done(look: Document, order: Document) -> bool:
    """Look whether an order is done."""
    return "done" in make(look, order)["Item"]


def run_workflow(order: Document) -> None:
    """Run the workflow, and wait for it a while."""
    arn = os.environ["WORKFLOW"]
    with contextlib.suppress(ReadTimeoutError):
        clients["stepfunctions"].start_sync_execution(stateMachineArn=arn, input=json.dumps(order))


def price(event: Document, context: object) -> Document:
    """Say that the order has a price."""
    make_all(event["order"])
    return {"verdict": "PRICED"}


def check(event: Document, context: object) -> Document:
    """Say that the order is held."""
    order = event["order"]
    make_all(order)
    return {"verdict": "HELD", "command": order | {"command_id": order["order_id"]}}


def match(event: Document, context: object) -> Document:
    """Have every order of a batch done."""
    for message in event["Records"]:
        make_all(json.loads(message["body"]))
    return {"batchItemFailures": []}


def settle(event: Document, context: object) -> Document:
    """Say something to announce."""
    # The workflow hands on a symbol alone: what else is asked came with it, see ``make``.
    symbol, _, more = event["symbol"].partition(" ")
    make_all({"symbol": symbol, "order_id": symbol, "kind": "takes", "more": more})
    said = json.loads(os.environ["SETTLED"])
    return {"symbol": symbol, "announcements": [entries_of(said, "TradeSettled")], "more": False}


def make_all(order: Document) -> None:
    """Make every call that this function has planned for such an order, and those beyond it."""
    for asked in order["more"].split():
        function, _, operation = asked.partition(":")
        if function == FUNCTION:
            make(like(operation), order)
    for call in PLAN[order["kind"]]:
        make(call, order)


def like(operation: str) -> Document:
    """Return a call as this function makes them; of a kind that it has not planned, a read."""
    planned = (call for calls in PLAN.values() for call in calls)
    return next((call for call in planned if call["operation"] == operation), READ)


def make(call: Document, order: Document) -> Any:
    """Make one call of the kind and size that is planned."""
    table = f"{PREFIX}-{call['resource']}"
    of_order = call["resource"] == "orders"
    place = key(order["order_id"] if of_order else order["symbol"])
    match call["operation"]:
        case "PutItem":
            if not of_order:
                place["sort"] = {"S": str(time.time_ns())}
            return clients["dynamodb"].put_item(
                TableName=table,
                Item=place | {"body": {"S": pad(call)}},
                ConditionExpression="attribute_not_exists(sort)",
            )
        case "UpdateItem":
            return clients["dynamodb"].update_item(
                TableName=table,
                Key=place,
                UpdateExpression="SET done = :done",
                ConditionExpression="attribute_not_exists(never)",
                ExpressionAttributeValues={":done": {"S": pad(call)}},
            )
        case "GetItem":
            return clients["dynamodb"].get_item(TableName=table, Key=place, ConsistentRead=True)
        case "BatchGetItem":
            keys = [key(f"{order['order_id']}{number}") for number in range(call["number"])]
            asked = {table: {"Keys": keys, "ConsistentRead": True}}
            return clients["dynamodb"].batch_get_item(RequestItems=asked)
        case "Query":
            return clients["dynamodb"].query(
                TableName=table,
                KeyConditionExpression="#partition = :partition",
                ExpressionAttributeNames={"#partition": "partition"},
                ExpressionAttributeValues={":partition": place["partition"]},
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=1,
            )
        case "PutEvents":
            kind = "TradesExecuted" if order["kind"] == "takes" else "OrderOpened"
            said = entries_of(call, kind, symbol=f"{order['symbol']} {order['more']}")
            return clients["events"].put_events(Entries=said)
        case other:
            raise AssertionError(f"{other} is in no plan")


def entries_of(call: Document, kind: str, **detail: str) -> list[Document]:
    """Return as many events as are planned, of the size of those."""
    entry = {"EventBusName": PREFIX, "Source": "yardstick", "DetailType": kind}
    number = call["number"]
    filled = json.dumps(detail | {"pad": pad(call)[::number]})
    return [entry | {"Detail": filled}] * number


def key(partition: str) -> Document:
    """Return a place in any of the tables."""
    return {"partition": {"S": partition}, "sort": {"S": "item"}}


def pad(call: Document) -> str:
    """Return as many bytes as are planned."""
    return "x" * int(call["payload_bytes"])
