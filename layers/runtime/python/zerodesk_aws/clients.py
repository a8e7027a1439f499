"""Clients of the services that an order passes, made of the session that the tables have.

boto3 is that session, botocore's, and a layer of resources above it, which nothing here uses:
sixty modules, and a session of its own that reads all its files again (decision 0032).
"""

from typing import Any

from botocore.config import Config

from zerodesk_aws.tables.bind import connection


def client(service: str, region: str | None = None, **settings: Any) -> Any:
    """Return the client of a service, here or in another region.

    Parameters
    ----------
    service
        By its name in botocore: ``events``, ``sqs``, ``stepfunctions``.
    settings
        Of ``botocore.config.Config``.
    """
    return connection().session.create_client(
        service, region_name=region, config=Config(connect_timeout=1, **settings)
    )
