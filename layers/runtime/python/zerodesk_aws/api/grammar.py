"""What pydantic finds wrong, in the words of this API. The one place that knows its error types."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from zerodesk_aws.api.problems import (
    PRECEDENCE,
    Problem,
    ProblemCode,
    ProblemError,
    refused,
    shown,
)
from zerodesk_aws.contracts.fields import BAD_NUMBER, MISSING, RULES, WRONG_TYPE

A = TypeVar("A", bound=BaseModel)

_CODES: Final = {
    "extra_forbidden": ProblemCode.INTAKE_UNKNOWN_FIELD,
    "missing": ProblemCode.INTAKE_MISSING_FIELD,
    MISSING: ProblemCode.INTAKE_MISSING_FIELD,
    WRONG_TYPE: ProblemCode.INTAKE_WRONG_TYPE,
    BAD_NUMBER: ProblemCode.INTAKE_BAD_NUMBER,
}
_RULES: Final = {
    "extra_forbidden": "no such field",
    "missing": "required",
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
}


def read(contract: type[A], values: Mapping[str, Any]) -> A:
    """Return ``values`` as a contract.

    Raises
    ------
    ProblemError
        The first rule that is broken, by the precedence of the codes, then by the contract's order
        of fields.
    """
    try:
        return contract.model_validate(values)
    except ValidationError as error:
        raise ProblemError(first_problem(contract, error)) from error


def first_problem(contract: type[BaseModel], error: ValidationError) -> Problem:
    """Return the problem that a validation error amounts to."""
    places = {name: place for place, name in enumerate(contract.model_fields)}

    def rank(found: ErrorDetails) -> tuple[int, int]:
        field = _field(found).partition(".")[0]
        return PRECEDENCE[_code(found)], places.get(field, len(places))

    return _problem(contract, min(error.errors(include_url=False), key=rank))


def _problem(contract: type[BaseModel], found: ErrorDetails) -> Problem:
    field, code = _field(found), _code(found)
    rule = _rule(contract, field, found)
    if code is ProblemCode.INTAKE_MISSING_FIELD:
        return Problem(code, f"{field}: {rule}", field, rule=rule)
    value = found["input"]
    told = found.get("ctx", {})
    if "value" in told:
        value = told["value"]
    elif isinstance(value, Mapping):
        # A rule across fields is given the whole request; the value is the field's.
        value = value.get(field.rpartition(".")[2])
    elif isinstance(value, BaseModel):
        value = getattr(value, field.rpartition(".")[2], None)
    if code is ProblemCode.INTAKE_UNKNOWN_FIELD:
        return refused(code, field, value, rule).problem
    return Problem(code, f"{field}: {rule}", field, shown(value), rule)


def _code(found: ErrorDetails) -> ProblemCode:
    kind = found["type"]
    wrong_type = kind.endswith("_type") or (kind == "enum" and not isinstance(found["input"], str))
    if wrong_type:
        return ProblemCode.INTAKE_WRONG_TYPE
    return _CODES.get(kind, ProblemCode.INTAKE_BAD_VALUE)


def _field(found: ErrorDetails) -> str:
    place = [str(part) for part in found["loc"]]
    named = found.get("ctx", {}).get("field")
    if named:
        # A rule knows its field by name, and not what it is inside of.
        if place and place[-1] == str(named).partition(".")[0]:
            place.pop()
        place.append(str(named))
    return ".".join(place)


def _rule(contract: type[BaseModel], field: str, found: ErrorDetails) -> str:
    ctx = found.get("ctx", {})
    if "rule" in ctx:
        return str(ctx["rule"])
    if found["type"] in _RULES:
        return _RULES[found["type"]]
    if ctx.get("pattern") in RULES:
        return RULES[ctx["pattern"]]
    if "expected" in ctx:
        return str(ctx["expected"]).replace("'", "")
    described = contract.model_fields.get(field)
    if described is not None and described.description:
        return described.description[:1].lower() + described.description[1:]
    return found["msg"]
