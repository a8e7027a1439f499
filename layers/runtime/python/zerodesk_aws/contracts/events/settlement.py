"""``zerodesk.settlement``: what has reached the accounts."""

from typing import Literal

from pydantic import Field

from zerodesk_aws.contracts.events.book import OfBook
from zerodesk_aws.contracts.events.matching import TradeFacts
from zerodesk_aws.contracts.fields import AccountId, Contract, Currency, Symbol


class TradeSettled(TradeFacts):
    """A trade is in both accounts."""

    symbol: Symbol
    book_sequence: int


class CurrencyBalance(Contract):
    """What an account has of a currency, in minor units."""

    available_minor: int
    held_minor: int


class PositionChanged(Contract):
    """An account was settled with a book; its balances in the book's two currencies."""

    symbol: Symbol
    account_id: AccountId
    account_sequence: int
    balances: dict[Currency, CurrencyBalance]


class OptionExercised(OfBook):
    """A position in an option that has ended: a holder's exercised, a writer's assigned, or none.

    It is told by the book; the account has it with its next record for that book.
    """

    command_id: str
    account_id: AccountId
    outcome: Literal["EXERCISED", "ASSIGNED", "EXPIRED"]
    quantity_lots: int = Field(description="Negative of a writer.")
    payoff_ticks: int
    paid_minor: int = Field(description="What the account receives, negative where it pays.")
    at_ms: int
