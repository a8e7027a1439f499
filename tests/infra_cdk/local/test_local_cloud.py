"""The local cloud does as AWS does, where the stock emulator does not, and survives its death."""

import io
import itertools
import json
import os
import signal
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from boto3.dynamodb.conditions import Key

from infra_cdk.local import cloud
from infra_cdk.local.aws import LocalSession
from infra_cdk.local.paths import PORT_VARIABLE, STATE_VARIABLE
from infra_cdk.local.snapshot_file import read_current

pytestmark = [
    pytest.mark.local_cloud,
    # A cloud is meant to outlive whoever starts it; Python says so as a warning.
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
]

HANDLER = """
import importlib, os, time, boto3

class StaleMarketError(Exception):
    pass

def handler(event, context):
    match event.get("do"):
        case "raise":
            raise StaleMarketError("mark is old")
        case "import":
            importlib.import_module(event["module"])
        case "exit":
            os._exit(3)
        case "meet":
            open(os.path.join(event["folder"], str(os.getpid())), "w").close()
            while len(os.listdir(event["folder"])) < event["number"]:
                time.sleep(0.05)
        case "print":
            print(event["text"])
    return {"pid": os.getpid(), "version": 1, "names": sorted(os.environ)}
"""

CONSUMER = """
import os, time, boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    groups = sorted({each["attributes"]["MessageGroupId"] for each in event["Records"]})
    table.put_item(Item={"stream": "began", "sequence": int(groups[0])})
    deadline = time.monotonic() + 8
    met = False
    while not met and time.monotonic() < deadline:
        met = all(
            "Item" in table.get_item(Key={"stream": "began", "sequence": group})
            for group in (1, 2)
        )
    table.put_item(Item={
        "stream": "ended", "sequence": int(groups[0]), "met": met, "groups": groups,
        "bodies": [each["body"] for each in event["Records"]],
    })
"""

names = itertools.count(1)


def zipped(**sources: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, source in sources.items():
            file.writestr(f"{name}.py", source)
    return archive.getvalue()


@pytest.fixture(scope="module")
def session(empty_cloud: str) -> LocalSession:
    return LocalSession(empty_cloud)


@pytest.fixture(scope="module")
def lambda_client(session: LocalSession) -> Any:
    return session.client("lambda", max_pool_connections=32, read_timeout=30)


@pytest.fixture
def function(lambda_client: Any) -> str:
    return created(lambda_client, HANDLER)


def created(lambda_client: Any, source: str, **settings: Any) -> str:
    name = f"function-{next(names)}"
    lambda_client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="probe.handler",
        Code={"ZipFile": zipped(probe=source)},
        Timeout=20,
        **settings,
    )
    return name


def invoked(client: Any, function: str, **event: Any) -> Any:
    answer = client.invoke(FunctionName=function, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def eventually(holds: Callable[[], Any], within_seconds: float = 10.0) -> Any:
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        found = holds()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within_seconds} s")


def test_functions_see_nothing_of_the_emulator(lambda_client: Any, function: str) -> None:
    fault = invoked(lambda_client, function, do="import", module="ministack")
    assert fault["errorType"] == "ModuleNotFoundError"
    names_seen = invoked(lambda_client, function)["names"]
    assert not {"STATE_DIR", "PERSIST_STATE", "HOME"} & set(names_seen)


def test_package_that_is_in_no_layer_fails_as_on_aws(lambda_client: Any) -> None:
    function = created(lambda_client, "import pydantic\nhandler = print")
    fault = invoked(lambda_client, function)
    assert fault["errorType"] == "Runtime.ImportModuleError"
    assert "pydantic" in fault["errorMessage"]


def test_process_is_kept_after_an_exception_and_replaced_after_its_death(
    lambda_client: Any, function: str
) -> None:
    first = invoked(lambda_client, function)["pid"]
    assert invoked(lambda_client, function, do="raise")["errorType"] == "StaleMarketError"
    assert invoked(lambda_client, function)["pid"] == first
    assert invoked(lambda_client, function, do="exit")["errorType"] == "Runtime.ExitError"
    assert invoked(lambda_client, function)["pid"] != first


def test_process_that_was_killed_while_idle_costs_no_invocation(
    lambda_client: Any, function: str
) -> None:
    first = invoked(lambda_client, function)["pid"]
    os.kill(first, signal.SIGKILL)
    eventually(lambda: has_let_go(first))
    assert invoked(lambda_client, function)["pid"] != first


def has_let_go(pid: int) -> bool:
    """Say whether a process ended and its last thread closed its pipes."""
    if cloud.identity_of(pid) is not None:
        return False
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir())) <= 1
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_sixteen_invocations_run_at_once(lambda_client: Any, function: str, tmp_path: Path) -> None:
    def meeting(_: int) -> Any:
        return invoked(lambda_client, function, do="meet", folder=str(tmp_path), number=16)

    with ThreadPoolExecutor(16) as pool:
        met = list(pool.map(meeting, range(16)))
    assert len({each["pid"] for each in met}) == 16


@pytest.mark.parametrize("end", ["raise", "exit"])
def test_function_that_dies_behind_the_gateway_shows_no_stack_trace(
    empty_cloud: str, session: LocalSession, lambda_client: Any, end: str
) -> None:
    function = created(lambda_client, HANDLER.replace('event.get("do")', repr(end)))
    answer = httpx.get(f"{behind_a_gateway(session, empty_cloud, function)}/anything")
    assert answer.status_code >= 500
    assert answer.json() == {"message": "Internal server error"}


def behind_a_gateway(session: LocalSession, endpoint: str, function: str) -> str:
    """Put a REST API with one proxy route before a function, and return its address."""
    gateway = session.client("apigateway")
    api = gateway.create_rest_api(name=function)["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    route = gateway.create_resource(restApiId=api, parentId=root, pathPart="anything")["id"]
    method = {"restApiId": api, "resourceId": route, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    path = f"2015-03-31/functions/{arn}/invocations"
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/{path}",
    )
    gateway.create_deployment(restApiId=api, stageName="test")
    return f"{endpoint}/_aws/execute-api/{api}/test"


def test_changed_code_is_what_runs_next(lambda_client: Any, function: str) -> None:
    assert invoked(lambda_client, function)["version"] == 1
    changed = HANDLER.replace('"version": 1', '"version": 2')
    lambda_client.update_function_code(FunctionName=function, ZipFile=zipped(probe=changed))
    assert invoked(lambda_client, function)["version"] == 2


def test_what_a_function_prints_is_in_its_log(
    session: LocalSession, lambda_client: Any, function: str
) -> None:
    invoked(lambda_client, function, do="print", text="order assessed")
    events = session.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")
    assert "order assessed" in [event["message"] for event in events["events"]]


def test_workflow_catches_an_exception_by_its_class_name(
    session: LocalSession, lambda_client: Any, function: str
) -> None:
    config = lambda_client.get_function_configuration(FunctionName=function)
    ask = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": config["FunctionArn"], "Payload": {"do": "raise"}},
        "Catch": [{"ErrorEquals": ["StaleMarketError"], "Next": "Caught"}],
        "End": True,
    }
    caught = {"Type": "Pass", "Output": {"caught": True}, "End": True}
    workflow = {
        "QueryLanguage": "JSONata",
        "StartAt": "Ask",
        "States": {"Ask": ask, "Caught": caught},
    }
    client = session.client("stepfunctions")
    machine = client.create_state_machine(
        name=f"machine-{next(names)}",
        definition=json.dumps(workflow),
        roleArn="arn:aws:iam::000000000000:role/any",
        type="EXPRESS",
    )
    done = client.start_sync_execution(stateMachineArn=machine["stateMachineArn"])
    assert json.loads(done["output"]) == {"caught": True}


def a_table(session: LocalSession) -> Any:
    return session.resource("dynamodb").create_table(
        TableName=f"table-{next(names)}",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[
            {"AttributeName": "stream", "KeyType": "HASH"},
            {"AttributeName": "sequence", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "stream", "AttributeType": "S"},
            {"AttributeName": "sequence", "AttributeType": "N"},
        ],
    )


def test_dynamodb_adds_with_38_digits(session: LocalSession) -> None:
    table = a_table(session)
    client = session.client("dynamodb")
    key = {"stream": {"S": "s"}, "sequence": {"N": "1"}}
    large = "12345678901234567890123456789012345678"
    client.put_item(TableName=table.name, Item={**key, "n": {"N": large}})
    answer = client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="ADD n :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"]["n"]["N"] == str(int(large) + 1)


def test_message_groups_run_side_by_side_and_each_in_order(
    session: LocalSession, lambda_client: Any
) -> None:
    table = a_table(session)
    function = created(lambda_client, CONSUMER, Environment={"Variables": {"TABLE": table.name}})
    queue = session.resource("sqs").create_queue(
        QueueName=f"queue-{next(names)}.fifo", Attributes={"FifoQueue": "true"}
    )
    for number, group in enumerate(("1", "2", "1", "2")):
        queue.send_message(
            MessageBody=str(number), MessageGroupId=group, MessageDeduplicationId=str(number)
        )
    lambda_client.create_event_source_mapping(
        FunctionName=function, EventSourceArn=queue.attributes["QueueArn"], BatchSize=10
    )

    def ended() -> Any:
        items = table.query(KeyConditionExpression=Key("stream").eq("ended"))["Items"]
        return items if len(items) == 2 else None

    first, second = eventually(ended, within_seconds=30)
    assert first["met"], "a group waited for the other"
    assert second["met"]
    assert (first["groups"], first["bodies"]) == (["1"], ["0", "2"])
    assert (second["groups"], second["bodies"]) == (["2"], ["1", "3"])


def test_killed_cloud_comes_back_to_its_last_snapshot_and_says_how_old(
    tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PORT_VARIABLE, str(free_port))
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    process = cloud.start(lambda _: None)
    session = LocalSession(process.endpoint)
    lambda_client = session.client("lambda")
    table, function = a_table(session), created(lambda_client, HANDLER)
    table.put_item(Item={"stream": "s", "sequence": 1})
    worker = invoked(lambda_client, function)["pid"]

    eventually(lambda: read_current(cloud.snapshots_folder()), within_seconds=30)
    os.kill(process.pid, signal.SIGKILL)
    eventually(lambda: cloud.identity_of(process.pid) is None)
    eventually(lambda: cloud.identity_of(worker) is None)
    assert cloud.running() is None

    said: list[str] = []
    try:
        cloud.start(said.append)
        assert any("not stopped cleanly" in line for line in said)
        assert table.scan()["Items"] == [{"stream": "s", "sequence": 1}]
        assert invoked(lambda_client, function)["version"] == 1
        table.put_item(Item={"stream": "s", "sequence": 2})
    finally:
        assert cloud.stop(said.append)
    cloud.start(said.append)
    try:
        assert len(table.scan()["Items"]) == 2, "a clean stop keeps what was written last"
    finally:
        cloud.stop(said.append)
