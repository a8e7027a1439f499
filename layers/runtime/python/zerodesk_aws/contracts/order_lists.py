"""Lists of orders and of fills, as the API shows them."""

from typing import Literal

from pydantic import Field

from zerodesk_aws.contracts.fields import (
    Amount,
    Contract,
    Currency,
    OrderId,
    SideField,
    Symbol,
    Timestamp,
)
from zerodesk_aws.contracts.orders import Order
from zerodesk_aws.contracts.paging import DEFAULT_PAGE, Cursor, Limit


class ListOrders(Contract):
    """Which orders to list."""

    status: Literal["open", "closed", "all"] = Field(
        default="all", description="open: not final yet; closed: final."
    )
    symbol: Symbol | None = None
    limit: Limit = DEFAULT_PAGE
    cursor: Cursor | None = None


class OrderPage(Contract):
    """Orders, newest first. A page may be short; the list ends where next_cursor is null."""

    orders: list[Order]
    next_cursor: str | None


class ListFills(Contract):
    """Which fills to list."""

    symbol: Symbol | None = None
    order_id: OrderId | None = None
    limit: Limit = DEFAULT_PAGE
    cursor: Cursor | None = None


class Fill(Contract):
    """One side of a trade, or the end of a position in an option, as the account has it."""

    trade_id: str = Field(examples=["BTC-USD-42"])
    order_id: OrderId | None = Field(description="Null where an option ended.")
    symbol: Symbol
    side: SideField
    price: Amount
    quantity: Amount
    fee: Amount
    fee_currency: Currency
    liquidity: Literal["MAKER", "TAKER", "AUCTION", "EXPIRY", "DELEVERAGED"]
    executed_at: Timestamp


class FillPage(Contract):
    """Fills, newest first. A page may be short; the list ends where next_cursor is null."""

    fills: list[Fill]
    next_cursor: str | None
