"""AWS clients that speak to the local cloud and to nothing else, whatever the user's settings."""

import os
from typing import Any

REGION = "us-east-1"
ACCOUNT = "000000000000"
"""An access key of twelve digits is an account to the local cloud."""


class LocalSession:
    """Makes boto3 clients for the cloud at one address.

    The user's profile, certificates, proxies and endpoints are left alone and not used.
    """

    def __init__(self, endpoint: str) -> None:
        # Half a second that `zerodesk status` need not wait for.
        import boto3
        import botocore.session
        from botocore.config import Config

        core = botocore.session.Session(
            session_vars={
                "profile": (None, None, None, None),
                "config_file": (None, None, os.devnull, None),
                "credentials_file": (None, None, os.devnull, None),
                "ca_bundle": (None, None, None, None),
            }
        )
        self._session = boto3.Session(
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="local",  # noqa: S106 - the local cloud checks none
            region_name=REGION,
            botocore_session=core,
        )
        self.endpoint = endpoint
        self._config = Config(proxies={}, inject_host_prefix=False)

    def client(self, service: str, **settings: Any) -> Any:
        """Return the client of a service; ``settings`` are merged into its botocore config."""
        from botocore.config import Config

        make: Any = self._session.client
        config = self._config.merge(Config(**settings))
        return make(service, endpoint_url=self.endpoint, config=config)

    def resource(self, service: str) -> Any:
        """Return the resource of a service."""
        make: Any = self._session.resource
        return make(service, endpoint_url=self.endpoint, config=self._config)
