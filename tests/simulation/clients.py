"""Clients of the services that handlers call: stateless, so all processes share one of each.

They take a quarter of a second to make, of botocore's files that say what each service is. Nothing
here knows the project: who imports that anew (``mutants``) keeps these.
"""

from types import MappingProxyType
from typing import Any, Final

from botocore.session import get_session

SERVICES: Final = ("events", "s3", "sqs", "stepfunctions")


def _made() -> dict[str, Any]:
    # Without keys, botocore would look for some in the network.
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing"}
    session = get_session()
    return {one: session.create_client(one, "us-east-1", **keys) for one in SERVICES}


CLIENTS: Final = MappingProxyType(_made())
