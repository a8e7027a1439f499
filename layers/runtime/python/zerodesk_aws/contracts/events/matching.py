"""``zerodesk.matching``: what a book's records traded, took over and paid."""

from pydantic import Field

from zerodesk_aws.contracts.events.book import OfBook
from zerodesk_aws.contracts.fields import AccountId, Contract, OrderId, SideField, Symbol


class TradeFacts(Contract):
    """A trade: who sold what to whom, at what price, and what it cost them.

    In an auction both orders rested, and the buyer's is told as the taker's.
    """

    command_id: str
    auction_id: str | None = None
    trade_id: str
    price_ticks: int
    quantity_lots: int
    maker_order_id: OrderId
    maker_account_id: AccountId
    maker_fee_minor: int
    taker_order_id: OrderId
    taker_account_id: AccountId
    taker_fee_minor: int
    taker_side: SideField
    executed_at_ms: int


class TradesExecuted(OfBook):
    """The trades of one record of a book."""

    trades: list[TradeFacts]


class PositionsDeleveraged(OfBook):
    """A position was taken over at a price, past the queue, by those on its other side.

    ``side`` is what its account did; ``taken`` has who gave up how many lots, in the order of the
    ranking.
    """

    command_id: OrderId
    account_id: AccountId
    side: SideField
    price_ticks: int
    quantity_lots: int
    taken: list[list[str | int]]
    executed_at_ms: int


class SettlementWanted(Contract):
    """A batch held only repeats; whoever decided them may not have lived to tell."""

    symbol: Symbol


class FundingPaid(OfBook):
    """An account paid or was paid for a funding time, on what it had open."""

    command_id: str
    account_id: AccountId
    funding_at_ms: int
    rate_millionths: int
    mark_price_ticks: int
    quantity_lots: int = Field(description="Long is positive, short negative.")
    amount_minor: int = Field(description="What it received; negative is what it paid.")
