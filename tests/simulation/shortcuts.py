"""Shorter ways through pynamodb to the same results, for millions of calls.

Nothing of ours is exchanged here. What is rewritten returns what the original returns, and a test
compares the two. Models are flat: no maps, no discriminators, no names other than Python's.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import cache
from typing import Any, Final
from unittest.mock import patch

from pynamodb.attributes import (
    Attribute,
    AttributeContainer,
    BinaryAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.connection.base import MetaTable
from pynamodb.constants import LIST, MAP
from pynamodb.exceptions import AttributeDeserializationError
from pynamodb.expressions import operand, projection
from pynamodb.expressions.operand import Path, Value
from pynamodb.expressions.update import SetAction
from pynamodb.expressions.util import substitute_names
from pynamodb.models import Model

PLAIN: Final = (str, int, bytes)
"""What an expression compares with or sets, as far as it needs no look at its type."""

LENIENT: Final = json.JSONDecoder(strict=False)
"""``json.loads(text, strict=False)`` makes one anew for each text."""


# Items.


def number(_: NumberAttribute, text: str) -> Any:
    """Return a number, as ``NumberAttribute.deserialize`` does, integers without a JSON parser."""
    return int(text) if text.isdigit() else json.loads(text)


def number_text(_: NumberAttribute, value: Any) -> str:
    """Return a number's text, as ``NumberAttribute.serialize`` does."""
    return str(value) if type(value) is int else json.dumps(value)


def decoded(_: JSONAttribute, text: str) -> Any:
    """Return a value, as ``JSONAttribute.deserialize`` does."""
    return LENIENT.decode(text)


Reader = tuple[str, str, Callable[[Any], Any] | None]
"""(name, type, what reads a content of that type; None where it stays as it is)."""


def _reader(attribute: Any) -> Callable[[Any], Any] | None:
    """Return what reads an attribute's content, None for nothing."""
    if isinstance(attribute, BinaryAttribute) and not attribute.legacy_encoding:
        return None
    plain = type(attribute).deserialize is Attribute.deserialize
    return None if plain else attribute.deserialize


@cache
def _shape(model: Any) -> tuple[dict[str, Any], dict[str, Reader]]:
    """Return a model's defaults, and how its attributes are read, by their names in the table."""
    attributes = model.get_attributes().items()
    defaults = {name: one.default for name, one in attributes if one.default is not None}
    readers = {one.attr_name: (name, one.attr_type, _reader(one)) for name, one in attributes}
    return defaults, readers


def instantiate(model: Any, values: dict[str, dict[str, Any]]) -> Any:
    """Return a model's instance, as ``Model.from_raw_data`` does for flat models."""
    instance = model.__new__(model)
    defaults, readers = _shape(model)
    instance.__dict__ = found = defaults.copy()
    for stored_name, value in values.items():
        if stored_name not in readers:
            continue
        name, kind, read = readers[stored_name]
        if kind not in value:
            if "NULL" not in value:
                raise AttributeDeserializationError(stored_name, kind)
        elif read is None:
            found[name] = value[kind]
        # Of what has a way of its own to be read, most are integers.
        elif kind == "N" and (text := value[kind]).isdigit():
            found[name] = int(text)
        else:
            found[name] = read(value[kind])
    return instance


def set_defaults(instance: Any, *, _user_instantiated: bool = True) -> None:
    """Set the defaults, as ``AttributeContainer._set_defaults`` does where they are constants."""
    instance.__dict__.update(_shape(instance.__class__)[0])


def set_attributes(instance: Any, **values: Any) -> None:
    """Let an instance have values, as ``AttributeContainer._set_attributes`` does."""
    unknown = values.keys() - instance.__class__.get_attributes().keys()
    if unknown:
        raise ValueError(f"Attribute {min(unknown)} specified does not exist")
    instance.__dict__.update(values)


def values_of(instance: Any) -> dict[str, Any]:
    """Return the values of an instance: here, what Python itself looks up in it."""
    return instance.__dict__  # type: ignore[no-any-return]


def set_values(instance: Any, values: dict[str, Any]) -> None:
    """Let an instance have other values."""
    instance.__dict__ = values


def get(attribute: Any, instance: Any, owner: Any) -> Any:
    """Return what ``Attribute.__get__`` does for flat models, of a value that is not there."""
    return attribute if instance is None else None


def _take_values(stack: ExitStack) -> None:
    """Let instances keep their values where Python finds them before it asks the attribute.

    That is so of what has no ``__set__``.
    """
    stack.callback(setattr, Attribute, "__set__", Attribute.__set__)
    del Attribute.__set__
    values = property(values_of, set_values)
    stack.enter_context(patch.object(AttributeContainer, "attribute_values", values, create=True))
    stack.enter_context(patch.object(Attribute, "__get__", get))


# Expressions.


def substituted(path: Any, placeholders: dict[str, str]) -> str:
    """Return the placeholder of a path, as ``substitute_names`` does, of one name at once."""
    if len(path) != 1 or "[" in path[0] or "]" in path[0] or isinstance(path, str):
        return substitute_names(path, placeholders)
    placeholder = placeholders.get(path[0])
    if placeholder is None:
        placeholder = placeholders[path[0]] = f"#{len(placeholders)}"
    return placeholder


def path_text(path: Any, placeholders: dict[str, str], _: dict[str, Any]) -> str:
    """Return a path's text, as ``Path.serialize`` does."""
    return substituted(path.values[0], placeholders)


def value_text(value: Any, _: dict[str, str], values: dict[str, Any]) -> str:
    """Return a value's text, as ``Value.serialize`` does."""
    placeholder = f":{len(values)}"
    values[placeholder] = value.values[0]
    return placeholder


def written(attribute: Any, content: Any) -> Any:
    """Return what an attribute makes of a text, an integer or bytes, as it does itself."""
    kind = type(attribute)
    if kind is UnicodeAttribute:
        return content
    if kind is NumberAttribute and type(content) is int:
        return str(content)
    return attribute.serialize(content)


def _path_init(original: Callable[..., None]) -> Callable[..., None]:
    def init(path: Any, attribute: Any) -> None:
        if not isinstance(attribute, Attribute):
            original(path, attribute)
            return
        path.attribute, path.attr_type = attribute, attribute.attr_type
        path.values = (list(attribute.attr_path),)

    return init


def _value_init(original: Callable[..., None]) -> Callable[..., None]:
    def init(value: Any, content: Any, attribute: Any = None) -> None:
        if attribute is None or type(content) not in PLAIN or attribute.attr_type in (LIST, MAP):
            original(value, content, attribute)
            return
        value.attr_type = attribute.attr_type
        value.values = ({attribute.attr_type: written(attribute, content)},)

    return init


def _to_operand(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def to_operand(path: Any, content: Any) -> Any:
        return path._to_value(content) if type(content) in PLAIN else original(path, content)

    return to_operand


def _set(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def assigned(attribute: Any, content: Any) -> Any:
        if type(content) not in PLAIN or attribute.attr_type in (LIST, MAP):
            return original(attribute, content)
        path, value = Path.__new__(Path), Value.__new__(Value)
        action = SetAction.__new__(SetAction)
        action.values = path, value
        path.attribute = attribute
        path.attr_type = value.attr_type = kind = attribute.attr_type
        path.values = (list(attribute.attr_path),)
        value.values = ({kind: written(attribute, content)},)
        return action

    return assigned


def _attribute_type(original: Callable[..., str]) -> Callable[..., str]:
    known: dict[int, tuple[MetaTable, dict[str, str]]] = {}

    def attribute_type(table: MetaTable, name: str, value: Any = None) -> str:
        if id(table) not in known:
            defined: Sequence[dict[str, str]] = table.data.get("AttributeDefinitions", [])
            types = {one["AttributeName"]: one["AttributeType"] for one in defined}
            known[id(table)] = table, types
        return known[id(table)][1].get(name) or original(table, name, value)

    return attribute_type


def take(stack: ExitStack) -> None:
    """Take the shortcuts until the stack is closed."""
    _take_values(stack)
    for owner, name, shortcut in (
        (MetaTable, "get_attribute_type", _attribute_type(MetaTable.get_attribute_type)),
        (NumberAttribute, "deserialize", number),
        (NumberAttribute, "serialize", number_text),
        (JSONAttribute, "deserialize", decoded),
        (Model, "from_raw_data", classmethod(instantiate)),
        (AttributeContainer, "_set_defaults", set_defaults),
        (AttributeContainer, "_set_attributes", set_attributes),
        (Attribute, "set", _set(Attribute.set)),
        (operand, "substitute_names", substituted),
        (projection, "substitute_names", substituted),
        (Path, "__init__", _path_init(Path.__init__)),
        (Path, "serialize", path_text),
        (Path, "_to_operand", _to_operand(Path._to_operand)),
        (Value, "__init__", _value_init(Value.__init__)),
        (Value, "serialize", value_text),
    ):
        stack.enter_context(patch.object(owner, name, shortcut))
