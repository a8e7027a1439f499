"""Clients of the services that handlers call: stateless, so all processes share one of each.

They take a quarter of a second to make, of botocore's files that say what each service is. Nothing
here knows the project: who imports that anew (``mutants``) keeps these.
"""

from types import MappingProxyType
from typing import Any, Final

from botocore.session import get_session

SERVICES: Final = ("dynamodb", "events", "s3", "sqs", "stepfunctions")
SESSION: Final = get_session()


def _made(service: str) -> Any:
    # Without keys, botocore would look for some in the network.
    return SESSION.create_client(
        service, "us-east-1", aws_access_key_id="nobody", aws_secret_access_key="nothing"
    )


CLIENTS: Final = MappingProxyType({service: _made(service) for service in SERVICES})
