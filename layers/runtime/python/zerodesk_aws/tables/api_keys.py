"""The keys of the API: whose each is, and a digest of its secret. The secret is never kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.models import Model

from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.items import condition_failed

KEY_ID_BYTES: Final = 6
SECRET_BYTES: Final = 32
API_KEY: Final = re.compile(r"zdk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
NO_DIGEST: Final = "0" * 64
"""What a secret is compared with when its key does not exist: no digest, but as long as one."""


class ApiKeyItem(Model):
    """One key. It stays after it is revoked, so that its id is never given out again."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "api_keys"

    key_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    role = UnicodeAttribute()
    secret_sha256 = UnicodeAttribute()
    created_at_ms = NumberAttribute()
    revoked_at_ms = NumberAttribute(null=True)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key, with the text that its owner must keep: it cannot be shown again."""

    key_id: str
    api_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is and what it may do."""

    key_id: str
    account_id: str
    role: str


def _digest(secret: str) -> str:
    # 256 random bits need no slow hash: there is nothing to guess.
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeys:
    """The keys of one table."""

    def __init__(self, table_name: str) -> None:
        self._items = bound(ApiKeyItem, table_name)

    def issue(self, account_id: str, role: str, *, at_ms: int) -> IssuedKey:
        """Make a key for an account and return it with its secret."""
        key_id, secret = secrets.token_hex(KEY_ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        item = self._items(
            key_id,
            account_id=account_id,
            role=role,
            secret_sha256=_digest(secret),
            created_at_ms=at_ms,
        )
        item.save(condition=ApiKeyItem.key_id.does_not_exist())
        return IssuedKey(key_id, f"zdk_{key_id}_{secret}")

    def holder(self, api_key: str) -> Holder | None:
        """Return whose key this is, or None for a key that is wrong, unknown or revoked.

        The time that this takes does not tell which: digests are always compared, and in
        constant time.
        """
        parts = API_KEY.fullmatch(api_key)
        if parts is None:
            return None
        item = self._find(parts[1])
        expected = NO_DIGEST if item is None else item.secret_sha256
        matches = hmac.compare_digest(_digest(parts[2]), expected)
        if item is None or not matches or item.revoked_at_ms:
            return None
        return Holder(item.key_id, item.account_id, item.role)

    def revoke(self, account_id: str, key_id: str, *, at_ms: int) -> int | None:
        """End a key of an account; return since when it is revoked, None without such a key."""
        item = self._items(key_id)
        try:
            item.update(
                actions=[ApiKeyItem.revoked_at_ms.set(ApiKeyItem.revoked_at_ms | at_ms)],
                condition=ApiKeyItem.account_id == account_id,
            )
        except UpdateError as error:
            if condition_failed(error):
                return None
            raise
        return int(item.revoked_at_ms)

    def _find(self, key_id: str) -> ApiKeyItem | None:
        try:
            return self._items.get(key_id, consistent_read=True)
        except DoesNotExist:
            return None
