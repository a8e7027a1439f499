"""Pages of lists, and the counts that say where they begin and how long they are."""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, WithJsonSchema

from zerodesk_aws.contracts.fields import BAD_VALUE, refusal

COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
MAX_PAGE: Final = 500
DEFAULT_PAGE: Final = 100


def count_up_to(most: int) -> BeforeValidator:
    """Return what reads a count from 1 to ``most``, be it the text of a query string."""

    def read(value: object) -> int:
        count = int(value) if isinstance(value, str) and COUNT.fullmatch(value) else value
        if type(count) is not int or not 1 <= count <= most:
            raise refusal(BAD_VALUE, f"a whole number from 1 to {most}")
        return count

    return BeforeValidator(read)


def counted(most: int, told: str) -> WithJsonSchema:
    """Return the JSON schema of a count from 1 to ``most``."""
    return WithJsonSchema({"type": "integer", "minimum": 1, "maximum": most, "description": told})


Limit = Annotated[
    int, count_up_to(MAX_PAGE), counted(MAX_PAGE, "How many entries a page has at most.")
]

Cursor = Annotated[str, Field(description="The next_cursor of the page before, same filters.")]


MAX_SEQUENCE: Final = 999_999_999

Sequence = Annotated[
    int,
    count_up_to(MAX_SEQUENCE),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_SEQUENCE}),
]
"""A record of a stream, by its number."""
