"""The names of the journal's streams."""


def book_stream(symbol: str) -> str:
    """Return the name of a book's stream."""
    return f"book#{symbol}"


def account_stream(account_id: str) -> str:
    """Return the name of an account's stream."""
    return f"account#{account_id}"
