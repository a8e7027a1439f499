"""The functions: what they are told, what they may do, and what becomes of their failures."""

import ast
from pathlib import Path

import pytest

from infra_cdk.settings import ROOT, RUNTIME
from infra_cdk.stacks.api import APPS
from tests.infra_cdk.templates import Resource, StageTemplates
from zerodesk_client.cost.recorded import MEMORY_GB

FUNCTIONS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/handler.py"))
WORKFLOWS = sorted(path.parent.name for path in (ROOT / "functions").glob("*/workflow.asl.yaml"))

OF_EVERY_FUNCTION = {"LOG_LEVEL", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE"}
JOURNAL_ACTIONS = {"dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PutItem"}
DYNAMODB_READS = {f"dynamodb:{read}" for read in ("GetItem", "BatchGetItem", "Query", "Scan")}
LOG_WRITES = {"logs:CreateLogStream", "logs:PutLogEvents"}
LOG_DELIVERY = {
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}
"""What an Express workflow needs to write its log; AWS offers no narrower resource for them."""
API_LOGS = "RestLogsRole"
"""The role with which API Gateway writes logs, one for all APIs of an account and region."""
WILDCARDS = {
    "*": "delivery of workflow logs, and the logs of API Gateway: AWS offers no narrower resource",
    "/snapshots/*": "objects of one bucket, named after what they hold",
    "/archive/*": "objects of one bucket, named after what they hold",
    "/jobs/*": "objects of one bucket, in a folder for each job",
    ":*": "the executions of one workflow, named after their jobs",
}
"""All wildcard resources that any role has, by their ends: five at most."""

GATEWAY_PATIENCE_SECONDS = 29


def workflows(stage: StageTemplates) -> dict[str, Resource]:
    machines = stage.all("AWS::StepFunctions::StateMachine")
    return {entry.name.split("-")[-1]: entry for entry in machines}


def jobs_objects(stage: StageTemplates) -> str:
    """Return the name of what lies in the folders of pricing jobs."""
    [bucket] = [
        entry.logical_id
        for entry in stage.all("AWS::S3::Bucket")
        if entry.logical_id.startswith("jobs")
    ]
    return f"{bucket}/jobs/*"


def journal_of(stage: StageTemplates) -> str:
    [journal] = [
        entry.name
        for entry in stage.all("AWS::DynamoDB::GlobalTable")
        if entry.name.endswith("-journal")
    ]
    return journal


def required_by(function: str) -> set[str]:
    """Return the variables that a function's settings module asks for, without running it."""
    source = (ROOT / "functions" / function / "settings.py").read_text(encoding="utf-8")
    return {
        argument.value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "required"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_every_folder_with_a_handler_is_a_function_and_the_other_way_round(
    stage: StageTemplates,
) -> None:
    assert sorted(stage.functions()) == FUNCTIONS


def test_every_workflow_file_is_a_workflow_and_the_other_way_round(stage: StageTemplates) -> None:
    assert sorted(workflows(stage)) == WORKFLOWS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_exactly_what_its_settings_ask_for(
    local: StageTemplates, function: str
) -> None:
    told = set(local.functions()[function].properties["Environment"]["Variables"])

    assert told - OF_EVERY_FUNCTION == required_by(function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_handler_is_the_import_path_of_the_tests(local: StageTemplates, function: str) -> None:
    assert local.functions()[function].properties["Handler"] == f"{function}.handler.handler"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_an_asset_holds_exactly_one_function(local: StageTemplates, function: str) -> None:
    asset = Path(local.functions()[function].properties["Code"]["S3Key"]).stem
    folder = local.assembly.parent / f"asset.{asset}"

    assert [entry.name for entry in folder.iterdir()] == [function]
    assert (folder / function / "handler.py").is_file()
    assert not list(folder.rglob("*.pyc"))


def test_all_functions_run_on_one_runtime_and_one_architecture(anywhere: StageTemplates) -> None:
    for entry in anywhere.functions().values():
        assert entry.properties["Runtime"] == RUNTIME
        assert entry.properties["Architectures"] == [anywhere.settings.architecture]


def test_no_role_updates_or_deletes_in_the_journal(stage: StageTemplates) -> None:
    journal = journal_of(stage)
    for entry in [*stage.functions().values(), *workflows(stage).values()]:
        assert stage.actions_on(entry, journal) <= JOURNAL_ACTIONS, entry.name


def test_only_those_who_commit_append_to_the_journal(stage: StageTemplates) -> None:
    journal = journal_of(stage)

    appending = {
        name
        for name, entry in stage.functions().items()
        if "dynamodb:PutItem" in stage.actions_on(entry, journal)
    }

    assert appending == {
        "risk_check",
        "risk_monitor",
        "liquidation",
        "matching",
        "settlement",
        "back_office",
        "funds",
        # How a feed fared is a record.
        "price_source",
        "sweeper",
    }


@pytest.mark.parametrize("function", ["authorizer", "queries"])
def test_readers_write_nothing(stage: StageTemplates, function: str) -> None:
    entry = stage.functions()[function]

    allowed = {action for right in stage.statements(entry) for action in right.actions}

    assert allowed <= DYNAMODB_READS | LOG_WRITES | {"kms:Decrypt", "s3:GetObject"}


def test_only_the_archivist_writes_snapshots_and_nobody_deletes_them(
    stage: StageTemplates,
) -> None:
    writing = {
        (name, action)
        for name, entry in stage.functions().items()
        for right in stage.statements(entry)
        for action in right.actions
        if (
            action.startswith("s3:")
            and action != "s3:GetObject"
            and any("snapshots" in resource for resource in right.resources)
        )
        or (
            any(resource.endswith("-snapshots") for resource in right.resources)
            and action != "dynamodb:Query"
        )
    }

    assert writing == {("archivist", "s3:PutObject"), ("archivist", "dynamodb:PutItem")}


def test_only_the_functions_that_check_keys_see_keys(stage: StageTemplates) -> None:
    [keys] = [
        entry.name
        for entry in stage.all("AWS::DynamoDB::GlobalTable")
        if entry.name.endswith("-api_keys")
    ]

    seeing = {name for name, entry in stage.functions().items() if stage.actions_on(entry, keys)}

    assert seeing == {"authorizer", "back_office"}


def test_no_action_is_a_wildcard(anywhere: StageTemplates) -> None:
    for policy, statement in anywhere.rights():
        assert not any("*" in action for action in statement.actions), policy


def test_wildcard_resources_are_few_and_each_has_its_reason(anywhere: StageTemplates) -> None:
    found = {
        resource if resource == "*" else resource[max(resource.find("/"), resource.rfind(":")) :]
        for _, statement in anywhere.rights()
        for resource in statement.resources
        if "*" in resource
    }

    assert found <= set(WILDCARDS)
    assert found == set(WILDCARDS) or not anywhere.settings.is_home
    assert len(WILDCARDS) <= 5


def test_all_resources_at_once_are_for_logs_alone(anywhere: StageTemplates) -> None:
    for policy, statement in anywhere.rights():
        if "*" in statement.resources and not policy.startswith(API_LOGS):
            assert set(statement.actions) == LOG_DELIVERY, policy
        elif "*" in statement.resources:
            assert all(action.startswith("logs:") for action in statement.actions), policy


def test_roles_have_no_rights_but_those_of_their_policies(anywhere: StageTemplates) -> None:
    for role in anywhere.all("AWS::IAM::Role"):
        assert not {"ManagedPolicyArns", "Policies"} & set(role.properties), role.logical_id


def test_a_workflow_may_call_what_its_file_names_and_nothing_else(stage: StageTemplates) -> None:
    called = {
        name: {
            (action, resource.split("-")[-1])
            for statement in stage.statements(entry)
            if set(statement.actions) != LOG_DELIVERY
            for action in statement.actions
            for resource in statement.resources
        }
        for name, entry in workflows(stage).items()
    }

    # Where tables have a key of the account, what is read is opened with it.
    opened = {("kms:Decrypt", key.logical_id) for key in stage.all("AWS::KMS::Key")}
    assert called["order_workflow"] == opened | {
        ("lambda:InvokeFunction", "pricing"),
        ("lambda:InvokeFunction", "risk_check"),
        ("dynamodb:GetItem", "market"),
        ("sqs:SendMessage", "commands.fifo"),
    }
    assert called["pricing_workflow"] == {
        ("lambda:InvokeFunction", "job_chunks"),
        ("lambda:InvokeFunction", "chunk_pricing"),
        ("s3:GetObject", jobs_objects(stage)),
        ("states:StartExecution", "pricing_workflow"),
        ("states:DescribeExecution", "pricing_workflow:*"),
        ("states:StopExecution", "pricing_workflow:*"),
    }
    assert called["liquidation_workflow"] == {("lambda:InvokeFunction", "liquidation")}
    assert {action for action, _ in called["settlement_workflow"]} == {
        "lambda:InvokeFunction",
        "events:PutEvents",
    }


def test_books_get_their_commands_in_batches_and_may_fail_in_part(stage: StageTemplates) -> None:
    [mapping] = stage.all("AWS::Lambda::EventSourceMapping")

    assert stage.resolve(mapping.stack, mapping.properties["FunctionName"]).endswith("-matching")
    assert mapping.properties["BatchSize"] == 10
    assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_intake_has_concurrency_of_its_own(stage: StageTemplates) -> None:
    reserved = {
        name: entry.properties["ReservedConcurrentExecutions"]
        for name, entry in stage.functions().items()
        if "ReservedConcurrentExecutions" in entry.properties
    }

    assert reserved == {
        "order_intake": stage.settings.intake_concurrency,
        # A bound, that orders be not starved by whoever prices a million options.
        "chunk_pricing": stage.settings.pricing_concurrency,
    }


def test_who_answers_a_client_gives_up_before_the_gateway_does(stage: StageTemplates) -> None:
    late = {
        name
        for name in {*APPS, "authorizer"}
        if stage.functions()[name].properties["Timeout"] >= GATEWAY_PATIENCE_SECONDS
    }

    # The clock calls these, too, and what they do for an operator goes on behind a 503.
    assert late == {"archivist", "reconciliation"}


def test_every_function_has_a_log_of_its_own(stage: StageTemplates) -> None:
    for entry in stage.functions().values():
        group = stage.resolve(entry.stack, entry.properties["LoggingConfig"]["LogGroup"])
        assert group == f"/aws/lambda/{entry.name}"


def test_every_log_has_the_end_that_the_settings_say(anywhere: StageTemplates) -> None:
    groups = anywhere.all("AWS::Logs::LogGroup")

    assert len(groups) > len(anywhere.functions())
    for group in groups:
        kept_days = group.properties["RetentionInDays"]
        assert kept_days == anywhere.settings.log_retention_days, group.name


def test_workflows_are_express_but_for_the_long_ones_and_leave_a_log(
    stage: StageTemplates,
) -> None:
    for name, entry in workflows(stage).items():
        long = name in ("liquidation_workflow", "pricing_workflow")
        assert entry.properties["StateMachineType"] == ("STANDARD" if long else "EXPRESS")
        logging = entry.properties["LoggingConfiguration"]
        assert logging["Level"] == "ERROR"
        assert logging["IncludeExecutionData"] is False


def test_what_the_bus_cannot_deliver_is_put_aside(stage: StageTemplates) -> None:
    rules = stage.all("AWS::Events::Rule")
    assert rules
    for rule in rules:
        for target in rule.properties["Targets"]:
            aside = stage.resolve(rule.stack, target["DeadLetterConfig"]["Arn"])
            assert aside.endswith("-undelivered"), rule.name
            assert target["RetryPolicy"]["MaximumRetryAttempts"] >= 1, rule.name


def test_what_a_woken_function_fails_at_is_put_aside(stage: StageTemplates) -> None:
    woken = {
        stage.resolve(rule.stack, target["Arn"])
        for rule in stage.all("AWS::Events::Rule")
        for target in rule.properties["Targets"]
    } & {entry.name for entry in stage.functions().values()}

    kept = {
        stage.resolve(entry.stack, entry.properties["FunctionName"]): stage.resolve(
            entry.stack, entry.properties["DestinationConfig"]["OnFailure"]["Destination"]
        )
        for entry in stage.all("AWS::Lambda::EventInvokeConfig")
    }

    assert set(kept) == woken
    assert all(aside.endswith("-undelivered") for aside in kept.values())


def test_only_the_functions_that_compute_carry_numpy(stage: StageTemplates) -> None:
    layers = {name: len(entry.properties["Layers"]) for name, entry in stage.functions().items()}
    fewest = min(layers.values())

    assert {name: count for name, count in layers.items() if count > fewest} == {
        "chunk_pricing": fewest + 1,
        "option_quotes": fewest + 1,
        "pricing": fewest + 1,
        "pricing_api": fewest + 1,
    }


def test_what_prices_for_anybody_may_touch_nothing(stage: StageTemplates) -> None:
    variables = stage.functions()["pricing_api"].properties["Environment"]["Variables"]

    assert set(variables) == {
        "LOG_LEVEL",
        "POWERTOOLS_SERVICE_NAME",
        "POWERTOOLS_METRICS_NAMESPACE",
    }


@pytest.mark.parametrize("function", sorted(MEMORY_GB))
def test_the_cost_of_an_order_knows_how_large_functions_are(
    stage: StageTemplates, function: str
) -> None:
    memory_mb = stage.functions()[function].properties["MemorySize"]

    assert memory_mb / 1_024 == MEMORY_GB[function]
