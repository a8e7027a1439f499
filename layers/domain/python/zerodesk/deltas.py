"""States of an account told as changes: what a record need not repeat, it need not pay for.

A record of an account says the state after it whole, or as the change from the record before. The
state of a hundred open orders is many units of writing; the change of one of them is one.
"""

from collections.abc import Callable
from typing import Any, Final

from zerodesk.codec import EncodedBody

WHOLE_EVERY: Final = 24
"""Records of which at least one says the state whole: so many are read at most for one state."""

UNIT_BYTES: Final = 1_024
HEAD_BYTES: Final = 400
"""What an item of the journal has beside its body, rounded up: names, hashes, place, time."""

LONG_TEXT_BYTES: Final = 3 * UNIT_BYTES
"""More JSON than fits a unit: it would have to be a fifth of its size, where it becomes a third."""

MANY_HOLDS: Final = 12
"""More than these are so much JSON: a hold has its order's command, some 300 bytes."""

State = dict[str, Any]
Body = dict[str, Any]


def delta(before: State, after: State) -> dict[str, Any]:
    """Return what makes ``after`` of ``before``: values put, names dropped, changes further in.

    Examples
    --------
    >>> delta({"a": 1, "b": {"c": 2, "d": 3}}, {"a": 1, "b": {"c": 4}})
    {'in': {'b': {'put': {'c': 4}, 'drop': ['d']}}}
    """
    put: dict[str, Any] = {}
    inner: dict[str, Any] = {}
    for name, value in after.items():
        if name not in before:
            put[name] = value
        elif before[name] != value:
            if isinstance(value, dict) and isinstance(before[name], dict):
                inner[name] = delta(before[name], value)
            else:
                put[name] = value
    drop = sorted(before.keys() - after.keys())
    told = {"put": put, "drop": drop, "in": inner}
    return {kind: change for kind, change in told.items() if change}


def patched(before: State, change: dict[str, Any]) -> State:
    """Return the state that a change makes of another, which stays as it is.

    Examples
    --------
    >>> patched({"a": 1, "b": {"c": 2, "d": 3}}, {"in": {"b": {"put": {"c": 4}, "drop": ["d"]}}})
    {'a': 1, 'b': {'c': 4}}
    """
    after = dict(before)
    for name in change.get("drop", ()):
        after.pop(name, None)
    after.update(change.get("put", {}))
    for name, inner in change.get("in", {}).items():
        after[name] = patched(before[name], inner)
    return after


def changed_names(body: Body, part: str) -> set[str] | None:
    """Return which names of a part of the state a record changes; None where it says all of them.

    Examples
    --------
    >>> change = {"in": {"holds": {"put": {"a": 1}, "drop": ["b"]}}}
    >>> sorted(changed_names({"delta": change}, "holds"))
    ['a', 'b']
    """
    change = body.get("delta")
    if change is None or part in change.get("put", ()) or part in change.get("drop", ()):
        return None
    inner = change.get("in", {}).get(part, {})
    return {*inner.get("put", ()), *inner.get("drop", ()), *inner.get("in", ())}


def state_after(before: State | None, body: Body) -> State:
    """Return the state after a record, whole; ``before`` counts only where the record needs it.

    Raises
    ------
    ValueError
        The record tells a change, and there is nothing that it changes.
    """
    if "delta" not in body:
        state: State = body["state"]
        return state
    if before is None:
        raise ValueError("a change of a state that is not known")
    return patched(before, body["delta"])


def told_as_change(
    body: Body, before: Callable[[], State], *, sequence: int, whole_at: int
) -> EncodedBody:
    """Return a record's body, encoded, with its state told in whichever way costs fewer units.

    Parameters
    ----------
    body
        The record, its state whole.
    before
        Gives the state after the record before. It is asked where a change would cost less.
    sequence
        Where the record is to stand.
    whole_at
        The last record that says the state whole; a record that does not names it.
    """
    whole = EncodedBody.of(body)
    is_long = len(body["state"]["holds"]) > MANY_HOLDS or len(whole.text) > LONG_TEXT_BYTES
    if not whole_at or sequence - whole_at >= WHOLE_EVERY or not (is_long or _units(whole) > 1):
        return whole
    standing = before()
    change = delta(standing, body["state"])
    assert patched(standing, change) == body["state"], "a change leads to the state that it is of"
    told = {name: value for name, value in body.items() if name != "state"}
    short = EncodedBody.of(told | {"delta": change, "whole_at": whole_at})
    units = _units(short)
    # Beside a change of one unit, a long state need not be encoded to know which is less.
    return short if (is_long and units == 1) or units < _units(whole) else whole


def _units(encoded: EncodedBody) -> int:
    return -(-(HEAD_BYTES + len(encoded.data)) // UNIT_BYTES)
