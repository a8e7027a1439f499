"""Python's own debugger at the other end of a socket, for the process of a function.

Standard library alone: it runs where functions run. It connects when it stops for the first time,
and lets the function go on when whoever debugs is gone.
"""

import pdb  # noqa: T100 - it is what this is about
import socket
import sys
from collections.abc import Callable
from typing import Any

HOST = "127.0.0.1"


class RemoteDebugger(pdb.Pdb):
    """Stops at lines and at ``breakpoint()``, and talks to a port."""

    def __init__(self, port: int, breaks: list[tuple[str, int]]) -> None:
        self._connection = socket.create_connection((HOST, port))
        stream = self._connection.makefile("rw", encoding="utf-8", buffering=1)
        super().__init__(stdin=stream, stdout=stream, nosigint=True, readrc=False)
        self.prompt = "(debug) "
        for path, line in breaks:
            fault = self.set_break(path, line)
            if fault:
                self.message(f"{path}:{line}: {fault}")
        sys.breakpointhook = self._stop_here

    def run_handler(self, handler: Callable[[Any, Any], Any], event: Any, context: Any) -> Any:
        """Run a handler, stopping where it was asked for and nowhere else."""
        self.reset()
        self.botframe = sys._getframe()
        self.set_continue()
        if self.breaks:
            sys.settrace(self.trace_dispatch)
        try:
            return handler(event, context)
        finally:
            sys.settrace(None)

    def _stop_here(self, *_: object, **__: object) -> None:
        self.set_trace(sys._getframe().f_back)

    def do_detach(self, arg: str) -> bool:  # noqa: ARG002 - a command of pdb
        """Go on, and stop nowhere any more."""
        self.clear_all_breaks()
        self.set_continue()
        return True

    def do_quit(self, arg: str) -> bool:
        """Do as ``detach``: to leave the debugger is no reason to fail an order."""
        return self.do_detach(arg)

    do_q = do_exit = do_quit

    def do_EOF(self, arg: str) -> bool:  # noqa: N802 - pdb's name of an end of input
        """Do as ``detach``, when whoever debugs is gone."""
        return self.do_detach(arg)
