"""Bytes of a request to one JSON object, with nothing left to interpretation.

RFC 8259 leaves open what a repeated key, a huge number or a lone surrogate means, and each parser
decides for itself. Here they are refused, and so is everything that is not JSON at all.
"""

import base64
import binascii
import json
import re
from typing import Any, Final

from zerodesk_aws.api.problems import Problem, ProblemCode, ProblemError, ended, refused
from zerodesk_aws.contracts.numbers import JsonNumber

MAX_BODY_BYTES: Final = 16 * 1024
MAX_DEPTH: Final = 8
MAX_INTEGER_CHARACTERS: Final = 18
"""Longer integers stay text: no field takes one, and reading them takes time that grows."""

# The closing quote is optional, so that a text without one costs one pass, not one per quote.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


def body_of(event: dict[str, Any], bytes_max: int = MAX_BODY_BYTES) -> bytes:
    """Return the body of an API Gateway event as the bytes that the client sent.

    Raises
    ------
    ProblemError
        INTAKE_BODY_TOO_LARGE, or INTAKE_MALFORMED_JSON when the encoding is broken.
    """
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        data: bytes = body.encode("utf-8", errors="surrogatepass")
    else:
        try:
            data = base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _malformed("not base64, as its envelope says") from error
    if len(data) > bytes_max:
        raise ProblemError(
            Problem(
                ProblemCode.INTAKE_BODY_TOO_LARGE,
                f"The body has {len(data)} bytes.",
                rule=f"at most {bytes_max} bytes",
            )
        )
    return data


def parse_object(data: bytes) -> dict[str, Any]:
    """Return the JSON object that ``data`` holds.

    Raises
    ------
    ProblemError
        INTAKE_MALFORMED_JSON, INTAKE_DUPLICATE_KEY, or INTAKE_WRONG_TYPE for JSON that is no
        object.
    """
    if not data.strip():
        raise _malformed("empty")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("not UTF-8") from error
    if _depth(text) > MAX_DEPTH:
        raise _malformed(f"nested too deeply: at most {MAX_DEPTH} levels")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_without_duplicates,
            parse_constant=_no_constant,
            parse_float=JsonNumber,
            parse_int=_integer,
        )
    except ValueError as error:
        raise _malformed(f"not JSON: {error}") from error
    # Of what was UTF-8, only an escape says a half of a character.
    if "\\u" in text:
        check_characters(value)
    if not isinstance(value, dict):
        raise refused(ProblemCode.INTAKE_WRONG_TYPE, "body", value, "a JSON object")
    return value


def check_characters(value: object) -> None:
    """Refuse text that no UTF-8 can write: halves of a character, left over by an escape."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise _malformed("not Unicode: half of a surrogate pair") from error


def _depth(text: str) -> int:
    """Return how deeply brackets nest outside strings; a parser would recurse that far."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise refused(ProblemCode.INTAKE_DUPLICATE_KEY, key, value, "each key once")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _integer(text: str) -> int | JsonNumber:
    return int(text) if len(text) <= MAX_INTEGER_CHARACTERS else JsonNumber(text)


def _malformed(what: str) -> ProblemError:
    return ended(ProblemCode.INTAKE_MALFORMED_JSON, f"The body is {what}.")
