"""From JSON to frozen dataclasses and back, by their annotations.

Fields that the client does not know are ignored, so a venue may add some; a field that is missing
and has no default is an ``UnexpectedAnswerError``.
"""

import dataclasses
import types
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from zerodesk_client.api.faults import UnexpectedAnswerError

T = TypeVar("T")
Decoder = Callable[[Any], Any]


def decode(kind: type[T], value: Any) -> T:
    """Return ``value``, decoded JSON, as a ``kind``.

    Raises
    ------
    UnexpectedAnswerError
        The value does not have the shape of ``kind``; the text names the field.
    """
    result: T = _decoder(cast(Hashable, kind))(value)
    return result


def encode(value: Any) -> Any:
    """Return dataclasses, decimals and times as JSON-able values: decimals are strings."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, Mapping):
        return {str(key): encode(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [encode(entry) for entry in value]
    return value


def plain(number: Decimal) -> str:
    """Return a decimal in the grammar of the API: digits and at most a point, no exponent."""
    return format(number, "f")


def timestamp(at: datetime) -> str:
    """Return a time as the API writes it, UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@cache
def _decoder(kind: Any) -> Decoder:
    """Return what turns a JSON value into ``kind``; one per type, made once."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = (entry for entry in get_args(kind) if entry is not types.NoneType)
        decoder = _decoder(inner)
        return lambda value: None if value is None else decoder(value)
    if origin is tuple:
        entry_decoder = _decoder(get_args(kind)[0])
        return lambda value: tuple(entry_decoder(entry) for entry in _of(list, value))
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(kind)
    return _scalar_decoder(origin or kind)


def _scalar_decoder(kind: Any) -> Decoder:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    if kind in _READERS:
        return _READERS[kind]
    if kind in (str, int, bool, dict):
        return lambda value: _of(kind, value)
    return lambda value: value


def _dataclass_decoder(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    fields = [
        (field.name, _decoder(hints[field.name]), _is_required(field))
        for field in dataclasses.fields(kind)
    ]
    names = [name for name, _, _ in fields]

    def read(value: Any) -> Any:
        # Depth levels travel as rows; a row is the fields in order.
        row = dict(zip(names, value, strict=False)) if isinstance(value, list) else _of(dict, value)
        found: dict[str, Any] = {}
        for name, decoder, required in fields:
            if name in row:
                found[name] = _field(kind, name, decoder, row[name])
            elif required:
                raise UnexpectedAnswerError(f"{kind.__name__} has no {name}: {row!r:.200}")
        return kind(**found)

    return read


def _field(kind: Any, name: str, decoder: Decoder, value: Any) -> Any:
    try:
        return decoder(value)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise UnexpectedAnswerError(f"{kind.__name__}.{name} is {value!r:.200}: {error}") from error


def _is_required(field: "dataclasses.Field[Any]") -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _of(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise TypeError(f"expected {kind.__name__}, was {type(value).__name__}")
    return value


_READERS: dict[Any, Decoder] = {
    Decimal: lambda value: Decimal(_of(str, value)),
    datetime: lambda value: datetime.fromisoformat(_of(str, value)),
}
