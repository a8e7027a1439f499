"""Deploys the bare and the minimal path beside the product: one CloudFormation stack of its own.

The workflow files are the product's. Functions that call each other are named, so that the template
needs no order.
"""

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from infra_cdk.constructs import workflow
from infra_cdk.local.aws import ACCOUNT, REGION, LocalSession
from infra_cdk.settings import RUNTIME, VISIBILITY_PER_TIMEOUT
from tests.benchmarks.path.plan import Plan
from zerodesk_aws.order_path import (
    ANSWER_SECONDS,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    PAUSE_GROWTH,
)
from zerodesk_aws.workflows import WAIT_SECONDS

PREFIX: Final = "yardstick"
STAGE: Final = "bench"
SOURCE: Final = Path(__file__).with_name("echo.py")
ARCHIVE: Final = "echo.zip"
LOOKS: Final = 40
TABLES: Final = ("orders", "journal", "market", "cursors")
SHOWN: Final = f"{PREFIX}-shown"
"""The market as the order's workflow reads it, by the key that its file names."""

Template = dict[str, Any]

FUNCTIONS: Final = {
    "authorizer": ("authorize", ""),
    "order_intake": ("intake", "dynamodb stepfunctions"),
    "pricing": ("price", ""),
    "risk_check": ("check", "dynamodb"),
    "matching": ("match", "dynamodb events"),
    "settlement": ("settle", "dynamodb"),
    "minimal": ("minimal", "dynamodb"),
}
"""Handler and clients, by the function of the product that it stands beside."""


def deploy(session: LocalSession, plan: Plan, clients: int) -> dict[str, str]:
    """Deploy the yardsticks and return the addresses of their routes, by path."""
    files = session.client("s3")
    files.create_bucket(Bucket=PREFIX)
    files.put_object(Bucket=PREFIX, Key=ARCHIVE, Body=archive())
    stacks = session.client("cloudformation")
    stacks.create_stack(
        StackName=PREFIX,
        TemplateBody=json.dumps(template(plan)),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stacks.get_waiter("stack_create_complete").wait(
        StackName=PREFIX, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    [stack] = stacks.describe_stacks(StackName=PREFIX)["Stacks"]
    [api] = [one["OutputValue"] for one in stack["Outputs"] if one["OutputKey"] == "Api"]
    base = f"{session.endpoint}/_aws/execute-api/{api}/{STAGE}"
    for client in range(clients):
        item = {"symbol": {"S": symbol_of(client)}, "view": {"S": "x" * shown_bytes(plan)}}
        session.client("dynamodb").put_item(TableName=SHOWN, Item=item)
    return {name: f"{base}/{name}" for name in ("bare", "minimal")}


def symbol_of(client: int) -> str:
    """Return the market in which a client of a yardstick orders."""
    return f"MARKET{client}-USD"


def shown_bytes(plan: Plan) -> int:
    """Return the size of a market as its book shows it."""
    found = (call for call in plan["rests"] if call.resource == "market")
    return max(call.payload_bytes for call in found if call.operation == "UpdateItem")


def archive() -> bytes:
    """Return the code of all functions, zipped."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.write(SOURCE, SOURCE.name)
    return data.getvalue()


def template(plan: Plan) -> Template:
    """Return the stack's template."""
    resources: Template = {
        "Role": _of("AWS::IAM::Role", AssumeRolePolicyDocument=_ANYBODY),
        "Bus": _of("AWS::Events::EventBus", Name=PREFIX),
        "Queue": _of(
            "AWS::SQS::Queue",
            QueueName=f"{PREFIX}.fifo",
            FifoQueue=True,
            VisibilityTimeout=5 * VISIBILITY_PER_TIMEOUT,
        ),
        "Feed": _of(
            "AWS::Lambda::EventSourceMapping",
            EventSourceArn=_arn("sqs", f"{PREFIX}.fifo"),
            FunctionName=f"{PREFIX}-matching",
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            after=["Queue", "matching"],
        ),
        "Settle": _of(
            "AWS::Events::Rule",
            EventBusName=PREFIX,
            EventPattern={"source": ["yardstick"], "detail-type": ["TradesExecuted"]},
            Targets=[
                {
                    "Id": "settle",
                    "Arn": _arn("states", f"stateMachine:{PREFIX}-settlement_workflow"),
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
                    "InputTransformer": {
                        "InputPathsMap": {"symbol": "$.detail.symbol"},
                        "InputTemplate": '{"symbol":<symbol>}',
                    },
                }
            ],
            after=["Bus", "settlementworkflow"],
        ),
    }
    resources |= {name: _table(f"{PREFIX}-{name}", "partition", "sort") for name in TABLES}
    resources["shown"] = _table(SHOWN, "symbol")
    resources |= {name.replace("_", ""): _function(name, plan) for name in FUNCTIONS}
    resources |= {
        name.replace("_", ""): _machine(name, filled) for name, filled in MACHINES.items()
    }
    resources |= _api()
    return {"Resources": resources, "Outputs": {"Api": {"Value": {"Ref": "Api"}}}}


def _of(kind: str, *, after: list[str] | None = None, **properties: Any) -> Template:
    found: Template = {"Type": kind, "Properties": properties}
    return found | ({"DependsOn": after} if after else {})


def _arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def _table(name: str, *key: str) -> Template:
    keys = dict(zip(key, ("HASH", "RANGE"), strict=False))
    return _of(
        "AWS::DynamoDB::Table",
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in keys],
        KeySchema=[{"AttributeName": one, "KeyType": kind} for one, kind in keys.items()],
    )


def _function(name: str, plan: Plan) -> Template:
    handler, services = FUNCTIONS[name]
    whose = "order_intake" if name == "minimal" else name
    planned = {
        kind: [asdict(call) for call in calls if call.function == whose]
        for kind, calls in plan.items()
    }
    [settled] = [asdict(one) for one in plan["takes"] if one.function == "settlement_workflow"]
    return _of(
        "AWS::Lambda::Function",
        FunctionName=f"{PREFIX}-{name}",
        Runtime=RUNTIME,
        Handler=f"{SOURCE.stem}.{handler}",
        Code={"S3Bucket": PREFIX, "S3Key": ARCHIVE},
        Role={"Fn::GetAtt": ["Role", "Arn"]},
        Timeout=10,
        MemorySize=1_769,
        Environment={
            "Variables": {
                "FUNCTION": name,
                "PLAN": json.dumps(planned),
                "PREFIX": PREFIX,
                "ANSWER_SECONDS": str(ANSWER_SECONDS),
                "WAIT_SECONDS": str(WAIT_SECONDS),
                "PAUSES": " ".join(f"{pause:.4f}" for pause in pauses()),
                "SERVICES": services,
                "SETTLED": json.dumps(settled),
                "WORKFLOW": _arn("states", f"stateMachine:{PREFIX}-order_workflow"),
            }
        },
    )


def pauses() -> list[float]:
    """Return how long intake waits between its looks at an item, as the product does."""
    growing = (FIRST_PAUSE_SECONDS * PAUSE_GROWTH**number for number in range(LOOKS))
    return [min(LONGEST_PAUSE_SECONDS, pause) for pause in growing]


MACHINES: Final[dict[str, Template]] = {
    "order_workflow": {
        "PricingFunctionArn": _arn("lambda", f"function:{PREFIX}-pricing"),
        "RiskCheckFunctionArn": _arn("lambda", f"function:{PREFIX}-risk_check"),
        "CommandQueueUrl": {"Ref": "Queue"},
        "MarketTable": SHOWN,
    },
    "settlement_workflow": {
        "SettlementFunctionArn": _arn("lambda", f"function:{PREFIX}-settlement"),
    },
}


def _machine(name: str, filled: Template) -> Template:
    return _of(
        "AWS::StepFunctions::StateMachine",
        StateMachineName=f"{PREFIX}-{name}",
        StateMachineType="EXPRESS",
        DefinitionString=json.dumps(workflow.load(name)),
        DefinitionSubstitutions=filled,
        RoleArn={"Fn::GetAtt": ["Role", "Arn"]},
    )


def _api() -> Template:
    api = {"Ref": "Api"}
    resources: Template = {
        "Api": _of("AWS::ApiGateway::RestApi", Name=PREFIX),
        "Authorizer": _of(
            "AWS::ApiGateway::Authorizer",
            Name=PREFIX,
            Type="REQUEST",
            RestApiId=api,
            AuthorizerUri=_invocations("authorizer"),
            IdentitySource="method.request.header.Authorization",
            AuthorizerResultTtlInSeconds=60,
        ),
    }
    for path, function in {"bare": "order_intake", "minimal": "minimal"}.items():
        resources[f"{path}Path"] = _of(
            "AWS::ApiGateway::Resource",
            RestApiId=api,
            ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]},
            PathPart=path,
        )
        resources[f"{path}Post"] = _of(
            "AWS::ApiGateway::Method",
            RestApiId=api,
            ResourceId={"Ref": f"{path}Path"},
            HttpMethod="POST",
            AuthorizationType="CUSTOM",
            AuthorizerId={"Ref": "Authorizer"},
            Integration={
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "Uri": _invocations(function),
            },
        )
    resources["Deployment"] = _of(
        "AWS::ApiGateway::Deployment",
        RestApiId=api,
        StageName=STAGE,
        after=["barePost", "minimalPost"],
    )
    return resources


def _invocations(function: str) -> str:
    arn = _arn("lambda", f"function:{PREFIX}-{function}")
    return f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations"


_ANYBODY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}
"""The local cloud checks no rights, and nowhere else is this stack deployed."""
