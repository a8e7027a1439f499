"""What every event of a book tells."""

from zerodesk_aws.contracts.fields import Contract, Symbol, Timestamp


class OfBook(Contract):
    """What a record of a book tells: which record, and its time."""

    symbol: Symbol
    book_sequence: int
    at: Timestamp
