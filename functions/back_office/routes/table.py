"""The table that every resource's routes are declared in."""

from typing import Final

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Api

api: Final = Api("back_office")

CONFLICT: Final = ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT
NOT_FOUND: Final = ProblemCode.NOT_FOUND
