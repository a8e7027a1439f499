"""The shape of a problem document."""

from typing import Annotated

from pydantic import ConfigDict, Field

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.contracts.fields import Contract


class Problem(Contract):
    """Why a request was refused (RFC 9457). Nothing has changed by it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:zerodesk:problem:INTAKE_OFF_TICK",
                    "title": "Price off the tick",
                    "status": 422,
                    "detail": "price: a multiple of the tick, 0.01",
                    "code": "INTAKE_OFF_TICK",
                    "field": "price",
                    "value": "60000.005",
                    "rule": "a multiple of the tick, 0.01",
                }
            ]
        }
    )

    type: str = Field(examples=["urn:zerodesk:problem:INTAKE_OFF_TICK"])
    title: str
    status: int
    detail: str
    code: Annotated[ProblemCode, Field(strict=False)]
    field: str | None = Field(default=None, description="The field that is at fault.")
    value: str | None = Field(default=None, description="Its value, cut short.")
    rule: str | None = Field(default=None, description="What the value must be.")
