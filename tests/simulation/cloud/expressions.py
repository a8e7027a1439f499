"""DynamoDB's expressions, as far as this code base writes them.

An expression is compiled once; names and values come with each request. What DynamoDB refuses is
refused in its way; what it takes and Zerodesk does not use is not in the model, and says so loudly.
"""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from tests.simulation.cloud.faults import InvalidRequestError

Value = dict[str, Any]
Item = dict[str, Value]
Names = dict[str, str]
Values = dict[str, Value]
Condition = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], Value | None]
Action = Callable[[Item, Item, Names, Values], None]

TOKEN: Final = re.compile(r"\s*([#:]?[A-Za-z0-9_]+|<=|>=|<>|[<>=(),])")
WORDS: Final = frozenset(
    [
        *("SET", "REMOVE", "AND", "OR", "NOT", "IN", "BETWEEN"),
        *("attribute_exists", "attribute_not_exists", "if_not_exists"),
        *("<", "<=", "=", "<>", ">=", ">", "(", ")", ","),
    ]
)
"""All words but placeholders. An attribute's own name is none: some are reserved."""

MAX_BYTES: Final = 4096
MAX_CHOICES: Final = 100
MAX_DIGITS: Final = 38
ORDERED: Final = frozenset("SNB")
"""The types that have an order."""

COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SORT_SIGNS: Final = frozenset(COMPARISONS) - {"<>"}


def number(text: str) -> int | Decimal:
    """Return the number of an ``N``; integers stay integers."""
    return int(text) if text.isdigit() else Decimal(text)


def comparable(value: Value) -> tuple[str, Any]:
    """Return a value's type and what orders it within that type."""
    ((kind, content),) = value.items()
    return kind, number(content) if kind == "N" else content


class _Tokens:
    """The words of an expression, one ahead."""

    def __init__(self, text: str) -> None:
        self._words = self.split(text)
        self._next = 0

    @staticmethod
    def split(text: str) -> list[str]:
        """Return the words of an expression."""
        words, at = [], 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None or not (found[1] in WORDS or found[1][0] in "#:"):
                raise NotImplementedError(f"{text[at:]!r} in {text!r} is not in this model")
            words.append(found[1])
            at = found.end()
        return words

    def peek(self) -> str:
        return self._words[self._next] if self._next < len(self._words) else ""

    def take(self, expected: str | None = None) -> str:
        word = self.peek()
        if not word or (expected is not None and word != expected):
            raise InvalidRequestError(f"{expected or 'more'} expected, found {word!r}")
        self._next += 1
        return word

    def has(self, word: str) -> bool:
        """Take a word if it comes next."""
        if self.peek() != word:
            return False
        self._next += 1
        return True

    def arguments(self) -> Iterator[None]:
        """Yield once per argument of a list in parentheses."""
        self.take("(")
        yield
        while self.has(","):
            yield
        self.take(")")


def _path(tokens: _Tokens) -> str:
    word = tokens.take()
    if not word.startswith("#"):
        raise InvalidRequestError(f"an attribute expected, found {word!r}")
    return word


def _operand(tokens: _Tokens) -> Operand:
    if tokens.peek().startswith(":"):
        word = tokens.take()
        return lambda _, __, values: values[word]
    path = _path(tokens)
    return lambda item, names, _: item.get(names[path])


def _source(tokens: _Tokens) -> Operand:
    """Return what an attribute is set to."""
    if not tokens.has("if_not_exists"):
        return _operand(tokens)
    tokens.take("(")
    standing_path = _path(tokens)
    tokens.take(",")
    default = _operand(tokens)
    tokens.take(")")

    def either(item: Item, names: Names, values: Values) -> Value | None:
        standing = item.get(names[standing_path])
        return default(item, names, values) if standing is None else standing

    return either


def _compared(one: Value | None, other: Value | None, sign: str) -> bool:
    if one is None or other is None:
        return sign == "<>" and one is not other
    (kind, left), (other_kind, right) = comparable(one), comparable(other)
    if kind != other_kind:
        return sign == "<>"
    if kind not in ORDERED and sign not in ("=", "<>"):
        raise NotImplementedError(f"{kind} {sign} {kind} is not in this model")
    return bool(COMPARISONS[sign](left, right))


def _comparison(tokens: _Tokens) -> Condition:
    left = _operand(tokens)
    sign = tokens.take()
    if sign == "BETWEEN":
        low = _operand(tokens)
        tokens.take("AND")
        high = _operand(tokens)
        return lambda i, n, v: (
            _compared(left(i, n, v), low(i, n, v), ">=")
            and _compared(left(i, n, v), high(i, n, v), "<=")
        )
    if sign == "IN":
        choices = [_operand(tokens) for _ in tokens.arguments()]
        if len(choices) > MAX_CHOICES:
            raise InvalidRequestError(f"{len(choices)} choices")
        return lambda i, n, v: any(
            _compared(left(i, n, v), choice(i, n, v), "=") for choice in choices
        )
    if sign not in COMPARISONS:
        raise InvalidRequestError(f"a comparison expected, found {sign!r}")
    right = _operand(tokens)
    return lambda i, n, v: _compared(left(i, n, v), right(i, n, v), sign)


def _primary(tokens: _Tokens) -> Condition:
    word = tokens.peek()
    if word == "(":
        tokens.take()
        inner = _either(tokens)
        tokens.take(")")
        return inner
    if word == "NOT":
        tokens.take()
        negated = _primary(tokens)
        return lambda i, n, v: not negated(i, n, v)
    if word in ("attribute_exists", "attribute_not_exists"):
        tokens.take()
        tokens.take("(")
        path = _path(tokens)
        tokens.take(")")
        expected = word == "attribute_exists"
        return lambda item, names, _: (names[path] in item) == expected
    return _comparison(tokens)


def _both(tokens: _Tokens) -> Condition:
    parts = [_primary(tokens)]
    while tokens.has("AND"):
        parts.append(_primary(tokens))
    if len(parts) == 1:
        return parts[0]
    return lambda i, n, v: all(part(i, n, v) for part in parts)


def _either(tokens: _Tokens) -> Condition:
    parts = [_both(tokens)]
    while tokens.has("OR"):
        parts.append(_both(tokens))
    if len(parts) == 1:
        return parts[0]
    return lambda i, n, v: any(part(i, n, v) for part in parts)


def _whole(tokens: _Tokens) -> None:
    if tokens.peek():
        raise InvalidRequestError(f"not understood: {tokens.peek()!r}")


@lru_cache(maxsize=512)
def placeholders(*texts: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names and the values that a request's expressions refer to."""
    given = [text for text in texts if text is not None]
    if any(len(text.encode()) > MAX_BYTES for text in given):
        raise InvalidRequestError("Expression size has exceeded the maximum allowed size")
    words = [word for text in given for word in _Tokens.split(text)]
    names = frozenset(word for word in words if word[0] == "#")
    return names, frozenset(word for word in words if word[0] == ":")


@lru_cache(maxsize=512)
def condition(text: str) -> Condition:
    """Return a condition expression as a function of (item, names, values)."""
    tokens = _Tokens(text)
    compiled = _either(tokens)
    _whole(tokens)
    return compiled


@lru_cache(maxsize=512)
def update(text: str) -> tuple[tuple[str, Action], ...]:
    """Return an update expression: which attributes it changes, and the functions that do.

    They take (item before, item after, names, values).
    """
    tokens = _Tokens(text)
    sections: dict[str, list[tuple[str, Action]]] = {}
    while tokens.peek():
        section = tokens.take()
        if section in sections or section not in ("SET", "REMOVE"):
            raise InvalidRequestError(f"a section expected once, found {section!r}")
        sections[section] = _clauses(tokens, _set if section == "SET" else _remove)
    return tuple(clause for clauses in sections.values() for clause in clauses)


def _clauses(
    tokens: _Tokens, clause: Callable[[_Tokens], tuple[str, Action]]
) -> list[tuple[str, Action]]:
    found = [clause(tokens)]
    while tokens.has(","):
        found.append(clause(tokens))
    return found


def _set(tokens: _Tokens) -> tuple[str, Action]:
    path = _path(tokens)
    tokens.take("=")
    source = _source(tokens)

    def act(before: Item, after: Item, names: Names, values: Values) -> None:
        value = source(before, names, values)
        if value is None:
            raise InvalidRequestError(
                "the provided expression refers to an attribute that is not there"
            )
        after[names[path]] = value

    return path, act


def _remove(tokens: _Tokens) -> tuple[str, Action]:
    path = _path(tokens)
    return path, lambda _, after, names, __: (after.pop(names[path], None), None)[1]


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """``#partition = :value``, and perhaps a sign and bounds for the sort key."""

    partition: str
    value: str
    sort: str | None = None
    sign: str = ""
    bounds: tuple[str, ...] = ()


@lru_cache(maxsize=512)
def key_condition(text: str) -> KeyCondition:
    """Return a key condition in its parts; names and values are still placeholders.

    The forms that there are: ``#p = :v`` and ``#p = :v AND #s <sign> :w`` or ``BETWEEN``.
    """
    words = [word for word in _Tokens.split(text) if word not in "()"]
    # The kinds of words tell one form from another: a name, a value, or the word itself.
    match [word[0] if word[0] in "#:" else word for word in words]:
        case ["#", "=", ":"]:
            return KeyCondition(words[0], words[2])
        case ["#", "=", ":", "AND", "#", "BETWEEN", ":", "AND", ":"]:
            return KeyCondition(words[0], words[2], words[4], "BETWEEN", (words[6], words[8]))
        case ["#", "=", ":", "AND", "#", sign, ":"] if sign in SORT_SIGNS:
            return KeyCondition(words[0], words[2], words[4], sign, (words[6],))
        case ["#", sign, ":"] if sign in COMPARISONS:
            raise InvalidRequestError("Query key condition not supported")
        case _:
            raise NotImplementedError(f"key condition {text!r} is not in this model")


@lru_cache(maxsize=512)
def projection(text: str) -> tuple[str, ...]:
    """Return the placeholders of a projection."""
    return tuple(word for word in _Tokens.split(text) if word != ",")
