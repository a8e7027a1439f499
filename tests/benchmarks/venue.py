"""Markets, accounts and orders of the benchmarks that ask the API."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from infra_cdk import local
from infra_cdk.local.keys import credentials_file
from zerodesk.orders import OrderType, Side, TimeInForce
from zerodesk_client.api import Client, NewMarket, NewOrder

TIMEOUT_SECONDS: Final = 120.0
"""Of one request: on a busy machine, a function's first process takes half a minute to begin."""


def an_operator(endpoint: local.Endpoint) -> Client:
    """Return the API as the operator of a local cloud has it."""
    key = json.loads(credentials_file().read_text())["operator"]
    return Client(endpoint.api_url, key, timeout_s=TIMEOUT_SECONDS)


def a_market(symbol: str, *, price: int, lot_size: str = "1") -> NewMarket:
    """Return a market of this symbol; prices move freely around the one given."""
    base, quote = symbol.split("-")
    return NewMarket(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_size=Decimal("0.01"),
        lot_size=Decimal(lot_size),
        min_notional=Decimal(1),
        max_quantity=Decimal(1_000),
        maker_bps=2,
        taker_bps=5,
        collar_bps=500,
        reference_price=Decimal(price),
    )


def a_trader(operator: Client, account_id: str, funds: Mapping[str, int]) -> str:
    """Open an account with money, and return a key of it."""
    operator.create_account(account_id, "benchmark")
    for currency, amount in funds.items():
        operator.deposit(account_id, f"first-{currency}", currency, Decimal(amount))
    return operator.create_key(account_id).api_key


def a_limit_order(name: str, symbol: str, side: Side, quantity: str, price: str) -> NewOrder:
    """Return an order that rests if nobody takes it."""
    return NewOrder(
        client_order_id=name,
        symbol=symbol,
        side=side,
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        quantity=Decimal(quantity),
        price=Decimal(price),
    )
