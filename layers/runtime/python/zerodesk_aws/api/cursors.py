"""Cursors: where the next page of a list starts, as opaque text.

A cursor names a position and carries no authority: every list is read under the principal, so a
cursor that somebody made up pages through that somebody's own entries. It is bound to the account,
the list and its filters nevertheless, so that one from elsewhere is refused instead of answered
with a page that fits nothing. A signature would protect nothing more, and its key would be one more
secret.
"""

import base64
import binascii
import hashlib
import json
from typing import Final, Generic, TypeVar

from zerodesk.codec import canonical_json
from zerodesk_aws.api.problems import ProblemCode, ProblemError, refused

CURSOR_RULE: Final = "the next_cursor of the page before, with the same filters"
MAX_CURSOR_CHARACTERS: Final = 256
MAX_POSITION: Final = 2**63
BINDING_CHARACTERS: Final = 16

T = TypeVar("T", int, str)


class Pages(Generic[T]):
    """The cursors of one list, for one account and one choice of filters.

    A position is the number that the list is sorted by, a time or a sequence, and what tells
    equals apart: an id or an index, as ``tie`` says.
    """

    def __init__(self, tie: type[T], *binding: str | None) -> None:
        self._tie: type = tie
        digest = hashlib.sha256(canonical_json(list(binding)))
        self._binding = digest.hexdigest()[:BINDING_CHARACTERS]

    def cursor(self, at: int, tie: T) -> str:
        """Return the cursor of what comes behind a position."""
        text = canonical_json([self._binding, at, tie])
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    def position(self, cursor: str | None) -> tuple[int, T] | None:
        """Return the position that a cursor names, None for the first page.

        Raises
        ------
        ProblemError
            INTAKE_BAD_VALUE: no cursor of this list.
        """
        if cursor is None:
            return None
        if len(cursor) > MAX_CURSOR_CHARACTERS:
            raise _refusal(cursor)
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            text = base64.b64decode(padded, altchars=b"-_", validate=True)
            return self._read(json.loads(text))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise _refusal(cursor) from error

    def _read(self, parts: object) -> tuple[int, T]:
        if not isinstance(parts, list) or [type(one) for one in parts] != [str, int, self._tie]:
            raise ValueError("not of this shape")
        binding, at, tie = parts
        if binding != self._binding or not 0 <= at < MAX_POSITION or tie == "":
            raise ValueError("not of this list")
        return at, tie


def _refusal(cursor: str) -> ProblemError:
    return refused(ProblemCode.INTAKE_BAD_VALUE, "cursor", cursor, CURSOR_RULE)
