"""Clients of the services that an order passes, all made of one session.

boto3 is that session, botocore's, and a layer of resources above it, which nothing here uses:
sixty modules, and a session of its own that reads all its files again (decision 0032). pynamodb's
connection has the client of the tables from here: who needs no model does without it (0142).
"""

from functools import cache
from threading import Lock
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader
from botocore.session import Session

from zerodesk_aws.at_once import MAX_AT_ONCE

CONNECT_TIMEOUT_SECONDS: Final = 1
TABLES_READ_TIMEOUT_SECONDS: Final = 2
TABLES_ATTEMPTS: Final = 4

ENDPOINT_RULES: Final = "endpoint-rule-set-1"
"""Botocore's name of the document."""
OF_ONE_ADDRESS: Final = frozenset({"dynamodb", "events", "sqs", "stepfunctions"})
"""Services whose requests all go where the client's region is; one to S3 goes to its bucket."""

_one_by_one: Final = Lock()
"""A session makes one client at a time; some are first asked for by calls that go at once."""


class OneAddressLoader(Loader):
    """What botocore knows of services, but of some the rules by which it finds their address.

    The rules allow for another address with each request, so they are asked with each. Of a service
    without them botocore looks the address up once, where its client is made (decision 0144).
    """

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """Return a document about a service; of rules that never differ, that there are none."""
        if type_name == ENDPOINT_RULES and service_name in OF_ONE_ADDRESS:
            raise UnknownServiceError(service_name=service_name, known_service_names="none")
        return super().load_service_model(service_name, type_name, api_version)


@cache
def session() -> Session:
    """Return the one session, whose clients say the same of themselves with each request.

    By itself botocore puts that together anew, twice a request: a quarter of what a small write
    takes to compute (decision 0089).
    """
    made = Session()
    application = made.get_config_variable("user_agent_appid")
    if application:
        # A name that is given is sent as it is, without what botocore would add to its own.
        made.user_agent_extra = f"app/{application}"
    made.set_default_client_config(Config(user_agent=made.user_agent()))
    made.register_component("data_loader", OneAddressLoader())
    return made


def client(service: str, region: str | None = None, **settings: Any) -> Any:
    """Return a new client of a service, here or in another region.

    Parameters
    ----------
    service
        By its name in botocore: ``events``, ``sqs``, ``stepfunctions``.
    settings
        Of ``botocore.config.Config``.
    """
    config = Config(connect_timeout=CONNECT_TIMEOUT_SECONDS, **settings)
    with _one_by_one:
        return session().create_client(service, region_name=region, config=config)


@cache
def tables() -> Any:
    """Return the client of the tables: each of its own would cost a cold start 100 ms of CPU."""
    return client(
        "dynamodb",
        # What the tables are asked is put together here, and nothing of it by a client.
        parameter_validation=False,
        read_timeout=TABLES_READ_TIMEOUT_SECONDS,
        max_pool_connections=MAX_AT_ONCE,
        retries={"total_max_attempts": TABLES_ATTEMPTS, "mode": "standard"},
    )
