"""All clients are made of one session, and say the same of themselves with each request."""

from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.session import Session, get_session

from infra_cdk.local.emulator.call_log import NO_FUNCTION, asked_by
from zerodesk_aws.clients import client, session, tables
from zerodesk_aws.tables.bind import connection

REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-1")
ARN = "arn:aws:states:us-east-1:123456789012:stateMachine:order_workflow"
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/commands.fifo"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "dynamodb": ("get_item", {"TableName": "orders", "Key": {"id": {"S": "1"}}}),
    "events": ("put_events", {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]}),
    "sqs": ("send_message", {"QueueUrl": QUEUE_URL, "MessageBody": "{}"}),
    "stepfunctions": ("start_sync_execution", {"stateMachineArn": ARN}),
}
"""Of each service what goes there; the last has a host name of its own."""


BUCKETS: dict[str, tuple[str, dict[str, Any]]] = {
    "s3": ("get_object", {"Bucket": "snapshots", "Key": "book/1"})
}


class SentError(Exception):
    """In place of an answer."""


def test_clients_of_tables_and_of_queues_put_their_name_together_once() -> None:
    name = session().user_agent()
    assert name.startswith("Botocore/")
    clients: list[Any] = [
        tables(),
        connection().client,
        client("sqs"),
        client("events", "eu-west-1"),
    ]
    for one in clients:
        creator = one._user_agent_creator
        assert creator.to_string() == name
        assert creator._client_config._supplied_user_agent == name


def test_clients_say_which_application_they_are_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SDK_UA_APP_ID", "zerodesk-local-matching")
    assert asked_by(session.__wrapped__().user_agent()) == "zerodesk-local-matching"
    monkeypatch.delenv("AWS_SDK_UA_APP_ID")
    assert asked_by(session.__wrapped__().user_agent()) == NO_FUNCTION


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give clients credentials as Lambda does."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("region", REGIONS)
def test_a_request_goes_where_the_rules_of_its_service_have_it_and_is_signed_for_it(
    service: str, region: str
) -> None:
    by_rules = sent(get_session(), service, region)
    assert sent(session(), service, region) == by_rules
    assert by_rules[0].startswith("https://")


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("region", REGIONS)
def test_a_request_to_a_bucket_goes_to_the_bucket(region: str) -> None:
    by_rules = sent(get_session(), "s3", region)
    assert sent(session(), "s3", region) == by_rules
    assert "://snapshots.s3" in by_rules[0]


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("service", CALLS)
def test_the_address_of_a_local_cloud_is_everybodys(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    by_rules = sent(get_session(), service, "us-east-1")
    assert sent(session(), service, "us-east-1") == by_rules
    assert "127.0.0.1:4566" in by_rules[0]


@pytest.mark.parametrize("service", CALLS)
def test_no_rules_are_asked_where_a_request_goes(service: str) -> None:
    assert client(service, "us-east-1")._ruleset_resolver is None


def sent(made_of: Session, service: str, region: str) -> tuple[str, str]:
    """Return where a client of a session sends a request, and what it is signed for."""
    made: Any = made_of.create_client(service, region_name=region)
    found: list[AWSPreparedRequest] = []

    def hear(request: AWSPreparedRequest, **_: object) -> None:
        found.append(request)
        raise SentError

    made.meta.events.register("before-send", hear)
    operation, asked = (CALLS | BUCKETS)[service]
    with pytest.raises(SentError):
        getattr(made, operation)(**asked)
    signature: bytes | str = found[0].headers["Authorization"]
    text = signature.decode() if isinstance(signature, bytes) else signature
    # The scope without its date: region/service/aws4_request.
    return found[0].url, text.split("Credential=")[1].split(",")[0].split("/", 2)[2]
