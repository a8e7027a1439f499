"""Items as DynamoDB keeps them: which values it takes, in which form, and how large they are."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from tests.simulation.cloud.expressions import MAX_DIGITS, Item, Value
from tests.simulation.cloud.faults import InvalidRequestError

MAX_ITEM_BYTES: Final = 400 * 1024
MAX_WHOLE_DIGITS: Final = 126
MAX_FRACTION_ZEROS: Final = 129
"""Numbers lie between 1E-130 and 1E+126."""

MAX_BYTES_A_CHARACTER: Final = 4
AS_GIVEN: Final = frozenset(("S", "B", "BOOL", "NULL"))
NOTHING: Final[Item] = {}
NUMBER: Final = re.compile(r"-?(\d+)(?:\.(\d+))?", re.ASCII)


def stored_item(item: Item, standing: Item = NOTHING) -> tuple[Item, int]:
    """Return an item as it is stored, and its size, or refuse it.

    What it has from the item that stands, the same value, is as it is stored. The size, bytes, is
    as DynamoDB counts it, and a byte or so more for a number.
    """
    stored: Item = {}
    size = 0
    for name, value in item.items():
        ((kind, content),) = value.items()
        size += len(name) if name.isascii() else bytes_of(name)
        if kind == "S":
            size += len(content) if content.isascii() else bytes_of(content)
        elif kind == "N":
            number = content if standing.get(name) is value else stored_number(content)
            value = value if number is content else {"N": number}  # noqa: PLW2901 - as stored
            size += len(number) // 2 + 2
        elif kind == "B":
            size += len(content)
        else:
            stored_value(value)
            size += 1
        stored[name] = value
    if "" in stored:
        raise InvalidRequestError("an attribute without a name")
    if size > MAX_ITEM_BYTES:
        raise InvalidRequestError("Item size has exceeded the maximum allowed size")
    return stored, size


def stored_value(value: Value) -> Value:
    """Return a value as it is stored, or refuse it."""
    ((kind, content),) = value.items()
    if kind in AS_GIVEN:
        return value
    if kind != "N":
        raise NotImplementedError(f"type {kind} is not in this model")
    number = stored_number(content)
    return value if number is content else {"N": number}


def stored_number(text: str) -> str:
    """Return a number as DynamoDB keeps it, or refuse it.

    Examples
    --------
    >>> stored_number("0012.50")
    '12.5'
    """
    if text.isdigit() and text.isascii() and text[0] != "0" and len(text) <= MAX_DIGITS:
        return text
    found = NUMBER.fullmatch(text)
    if found is None:
        raise _no_number(text)
    whole, fraction = found[1].lstrip("0"), (found[2] or "").rstrip("0")
    digits = (whole + fraction).lstrip("0").rstrip("0")
    if len(digits) > MAX_DIGITS:
        raise InvalidRequestError("Attempting to store more than 38 significant digits in a Number")
    zeros = len(fraction) - len(fraction.lstrip("0"))
    if len(whole) > MAX_WHOLE_DIGITS or (not whole and zeros > MAX_FRACTION_ZEROS):
        raise InvalidRequestError("Attempting to store a number out of the supported range")
    plain = (whole or "0") + (f".{fraction}" if fraction else "")
    return plain if plain == "0" or not text.startswith("-") else f"-{plain}"


def _no_number(text: str) -> Exception:
    try:
        Decimal(text)
    except InvalidOperation:
        return InvalidRequestError(f"{text!r} cannot be converted to a numeric value")
    return NotImplementedError(f"{text!r} is a number in no form of this model")


def bytes_of(text: str) -> int:
    """Return the length of a text in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def key_text(value: Value | None, max_bytes: int) -> str:
    """Return the text of a key attribute, or refuse it."""
    text: str | None = None if value is None else value.get("S")
    if text is None:
        raise InvalidRequestError("a key attribute is missing, or of another type")
    if not text or (len(text) * MAX_BYTES_A_CHARACTER > max_bytes and bytes_of(text) > max_bytes):
        raise InvalidRequestError(f"a key of 1 to {max_bytes} bytes")
    return text


def key_number(value: Value | None) -> Any:
    """Return the number of a key attribute, or refuse it."""
    if value is None or "N" not in value:
        raise InvalidRequestError("a key attribute is missing, or of another type")
    text = value["N"]
    if text.isdigit() and text.isascii() and len(text) <= MAX_DIGITS:
        return int(text)
    text = stored_number(text)
    return int(text) if text.isdigit() else Decimal(text)
