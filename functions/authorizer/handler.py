"""Turn a key into a principal; the card is in this package's docstring."""

from typing import Any

from authorizer.settings import API_KEYS_TABLE
from zerodesk_aws.entry import count, logger, metrics
from zerodesk_aws.tables.api_keys import ApiKeys, Holder

keys = ApiKeys(API_KEYS_TABLE)


class UnauthorizedError(Exception):
    """API Gateway answers 401 when an authorizer fails with exactly the text "Unauthorized"."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer API Gateway with who calls."""
    found = principal(event.get("headers") or {})
    if found is None:
        count("RequestsUnauthenticated")
        raise UnauthorizedError
    count("RequestsAuthenticated")
    return policy(found, event["methodArn"])


def principal(headers: dict[str, str]) -> Holder | None:
    """Return whom the request's key speaks for, or None."""
    by_name = {name.lower(): text for name, text in headers.items()}
    scheme, _, text = by_name.get("authorization", "").partition(" ")
    return keys.holder(text.strip()) if scheme.lower() == "bearer" else None


def policy(found: Holder, method_arn: str) -> dict[str, Any]:
    """Return a policy for every method of the stage that was called."""
    api, stage, *_ = method_arn.split("/")
    return {
        "principalId": found.account_id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}
            ],
        },
        "context": {
            "account_id": found.account_id,
            "role": found.role,
            "key_id": found.key_id,
        },
    }
