"""Who calls: an account and a role, as the authorizer found them behind the key."""

from typing import Any, NamedTuple, Self

from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.contracts.roles import Role


class Principal(NamedTuple):
    """An authenticated caller. Whatever it asks for is looked up under its account."""

    account_id: str
    role: Role
    key_id: str

    @classmethod
    def of(cls, event: dict[str, Any]) -> Self:
        """Return who sent an API Gateway event.

        Raises
        ------
        ProblemError
            UNAUTHENTICATED: no authorizer has vouched for the request.
        """
        found = event["requestContext"].get("authorizer") or {}
        try:
            return cls(found["account_id"], Role(found["role"]), found["key_id"])
        except (KeyError, ValueError) as error:
            raise ended(
                ProblemCode.UNAUTHENTICATED, "Send 'Authorization: Bearer <api key>'."
            ) from error

    def must_be(self, role: Role | None) -> None:
        """Refuse a key of another role; None lets every key pass."""
        if role is not None and self.role is not role:
            raise ended(ProblemCode.FORBIDDEN, f"The key's role is {self.role}; this takes {role}.")
