"""The files of pricing jobs: all that is known of a job is what lies in its folder.

    jobs/<folder>/request.json      who asked for what; written once, and the gate of the job's id
                  upload.csv        the client's, of the size and the digest that the request says
                  chunks/00000.csv  rows of it, without the heading
                  plan.json         the chunks: written last, and the workflow maps over it
                  results/00000.csv a pure function of request and chunk
                  result.csv        all of them in order, under a heading
                  outcome.json      written last: what became of the job

Every file but the first two is a pure function of those: whoever dies while writing one, or writes
it twice, leaves what was to be there.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from botocore.exceptions import ClientError

from zerodesk_aws.clients import client
from zerodesk_aws.snapshots import GONE

PREFIX: Final = "jobs"
LINK_SECONDS: Final = 900
"""How long a link is good for: enough for a hundred megabytes at a slow line."""
BLOCK_BYTES: Final = 1_048_576

REQUEST: Final = "request.json"
UPLOAD: Final = "upload.csv"
PLAN: Final = "plan.json"
RESULT: Final = "result.csv"
OUTCOME: Final = "outcome.json"
CHUNKS: Final = "chunks"
RESULTS: Final = "results"


def folder_of(account_id: str, job_id: str) -> str:
    """Return the name of a job's folder: nobody can guess another's, or learn the account by it.

    Examples
    --------
    >>> folder_of("alice", "monday")
    'eae104f0d7bc7d1e5f909fd082fcf9e1'
    """
    return hashlib.sha256(f"{account_id}/{job_id}".encode()).hexdigest()[:32]


def numbered(kind: str, number: int) -> str:
    """Return the name of a chunk's file.

    Examples
    --------
    >>> numbered("chunks", 7)
    'chunks/00007.csv'
    """
    return f"{kind}/{number:05}.csv"


class JobFiles:
    """The folders of one bucket."""

    def __init__(self, bucket_name: str) -> None:
        self._bucket_name = bucket_name

    @cached_property
    def _s3(self) -> Any:
        return client(
            "s3",
            read_timeout=10,
            retries={"total_max_attempts": 3},
            # The only signature that a link with a digest can have.
            signature_version="s3v4",
        )

    def _named(self, folder: str, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket_name, "Key": f"{PREFIX}/{folder}/{name}"}

    def load(self, folder: str, name: str) -> bytes | None:
        """Return a file, None if there is none."""
        body = self._open(folder, name)
        data: bytes | None = None if body is None else body.read()
        return data

    def document(self, folder: str, name: str) -> Any:
        """Return what a JSON file holds, None if there is none."""
        data = self.load(folder, name)
        return None if data is None else json.loads(data)

    def blocks(self, folder: str, name: str) -> Iterator[bytes]:
        """Yield a file piece by piece; nothing if there is none."""
        body = self._open(folder, name)
        if body is not None:
            yield from body.iter_chunks(BLOCK_BYTES)

    def put(self, folder: str, name: str, data: bytes | bytearray) -> None:
        """Write a file, perhaps again: it is the same."""
        self._s3.put_object(**self._named(folder, name), Body=data)

    def put_document(self, folder: str, name: str, value: Any) -> None:
        """Write a JSON file, perhaps again."""
        self.put(folder, name, json.dumps(value, separators=(",", ":")).encode())

    def put_new(self, folder: str, name: str, value: Any) -> bool:
        """Write a JSON file unless there is one; return whether it was."""
        data = json.dumps(value, separators=(",", ":")).encode()
        try:
            self._s3.put_object(**self._named(folder, name), Body=data, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
        return True

    def sizes(self, folder: str, prefix: str) -> dict[str, int]:
        """Return the size of each file whose name begins so; a thousand at most."""
        whole = f"{PREFIX}/{folder}/"
        found = self._s3.list_objects_v2(Bucket=self._bucket_name, Prefix=f"{whole}{prefix}")
        return {
            entry["Key"].removeprefix(whole): entry["Size"] for entry in found.get("Contents", ())
        }

    def upload_link(self, folder: str, size_bytes: int, sha256: str) -> dict[str, Any]:
        """Return a request that uploads the file of a size and a digest, and no other."""
        digest = base64.b64encode(bytes.fromhex(sha256)).decode()
        asked = {**self._named(folder, UPLOAD), "ContentLength": size_bytes}
        url = self._s3.generate_presigned_url(
            "put_object", Params={**asked, "ChecksumSHA256": digest}, ExpiresIn=LINK_SECONDS
        )
        headers = {"Content-Length": str(size_bytes), "x-amz-checksum-sha256": digest}
        return {"method": "PUT", "url": url, "headers": headers, "valid_seconds": LINK_SECONDS}

    def result_link(self, folder: str) -> dict[str, Any]:
        """Return a request that downloads the result."""
        url = self._s3.generate_presigned_url(
            "get_object", Params=self._named(folder, RESULT), ExpiresIn=LINK_SECONDS
        )
        return {"method": "GET", "url": url, "headers": {}, "valid_seconds": LINK_SECONDS}

    def _open(self, folder: str, name: str) -> Any:
        try:
            return self._s3.get_object(**self._named(folder, name))["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
