"""The files of archives, as objects of a bucket."""

from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from zerodesk_aws.snapshots import GONE

PREFIX = "archive"


class FileTakenError(Exception):
    """Another file has the name: somebody exported at the same time."""


class ArchiveFiles:
    """The archive of one stream, under ``archive/<stream>/``."""

    def __init__(self, bucket_name: str, stream: str) -> None:
        self._bucket_name, self._folder = bucket_name, f"{PREFIX}/{stream}"
        self._s3: Any = boto3.client(
            "s3",
            config=Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 3}),
        )

    def load(self, name: str) -> bytes | None:
        """Return a file, None if there is none."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket_name, Key=f"{self._folder}/{name}")
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
        data: bytes = answer["Body"].read()
        return data

    def put(self, name: str, data: bytes) -> None:
        """Write a file, perhaps again: the same name is the same records."""
        self._s3.put_object(Bucket=self._bucket_name, Key=f"{self._folder}/{name}", Body=data)

    def put_new(self, name: str, data: bytes) -> None:
        """Write a file that is not there yet.

        Raises
        ------
        FileTakenError
            It is there; whatever it is, it stays.
        """
        key = f"{self._folder}/{name}"
        try:
            self._s3.put_object(Bucket=self._bucket_name, Key=key, Body=data, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                raise FileTakenError(key) from error
            raise
