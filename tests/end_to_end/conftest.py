"""A venue as a user has it: the real app, deployed to a local cloud of this session's own."""

import itertools
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from infra_cdk import local
from infra_cdk.local.keys import credentials_file
from zerodesk.orders import OrderType, Side, TimeInForce
from zerodesk_client.api import Client, NewMarket, NewOrder, Order

names = itertools.count(1)


@dataclass
class Venue:
    """The deployed venue: its operator, and accounts as they are asked for."""

    endpoint: local.Endpoint
    operator_key: str
    operator: Client

    def account(self, **funds: str) -> tuple[str, str]:
        """Open a fresh account with deposits; return its id and its key."""
        account_id = f"trader-{next(names)}"
        self.operator.create_account(account_id, account_id)
        for currency, amount in funds.items():
            self.operator.deposit(account_id, f"first-{currency}", currency, Decimal(amount))
        return account_id, self.operator.create_key(account_id).api_key

    def trader(self, **funds: str) -> Client:
        """Return the client of a fresh account."""
        return self.client(self.account(**funds)[1])

    def client(self, key: str) -> Client:
        """Return the client of a key."""
        return self.operator.with_key(key)

    def market(self, **changes: Any) -> str:
        """List a fresh market and return its symbol."""
        number = next(names)
        symbol = f"BTC{number}-USD"
        terms: dict[str, Any] = {
            "symbol": symbol,
            "base": f"BTC{number}",
            "quote": "USD",
            "tick_size": Decimal("0.01"),
            "lot_size": Decimal(1),
            "min_notional": Decimal(10),
            "max_quantity": Decimal(10_000),
            "maker_bps": 2,
            "taker_bps": 5,
            "collar_bps": 500,
            "reference_price": Decimal(100),
        }
        self.operator.list_market(NewMarket(**(terms | changes)))
        return symbol

    def http(self, key: str | None) -> httpx.Client:
        """Return a bare HTTP client, for requests that the typed one would never send."""
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.Client(base_url=self.endpoint.api_url, headers=headers, timeout=15)


def an_order(
    symbol: str, side: Side, quantity: str, price: str | None = None, **more: Any
) -> NewOrder:
    """Return an order with a name of its own; without a price a market order."""
    terms: dict[str, Any] = {
        "client_order_id": f"order-{next(names)}",
        "symbol": symbol,
        "side": side,
        "quantity": Decimal(quantity),
        "price": None if price is None else Decimal(price),
        "type": OrderType.LIMIT if price else OrderType.MARKET,
        "time_in_force": TimeInForce.GTC if price else TimeInForce.IOC,
    }
    return NewOrder(**(terms | more))


@pytest.fixture(scope="session")
def venue(tmp_path_factory: pytest.TempPathFactory, venue_port: int) -> Iterator[Venue]:
    """Start a local cloud with a port and a state of its own and deploy the app to it."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it outlives whoever starts it
        patch.setenv("ZERODESK_PORT", str(venue_port))
        patch.setenv("ZERODESK_STATE", str(tmp_path_factory.mktemp("venue")))
        try:
            endpoint = local.up(lambda _: None)
            key = json.loads(credentials_file().read_text())["operator"]
            with Client(endpoint.api_url, key) as operator:
                yield Venue(endpoint, key, operator)
        finally:
            local.down(lambda _: None)


__all__ = ["Order", "Venue", "an_order", "venue"]
