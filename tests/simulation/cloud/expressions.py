"""DynamoDB's expressions, as far as this code base writes them. What else is asked is refused.

An expression is compiled once; names and values come with each request.
"""

import operator
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

Value = dict[str, Any]
Item = dict[str, Value]
Names = dict[str, str]
Values = dict[str, Value]
Condition = Callable[[Item, Names, Values], bool]
Operand = Callable[[Item, Names, Values], Value | None]
Action = Callable[[Item, Item, Names, Values], None]

TOKEN: Final = re.compile(r"\s*([#:]?[A-Za-z0-9_.]+|<=|>=|<>|[<>=(),+-])")
MAX_DIGITS: Final = 38
COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class ExpressionError(ValueError):
    """An expression that DynamoDB, or this model of it, does not take."""


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
        self._words = self._split(text)
        self._next = 0

    @staticmethod
    def _split(text: str) -> list[str]:
        words, at = [], 0
        text = text.rstrip()
        while at < len(text):
            found = TOKEN.match(text, at)
            if found is None:
                raise ExpressionError(f"not understood: {text[at:]!r}")
            words.append(found[1])
            at = found.end()
        return words

    def peek(self) -> str:
        return self._words[self._next] if self._next < len(self._words) else ""

    def take(self, expected: str | None = None) -> str:
        word = self.peek()
        if not word or (expected is not None and word != expected):
            raise ExpressionError(f"{expected or 'more'} expected, found {word!r}")
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


def _name(word: str, names: Names) -> str:
    if not word.startswith("#"):
        return word
    try:
        return names[word]
    except KeyError:
        raise ExpressionError(f"name {word} is not given") from None


def _operand(tokens: _Tokens) -> Operand:
    word = tokens.take()
    if word.startswith(":"):
        return lambda _, __, values: values[word]
    if word == "if_not_exists":
        return _if_not_exists(tokens)
    if word in ("(", ")", ",", "=", "<", ">", "+", "-", "size"):
        raise ExpressionError(f"an operand expected, found {word!r}")
    return lambda item, names, _: item.get(_name(word, names))


def _if_not_exists(tokens: _Tokens) -> Operand:
    found = [_operand(tokens) for _ in tokens.arguments()]
    path, default = found

    def either(item: Item, names: Names, values: Values) -> Value | None:
        standing = path(item, names, values)
        return default(item, names, values) if standing is None else standing

    return either


def _compared(one: Value | None, other: Value | None, sign: str) -> bool:
    if one is None or other is None:
        return sign == "<>" and one is not other
    (kind, left), (other_kind, right) = comparable(one), comparable(other)
    if kind != other_kind:
        return sign == "<>"
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
        return lambda i, n, v: any(
            _compared(left(i, n, v), choice(i, n, v), "=") for choice in choices
        )
    if sign not in COMPARISONS:
        raise ExpressionError(f"a comparison expected, found {sign!r}")
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
        (path,) = [_operand(tokens) for _ in tokens.arguments()]
        expected = word == "attribute_exists"
        return lambda i, n, v: (path(i, n, v) is not None) == expected
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
        raise ExpressionError(f"not understood: {tokens.peek()!r}")


@lru_cache(maxsize=512)
def condition(text: str) -> Condition:
    """Return a condition expression as a function of (item, names, values)."""
    tokens = _Tokens(text)
    compiled = _either(tokens)
    _whole(tokens)
    return compiled


@lru_cache(maxsize=512)
def update(text: str) -> tuple[Action, ...]:
    """Return an update expression as functions of (item before, item after, names, values)."""
    tokens = _Tokens(text)
    actions: list[Action] = []
    while tokens.peek():
        match tokens.take():
            case "SET":
                actions += _clauses(tokens, _set)
            case "REMOVE":
                actions += _clauses(tokens, _remove)
            case other:
                raise ExpressionError(f"SET or REMOVE expected, found {other!r}")
    return tuple(actions)


def _clauses(tokens: _Tokens, clause: Callable[[_Tokens], Action]) -> list[Action]:
    found = [clause(tokens)]
    while tokens.has(","):
        found.append(clause(tokens))
    return found


def _set(tokens: _Tokens) -> Action:
    path = tokens.take()
    tokens.take("=")
    source = _operand(tokens)

    def act(before: Item, after: Item, names: Names, values: Values) -> None:
        value = source(before, names, values)
        if value is None:
            raise ExpressionError(
                "the provided expression refers to an attribute that is not there"
            )
        after[_name(path, names)] = value

    return act


def _remove(tokens: _Tokens) -> Action:
    path = tokens.take()
    return lambda _, after, names, __: (after.pop(_name(path, names), None), None)[1]


@lru_cache(maxsize=512)
def key_condition(text: str) -> tuple[str, str, tuple[str, tuple[str, ...]] | None]:
    """Return (name and value of the partition, (sign, values) on the sort key or None).

    The forms that there are: ``#p = :v`` and ``#p = :v AND #s <sign> :w`` or ``BETWEEN``.
    """
    words = [word for word in _Tokens(text)._words if word not in "()"]
    if len(words) < 3 or words[1] != "=":
        raise ExpressionError(f"key condition {text!r}")
    partition, value, rest = words[0], words[2], words[3:]
    if not rest:
        return partition, value, None
    match rest:
        case ["AND", _, "BETWEEN", low, "AND", high]:
            return partition, value, ("BETWEEN", (low, high))
        case ["AND", _, ("=" | "<" | "<=" | ">" | ">=") as sign, bound]:
            return partition, value, (sign, (bound,))
        case _:
            raise ExpressionError(f"key condition {text!r}")
