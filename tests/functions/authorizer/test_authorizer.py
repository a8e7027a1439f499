"""Only a key that is known, unrevoked and whole speaks for its account."""

from typing import Any

import pytest

from authorizer import handler as authorizer
from zerodesk_aws.tables.api_keys import ApiKeyItem, IssuedKey
from zerodesk_aws.tables.bind import bound

ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/local/POST/v1/orders"


@pytest.fixture
def key(tables: None) -> IssuedKey:
    return authorizer.keys.issue("alice", "trader", at_ms=1)


def asked(context: Any, header: str | None, name: str = "Authorization") -> dict[str, Any]:
    headers = {} if header is None else {name: header}
    answer: dict[str, Any] = authorizer.handler({"headers": headers, "methodArn": ARN}, context)
    return answer


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_a_key_speaks_for_its_account_with_its_role(
    key: IssuedKey, context: Any, name: str
) -> None:
    answer = asked(context, f"Bearer {key.api_key}", name)
    assert answer["context"] == {"account_id": "alice", "role": "trader", "key_id": key.key_id}


def test_the_policy_covers_the_stage_and_nothing_beyond(key: IssuedKey, context: Any) -> None:
    (statement,) = asked(context, f"Bearer {key.api_key}")["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:us-east-1:123456789012:abc123/local/*"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer zdk_short_secret",
        "Bearer zdk_abcdefghijkl_",
        "Basic YWxpY2U6c2VjcmV0",
        "Bearer zdk_0123456789ab_" + "x" * 10_000,
        "Bearer zdk_abcdefghijkl_sécret",
        "Bearer zdk_0123456789ab_" + "x" * 43,
    ],
)
def test_anything_that_is_no_known_key_is_unauthorized(
    key: IssuedKey, context: Any, header: str | None
) -> None:
    with pytest.raises(authorizer.UnauthorizedError, match=r"^Unauthorized$"):
        asked(context, header)


def test_the_right_id_with_a_wrong_secret_is_unauthorized(key: IssuedKey, context: Any) -> None:
    other = "A" if key.api_key[-1] != "A" else "B"
    with pytest.raises(authorizer.UnauthorizedError):
        asked(context, f"Bearer {key.api_key[:-1]}{other}")


def test_a_revoked_key_is_unauthorized(key: IssuedKey, context: Any) -> None:
    assert authorizer.keys.revoke("alice", key.key_id, at_ms=2)
    with pytest.raises(authorizer.UnauthorizedError):
        asked(context, f"Bearer {key.api_key}")


def test_an_account_cannot_revoke_the_key_of_another(key: IssuedKey, context: Any) -> None:
    assert not authorizer.keys.revoke("mallory", key.key_id, at_ms=2)
    assert asked(context, f"Bearer {key.api_key}")["principalId"] == "alice"


def test_the_table_never_holds_the_secret(key: IssuedKey) -> None:
    item = bound(ApiKeyItem, "api_keys").get(key.key_id)
    assert key.api_key.split("_", 2)[2] not in str(item.to_simple_dict())
