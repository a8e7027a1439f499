"""``debug``: this terminal as the prompt of Python's debugger in a function of the local cloud."""

import select
import socket
import sys
import threading
from typing import Annotated, Final, TextIO

import typer

from zerodesk_client.cli.session import Session
from zerodesk_client.cli.venue import guarded, local_cloud

CHUNK_BYTES: Final = 65_536


def debug(
    context: typer.Context,
    *,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as matching.")],
    breaks: Annotated[
        list[str] | None,
        typer.Option("--break", "-b", help="A place, functions/matching/handler.py:61; or more."),
    ] = None,
    editor: Annotated[
        int | None,
        typer.Option(
            metavar="PORT", min=1_024, max=65_535, help="Let an editor attach here, by debugpy."
        ),
    ] = None,
) -> None:
    """Stop a function of the local cloud at a line, or at breakpoint(), and look around.

    From its next invocation on the function runs from the checkout, in one process without a
    time-out; what it is asked meanwhile waits. The prompt is pdb's: n, s, p NAME, c; detach goes on
    for good. With --editor the function waits instead for an editor to attach, which has the
    breakpoints. Ctrl-C ends it, and the function runs as deployed again.
    """
    session = Session.of(context)
    cloud = local_cloud()
    if editor is not None and breaks:
        raise typer.BadParameter("an editor has its own breakpoints", param_hint="--break")

    def attach() -> None:
        if editor is not None:
            with cloud.debug_in_editor(function, editor, session.notes.print):
                told = f"{function} waits for an editor on 127.0.0.1:{editor}; Ctrl-C ends"
                session.notes.print(told, markup=False)
                threading.Event().wait()
        with cloud.debug(function, breaks or []) as listener:
            where = ", ".join(breaks or ["breakpoint()"])
            session.notes.print(f"{function} stops at {where}; Ctrl-C ends", markup=False)
            _relay(listener)

    try:
        guarded(cloud, attach)
    except KeyboardInterrupt:
        session.notes.print(f"{function} runs as before", markup=False)


def _relay(listener: socket.socket) -> None:
    """Pass lines between this terminal and whichever process of the function came last."""
    process: socket.socket | None = None
    typing = True
    while typing or process is not None:
        sources: list[socket.socket | TextIO] = [listener]
        sources += [sys.stdin] if typing else []
        sources += [process] if process else []
        ready, *_ = select.select(sources, [], [])
        if listener in ready:
            process = listener.accept()[0]
        elif process is not None and process in ready:
            said = process.recv(CHUNK_BYTES)
            sys.stdout.write(said.decode(errors="replace"))
            sys.stdout.flush()
            process = process if said else None
        elif sys.stdin in ready:
            line = sys.stdin.readline()
            typing = bool(line)
            if process is not None:
                process.sendall(line.encode())
