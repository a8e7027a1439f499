"""The command line, ``zerodesk``. One module per group of commands; ``main`` is its entry."""

from zerodesk_client.cli.app import app, main

__all__ = ["app", "main"]
