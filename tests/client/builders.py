"""Builders that name only what a test is about."""

from decimal import Decimal
from pathlib import Path

from tests.client.fake_venue import FakeVenue
from zerodesk.orders import OrderType, Side, TimeInForce
from zerodesk_client.api import Client, NewMarket, NewOrder

SAMPLE = Path(__file__).parents[1] / "data" / "sample_trades.csv"
SAMPLE_QUOTES = SAMPLE.with_name("sample_quotes.csv")


def a_market(symbol: str = "BTC-USD", *, collar_bps: int = 500) -> NewMarket:
    base, quote = symbol.split("-")
    return NewMarket(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_size=Decimal("0.01"),
        lot_size=Decimal("0.0001"),
        min_notional=Decimal(1),
        max_quantity=Decimal(100),
        maker_bps=2,
        taker_bps=5,
        collar_bps=collar_bps,
        reference_price=Decimal("100.00"),
    )


def an_order(
    client_order_id: str = "first",
    *,
    side: Side = Side.BUY,
    price: str | None = "100.00",
    quantity: str = "1",
    post_only: bool = False,
    time_in_force: TimeInForce = TimeInForce.GTC,
) -> NewOrder:
    return NewOrder(
        client_order_id=client_order_id,
        symbol="BTC-USD",
        side=side,
        quantity=Decimal(quantity),
        price=None if price is None else Decimal(price),
        type=OrderType.MARKET if price is None else OrderType.LIMIT,
        time_in_force=time_in_force,
        post_only=post_only,
    )


def a_trader(operator: Client, account_id: str, *, usd: str = "10000", btc: str = "100") -> Client:
    """Open and fund an account on a venue that lists BTC-USD, and return a client with its key."""
    operator.list_market(a_market())
    operator.create_account(account_id, account_id)
    operator.deposit(account_id, "opening-usd", "USD", Decimal(usd))
    operator.deposit(account_id, "opening-btc", "BTC", Decimal(btc))
    return operator.with_key(operator.create_key(account_id).api_key)


def total_of(venue: FakeVenue, currency: str) -> Decimal:
    """Return what all accounts and the fees of all books have of a currency."""
    accounts = [amount for (_, unit), amount in venue.balances.items() if unit == currency]
    fees = [m.fees for m in venue.markets.values() if m.listing["quote"] == currency]
    return sum(accounts + fees, Decimal(0))
