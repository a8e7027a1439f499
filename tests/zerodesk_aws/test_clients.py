"""All clients are made of one session, and say the same of themselves with each request."""

from typing import Any

from zerodesk_aws.clients import client, session, tables
from zerodesk_aws.tables.bind import connection


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
