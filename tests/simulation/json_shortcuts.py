"""Shorter ways through json to the same texts and values, for millions of them.

As in ``shortcuts``: what is left out is what json makes anew for each text, and a test compares.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from json import encoder
from typing import Any, Final
from unittest.mock import patch

Writer = Callable[[Any, int], tuple[str, ...]]

WRITER: Final = "simulated_writer"
"""Where an encoder keeps what writes for it; by itself json makes one for each text."""


def _writer_of(one: json.JSONEncoder) -> Writer:
    """Return what ``JSONEncoder.iterencode`` makes to write a whole text without indentation."""
    make = vars(encoder)["c_make_encoder"]
    ascii_only = one.ensure_ascii
    text_of = encoder.encode_basestring_ascii if ascii_only else encoder.encode_basestring
    writer: Writer = make(
        # A writer is used again, so what it has seen must not stay: it looks for no circles.
        None,
        one.default,
        text_of,
        None,
        one.key_separator,
        one.item_separator,
        one.sort_keys,
        one.skipkeys,
        one.allow_nan,
    )
    return writer


def _encode(original: Callable[..., str]) -> Callable[..., str]:
    def encoded(one: json.JSONEncoder, value: Any) -> str:
        """Return a value's text; a circle is a ``RecursionError`` here."""
        kept = vars(one)
        if kept["indent"] is not None:
            return original(one, value)
        writer: Writer | None = kept.get(WRITER)
        if writer is None:
            writer = kept[WRITER] = _writer_of(one)
        return "".join(writer(value, 0))

    return encoded


def _decode(original: Callable[..., Any]) -> Callable[..., Any]:
    def decoded(one: Any, text: str) -> Any:
        try:
            value, end = one.scan_once(text, 0)
        except StopIteration:
            return original(one, text)
        return value if end == len(text) else original(one, text)

    return decoded


def take(stack: ExitStack) -> None:
    """Take the shortcuts until the stack is closed."""
    encode, decode = _encode(json.JSONEncoder.encode), _decode(json.JSONDecoder.decode)
    stack.enter_context(patch.object(json.JSONEncoder, "encode", encode))
    stack.enter_context(patch.object(json.JSONDecoder, "decode", decode))
