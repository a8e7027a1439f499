"""A batch of commands becomes the draft of one record."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from zerodesk.matching import (
    amend,
    auctions,
    cancel_all,
    clearing,
    control,
    deleveraging,
    funding,
    settling,
)
from zerodesk.matching.draft import Draft
from zerodesk.matching.entering import work
from zerodesk.matching.errors import CommandError
from zerodesk.matching.leading import know, look, release
from zerodesk.matching.memory import LATE, REPEAT, admission
from zerodesk.matching.place import place, reject
from zerodesk.matching.record import expire_due
from zerodesk.matching.staleness import stop_if_stale
from zerodesk.matching.state import BookState
from zerodesk.matching.triggers import run_triggered
from zerodesk.orders import COMMAND_BOUND_MS
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.rows import ROWS, Entry, command_entry

if TYPE_CHECKING:
    from zerodesk.commands import Command

MAX_COMMANDS_PER_RECORD: Final = 500
"""Together with the bound on fills this keeps a record's item below 350 KB."""

HOT: Final = frozenset(("place", "cancel"))
"""Read as if they were sound, see ``draft_batch``; they keep their commands themselves. While the
market is not just open, they are looked at as all others are."""

DECISIONS: Final[dict[str, Callable[[BookState, Draft, Any], None]]] = {
    "place": place,
    "cancel": control.cancel,
    "amend": amend.amend,
    "cancel_all": cancel_all.cancel_all,
    "index": control.index,
    "list": control.list_market,
    "change": control.change_market,
    "set_state": control.set_state,
    "end_auction": control.end_auction,
    "expire": control.look_at_the_time,
    "fund": control.fund,
    "settle": control.settle,
    "deleverage": deleveraging.deleverage,
}


def draft_batch(  # noqa: C901 - the hot loop, flat
    state: BookState, draft: Draft, commands: Sequence["Command"]
) -> int:
    """Decide as many commands as fit the record; returns how many.

    What the record before left unfinished comes first, a taker, an uncrossing, a cancel of many, a
    clearing, a funding or the end of an option, and what it triggered; nothing else enters until
    all of it is through.

    Raises
    ------
    CommandError
        The command at its ``position`` is none. The draft must be rolled back.
    """
    _go_on(state, draft)
    known, resting, symbol = state.memory.since_ms, state.orders, state.symbol
    consumed, max_fills = 0, draft.max_fills
    earliest_ms, latest_ms = -COMMAND_BOUND_MS, COMMAND_BOUND_MS
    added = draft.added
    command: Any
    for command in commands[:MAX_COMMANDS_PER_RECORD]:
        # What has to be continued has used up the fills.
        if draft.fills >= max_fills:
            break
        try:
            kind, command_id = command["kind"], command["command_id"]
            accepted_at_ms = command["accepted_at_ms"]
            sent_at_ms = command.get("sent_at_ms", accepted_at_ms)
            time_ms = sent_at_ms if sent_at_ms > state.time_ms else state.time_ms
            # Most are orders and cancels, new and in time, which shows at a glance.
            if (
                kind in HOT
                and state.is_plain
                and time_ms <= state.stale_at_ms
                and command["symbol"] == symbol
                and command_id not in known
                and command_id not in resting
                and type(accepted_at_ms) is int
                and type(time_ms) is int
                and earliest_ms <= accepted_at_ms - time_ms <= latest_ms
            ):
                state.time_ms = time_ms
                if state.expiries and not expire_due(state, draft, command_id):
                    break
                known[command_id] = accepted_at_ms
                added.append(command_id)
                if kind == "place":
                    place(state, draft, command)
                else:
                    control.cancel(state, draft, command)
            elif not (_is_ready(state, draft, time_ms) and _take(state, draft, command)):
                break
        except (AttributeError, KeyError, TypeError, CommandError) as error:
            raise _command_error(error, command, consumed) from error
        if state.prices_ticks is not None:
            run_triggered(state, draft)
        consumed += 1
    return consumed


def _go_on(state: BookState, draft: Draft) -> None:
    """Go on with what the record before left unfinished."""
    taker = state.continuing
    if taker is not None:
        draft.touch(taker)
        state.continuing = None
        work(state, draft, taker)
    elif state.uncrossing is not None:
        draft.note_terms(state)
        ending_id = state.uncrossing.command_id
        auctions.go_on(state, draft)
        stop_if_stale(state, draft, ending_id)
    elif state.clearing or state.settling is not None:
        draft.note_terms(state)
        clearing.go_on(state, draft)
        settling.go_on(state, draft)
    elif state.cancelling is not None:
        draft.note_terms(state)
        cancel_all.go_on(state, draft)
    elif state.funding is not None:
        draft.note_terms(state)
        funding.go_on(state, draft)
    if taker is not None:
        look(state, draft, taker)
    if state.prices_ticks is not None:
        run_triggered(state, draft)


def _is_ready(state: BookState, draft: Draft, time_ms: int) -> bool:
    """End an auction whose time is up; whether there is room for another command behind that."""
    if auctions.is_due(state, time_ms):
        if not _take(state, draft, auctions.ending(state, time_ms)):
            return False
        if state.prices_ticks is not None:
            run_triggered(state, draft)
    return draft.fills < draft.max_fills


def _command_error(error: Exception, command: "Command", position: int) -> CommandError:
    """Return what is wrong with a command that could not be decided; a defect goes on as it is.

    Orders and cancels are read as if they were sound: looking at each field of each of them
    first would cost nearly a fifth of the whole.
    """
    if isinstance(error, CommandError):
        return CommandError(position, error.detail)
    fault = _fault_of(command)
    if fault is None:
        raise error
    return CommandError(position, fault)


def _fault_of(command: Any) -> str | None:
    """Return what keeps a value from being a command, None for a sound one."""
    # Here: orders in a market that is open do without the shapes of all that there are.
    from zerodesk.matching.shapes import fault_of

    return fault_of(command)


def _take(state: BookState, draft: Draft, command: "Command") -> bool:
    """Decide a command of any kind; False if the record has no room for it.

    A repeat without effect leaves no trace, not even its time.
    """
    decision = DECISIONS[command["kind"]]
    draft.note_terms(state)
    admitted, time_ms = _admission(state, command)
    if admitted == REPEAT and not _is_done(state, command):
        return True
    state.time_ms = time_ms
    if state.expiries and not expire_due(state, draft, command["command_id"]):
        return False
    if command["kind"] != "index":
        stop_if_stale(state, draft, command["command_id"])
    if admitted == REPEAT:
        _release_again(state, draft, command)
    elif admitted == LATE:
        _refuse_late(state, draft, command)
    else:
        if command["kind"] not in HOT:
            draft.commands.append(command)
        draft.keep(state.memory, command["command_id"], command["accepted_at_ms"])
        decision(state, draft, command)
    return True


def _admission(state: BookState, command: "Command") -> tuple[str, int]:
    """Return what a command is to the book, and record time with it in, once it is sound."""
    if command["symbol"] != state.symbol:
        raise CommandError(0, f"{command['symbol']} in the book of {state.symbol}")
    accepted_at_ms = command["accepted_at_ms"]
    admitted, time_ms = admission(state.memory, state.orders, command, state.time_ms)
    if type(accepted_at_ms) is not int or type(time_ms) is not int:
        raise TypeError
    if accepted_at_ms > time_ms + COMMAND_BOUND_MS:
        # Its id would have to be remembered for longer than any bound.
        raise CommandError(0, f"accepted at {accepted_at_ms} ms, sent by {time_ms} ms")
    if admitted != REPEAT and _fault_of(command) is not None:
        raise TypeError
    return admitted, time_ms


def _is_done(state: BookState, command: "Command") -> bool:
    """Whether a repeat is of what is done, for which something may still be held."""
    kind = command["kind"]
    return kind == "amend" or (kind == "place" and command["command_id"] not in state.orders)


def _release_again(state: BookState, draft: Draft, command: "Command") -> None:
    """Have whatever may still be held for the repeat of what is done released."""
    if command["kind"] == "place" or command["kind"] == "amend":
        draft.commands.append(_entry(command))
        draft.keep(state.memory, command["command_id"], command["accepted_at_ms"])
        draft.release(command["account_id"], command["command_id"])
        if command["kind"] == "place" and "then" in command:
            release(state, draft, command)
            know(state, draft, command)


def _entry(command: "Command") -> Entry:
    """Return a command as the record keeps it."""
    row_of = ROWS.get(command["kind"])
    return command if row_of is None else command_entry(command, row_of(command))


def _refuse_late(state: BookState, draft: Draft, command: "Command") -> None:
    rejection = Rejection(
        RejectionCode.MATCHING_EXPIRED,
        f"accepted at {command['accepted_at_ms']} ms, more than {COMMAND_BOUND_MS} ms before "
        f"{state.time_ms} ms",
    )
    draft.commands.append(_entry(command))
    if command["kind"] == "place":
        reject(state, draft, command, rejection)
    elif command["kind"] == "amend":
        amend.refuse(draft, command, rejection, if_pending=True)
    else:
        control.refuse(draft, command, rejection.code.value, rejection.detail)
