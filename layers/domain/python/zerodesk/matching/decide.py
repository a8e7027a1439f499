"""A batch of commands becomes the draft of one record."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from zerodesk.matching import control
from zerodesk.matching.draft import Draft
from zerodesk.matching.errors import CommandError
from zerodesk.matching.memory import LATE, REPEAT, admission
from zerodesk.matching.place import place, reject, work
from zerodesk.matching.shapes import fault_of
from zerodesk.matching.state import BookState
from zerodesk.orders import COMMAND_BOUND_MS, Command
from zerodesk.rejections import Rejection, RejectionCode

MAX_COMMANDS_PER_RECORD: Final = 500
"""Together with the bound on fills this keeps a record's item below 350 KB."""

DECISIONS: Final[dict[str, Callable[[BookState, Draft, Any], None]]] = {
    "place": place,
    "cancel": control.cancel,
    "index": control.index,
    "list": control.list_market,
    "set_state": control.set_state,
}
HOT: Final = frozenset({"place", "cancel"})


def draft_batch(state: BookState, draft: Draft, commands: Sequence[Command]) -> int:
    """Decide as many commands as fit the record; returns how many.

    A taker that the record before left unfinished comes first, and nothing else enters until it
    is through.

    Raises
    ------
    CommandError
        The command at its ``position`` is none. The draft must be rolled back.
    """
    if state.continuing is not None:
        draft.touch(state.continuing)
        work(state, draft, state.continuing)
    consumed = 0
    for command in commands:
        # A taker that has to be continued has used up the fills.
        if draft.fills >= draft.max_fills or len(draft.commands) >= MAX_COMMANDS_PER_RECORD:
            break
        try:
            _take(state, draft, command)
        except (AttributeError, KeyError, TypeError) as error:
            # Orders and cancels are read as if they were sound: looking at each field of each of
            # them first would cost nearly a fifth of the whole.
            fault = fault_of(command)
            if fault is None:
                raise
            raise CommandError(consumed, fault) from error
        except CommandError as error:
            raise CommandError(consumed, error.detail) from error
        consumed += 1
    return consumed


def _take(state: BookState, draft: Draft, command: Command) -> None:
    """Decide one command; a repeat without effect leaves no trace, not even its time."""
    if command["symbol"] != state.symbol:
        raise CommandError(0, f"{command['symbol']} in the book of {state.symbol}")
    kind = command["kind"]
    decision = DECISIONS[kind]
    accepted_at_ms = command["accepted_at_ms"]
    admitted, time_ms = admission(state.memory, state.orders, command, state.time_ms)
    if type(accepted_at_ms) is not int or type(time_ms) is not int:
        raise TypeError
    if accepted_at_ms > time_ms + COMMAND_BOUND_MS:
        # Its id would have to be remembered for longer than any bound.
        raise CommandError(0, f"accepted at {accepted_at_ms} ms, sent by {time_ms} ms")
    if admitted == REPEAT:
        _repeat(state, draft, command, time_ms)
        return
    if (admitted == LATE or kind not in HOT) and fault_of(command) is not None:
        raise TypeError
    state.time_ms = time_ms
    draft.commands.append(command)
    if admitted == LATE:
        _refuse_late(state, draft, command)
        return
    draft.keep(state.memory, command["command_id"], accepted_at_ms)
    decision(state, draft, command)


def _repeat(state: BookState, draft: Draft, command: Command, time_ms: int) -> None:
    """Have whatever may still be held for the repeat of an order that is done released."""
    if command["kind"] == "place" and command["command_id"] not in state.orders:
        state.time_ms = time_ms
        draft.commands.append(command)
        draft.keep(state.memory, command["command_id"], command["accepted_at_ms"])
        draft.release(command["account_id"], command["command_id"])


def _refuse_late(state: BookState, draft: Draft, command: Command) -> None:
    rejection = Rejection(
        RejectionCode.MATCHING_EXPIRED,
        f"accepted at {command['accepted_at_ms']} ms, more than {COMMAND_BOUND_MS} ms before "
        f"{state.time_ms} ms",
    )
    if command["kind"] == "place":
        reject(state, draft, command, rejection)
    else:
        control.refuse(draft, command, rejection.code, rejection.detail)
