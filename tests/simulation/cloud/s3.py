"""S3 in memory: whole objects of one bucket, read strongly, put unless something is there.

As AWS promises since 2020: a read answers with what was put last. What Zerodesk does not ask is not
in the model and raises ``NotImplementedError``.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

from tests.simulation.cloud.faults import refused

NOT_FOUND: Final = 404
PRECONDITION_FAILED: Final = 412
MAX_KEY_BYTES: Final = 1024
PARAMETERS: Final = {
    "GetObject": {"Bucket", "Key"},
    "PutObject": {"Bucket", "Key", "Body", "IfNoneMatch"},
}


@dataclass(slots=True)
class Bucket:
    """One bucket and its objects by key."""

    name: str
    objects: dict[str, bytes] = field(default_factory=dict)

    def call(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Execute one operation at one moment."""
        if not asked.keys() <= PARAMETERS.get(operation, set()):
            raise NotImplementedError(f"{operation} with {sorted(asked)} is not in this model")
        if asked["Bucket"] != self.name:
            raise refused(operation, "NoSuchBucket", asked["Bucket"], NOT_FOUND)
        key = asked["Key"]
        if not 0 < len(key.encode()) <= MAX_KEY_BYTES:
            raise refused(operation, "KeyTooLongError", key)
        return self._get(key) if operation == "GetObject" else self._put(key, asked)

    def _get(self, key: str) -> dict[str, Any]:
        if key not in self.objects:
            raise refused("GetObject", "NoSuchKey", key, NOT_FOUND)
        return {"Body": BytesIO(self.objects[key])}

    def _put(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        if "IfNoneMatch" in asked:
            if asked["IfNoneMatch"] != "*":
                raise NotImplementedError("IfNoneMatch of a tag is not in this model")
            if key in self.objects:
                raise refused("PutObject", "PreconditionFailed", key, PRECONDITION_FAILED)
        self.objects[key] = bytes(asked["Body"])
        return {}
