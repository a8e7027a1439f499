"""What can go wrong with a book. A refused order is none of these: it is an answer."""


class CommandError(ValueError):
    """A command that is none: a field is missing, of another type, or impossible.

    Nothing of it entered the book. ``position`` is its place in the batch that was given.
    """

    def __init__(self, position: int, detail: str) -> None:
        super().__init__(f"command {position} of the batch: {detail}")
        self.position, self.detail = position, detail


class JournalCorruptError(Exception):
    """A record that does not follow from the records before it. The book stays as it was."""

    def __init__(self, stream: str, sequence: int, detail: str) -> None:
        super().__init__(f"{stream} record {sequence}: {detail}")
        self.stream, self.sequence, self.detail = stream, sequence, detail


class NotUndoableError(RuntimeError):
    """Only the latest decision can be undone, once, and only until it is confirmed."""


class MismatchError(Exception):
    """The record does not follow from the state; the text says how."""
