"""Numbers of analytics: JSON numbers in binary64, one or a list of them.

Money is decimal strings. What models are asked and answer is not money, has the range and the error
of binary64, and comes in large batches: a request holds columns, and a column is one value for all
options or a list with one for each.
"""

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from zerodesk_aws.contracts.fields import BAD_NUMBER, BAD_VALUE, WRONG_TYPE, refusal

MAX_OPTIONS: Final = 10_000
"""Of one request; a million options take a hundred of them."""
MAX_CHARACTERS: Final = 40
"""Of one number: twice what binary64 has digits for."""
NUMBER_RULE: Final = "a JSON number"
FINITE_RULE: Final = f"a number of binary64, in at most {MAX_CHARACTERS} characters"
COUNT_RULE: Final = f"1 to {MAX_OPTIONS} values"

T = TypeVar("T")


class JsonNumber:
    """A JSON number with a point or an exponent, or a long one, as it was written."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def read_number(value: object, field: str) -> float:
    """Return a JSON number as binary64."""
    if isinstance(value, JsonNumber) and len(value.text) <= MAX_CHARACTERS:
        number = float(value.text)
    elif isinstance(value, JsonNumber):
        number = math.inf
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
    else:
        raise refusal(WRONG_TYPE, NUMBER_RULE, field, value)
    if not math.isfinite(number):
        raise refusal(BAD_NUMBER, FINITE_RULE, field, value)
    return number


def read_number_or_nothing(value: object, field: str) -> float:
    """Return a JSON number, NaN for null: a quote without a bid, say."""
    return math.nan if value is None else read_number(value, field)


def read_column(value: object, field: str, read: Callable[[object, str], T]) -> T | tuple[T, ...]:
    """Return one value, or a list with as many as there are options."""
    if not isinstance(value, list | tuple):
        return read(value, field)
    if not 1 <= len(value) <= MAX_OPTIONS:
        raise refusal(BAD_VALUE, COUNT_RULE, field, f"{len(value)} values")
    return tuple(read(one, f"{field}.{i}") for i, one in enumerate(value))


def one_of(words: Sequence[str]) -> Callable[[object, str], str]:
    """Return how one of a few words is read."""
    known, rule = frozenset(words), " or ".join(words)

    def read(value: object, field: str) -> str:
        if not isinstance(value, str):
            raise refusal(WRONG_TYPE, rule, field, value)
        if value not in known:
            raise refusal(BAD_VALUE, rule, field, value)
        return value

    return read


def column_of(read: Callable[[object, str], Any], schema: dict[str, Any]) -> Any:
    """Return what annotates a column of values that ``read`` reads."""

    def validate(value: object, info: ValidationInfo) -> Any:
        return read_column(value, str(info.field_name), read)

    many = {"type": "array", "items": schema, "minItems": 1, "maxItems": MAX_OPTIONS}
    return PlainValidator(validate), WithJsonSchema({"anyOf": [schema, many]})


def words_of(*words: str) -> Any:
    """Return what annotates a column of words."""
    return column_of(one_of(words), {"type": "string", "enum": list(words)})


def _single(value: object, info: ValidationInfo) -> float:
    return read_number(value, str(info.field_name))


Number = Annotated[float, PlainValidator(_single), WithJsonSchema({"type": "number"})]
Numbers = Annotated[float | tuple[float, ...], *column_of(read_number, {"type": "number"})]
NumbersOrNothing = Annotated[
    float | tuple[float, ...],
    *column_of(read_number_or_nothing, {"type": ["number", "null"]}),
]
OptionTypes = Annotated[str | tuple[str, ...], *words_of("call", "put")]
