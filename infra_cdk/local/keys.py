"""The operator's first key: without it nobody could open an account or make another key."""

import contextlib
import hashlib
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.local.aws import LocalSession
from infra_cdk.local.paths import state_folder

KEY_PREFIX = "zdk"
KEY_ID_BYTES = 6
SECRET_BYTES = 32
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its holder sees it; the cloud keeps a digest of the secret only."""

    key_id: str
    secret: str

    @property
    def text(self) -> str:
        """What goes behind ``Bearer`` in the Authorization header."""
        return f"{KEY_PREFIX}_{self.key_id}_{self.secret}"

    @property
    def secret_sha256(self) -> str:
        """What the cloud keeps, hex."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    @classmethod
    def parse(cls, text: str) -> "ApiKey":
        """Return the key of a text.

        Raises
        ------
        ValueError
            It is no key of this form.
        """
        match text.split("_", 2):
            case [prefix, key_id, secret] if prefix == KEY_PREFIX and secret:
                if len(key_id) == 2 * KEY_ID_BYTES:
                    return cls(key_id, secret)
        raise ValueError("not an API key")

    @classmethod
    def generate(cls) -> "ApiKey":
        """Return a new random key."""
        return cls(secrets.token_hex(KEY_ID_BYTES), secrets.token_urlsafe(SECRET_BYTES))


def credentials_file() -> Path:
    """Return where the keys of this cloud are kept, readable by the user alone."""
    return state_folder() / "credentials.json"


def ensure_operator_key(session: LocalSession, table_name: str) -> None:
    """Make sure that there is an operator's key and that the cloud accepts it.

    The key outlives the cloud's state: where the file is there and the state is not, the same key
    is put again.
    """
    key = _read_operator_key()
    if key is None:
        key = ApiKey.generate()
        _write(key)
    client = session.client("dynamodb")
    with contextlib.suppress(client.exceptions.ConditionalCheckFailedException):
        client.put_item(
            TableName=table_name,
            Item=item_of(key, _now_ms()),
            ConditionExpression="attribute_not_exists(key_id)",
        )


def item_of(key: ApiKey, created_at_ms: int) -> dict[str, dict[str, str]]:
    """Return the item by which the authorizer knows the operator."""
    return {
        "key_id": {"S": key.key_id},
        "secret_sha256": {"S": key.secret_sha256},
        "account_id": {"S": OPERATOR},
        "role": {"S": OPERATOR},
        "created_at_ms": {"N": str(created_at_ms)},
    }


def _read_operator_key() -> ApiKey | None:
    try:
        document = json.loads(credentials_file().read_text(encoding="utf-8"))
        return ApiKey.parse(document[OPERATOR])
    except (FileNotFoundError, KeyError, ValueError):
        return None


def _write(key: ApiKey) -> None:
    path = credentials_file()
    document = {OPERATOR: key.text, "accounts": {}}
    unfinished = path.with_suffix(".new")
    # Created with its final mode: at no moment can another user read it.
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
    unfinished.replace(path)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
