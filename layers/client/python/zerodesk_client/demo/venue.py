"""What the demo trades on: two markets, and accounts with money and keys. Made once, kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Final

from zerodesk_client.api import ApiProblem, Balances, Client, Market, NewMarket
from zerodesk_client.local_state import read_credentials, remember_key

USER: Final = "demo"
"""The account that is left to the user: the ``curl`` lines and the CLI use it."""
MAKER_BPS: Final = 2
TAKER_BPS: Final = 5
COLLAR_BPS: Final = 500

MARKETS: Final = tuple(
    NewMarket(
        symbol=f"{base}-USD",
        base=base,
        quote="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(lot_size),
        min_notional=Decimal(1),
        max_quantity=Decimal(max_quantity),
        maker_bps=MAKER_BPS,
        taker_bps=TAKER_BPS,
        collar_bps=COLLAR_BPS,
        reference_price=Decimal(reference_price),
    )
    for base, lot_size, max_quantity, reference_price in (
        ("BTC", "0.0001", 100, 60_000),
        ("ETH", "0.001", 1_000, 3_000),
    )
)

FUNDING: Final[Mapping[str, Mapping[str, Decimal]]] = {
    USER: {"USD": Decimal(1_000_000), "BTC": Decimal(10), "ETH": Decimal(100)},
    "participant": {"USD": Decimal(50_000_000), "BTC": Decimal(500), "ETH": Decimal(10_000)},
}
"""Deposits per account, once. Enough that a simulated participant never runs dry."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo and a client with its key."""

    account_id: str
    api_key: str
    client: Client


class OtherTermsError(Exception):
    """A market of the demo's name is listed with other terms than the demo trades by."""


def list_markets(operator: Client) -> tuple[Market, ...]:
    """List the demo's markets, or return them as they are listed.

    Raises
    ------
    OtherTermsError
        Somebody listed one of them with terms of their own.
    """
    return tuple(_listed(operator, listing) for listing in MARKETS)


def _listed(operator: Client, listing: NewMarket) -> Market:
    try:
        return operator.list_market(listing)
    except ApiProblem as problem:
        if problem.status != HTTPStatus.CONFLICT:
            raise
        raise OtherTermsError(f"{listing.symbol} is listed here with other terms") from problem


def open_account(operator: Client, folder: Path, account_id: str) -> DemoAccount:
    """Open and fund an account and have a key for it; what is there already is kept.

    Keys are kept in the state folder's ``credentials.json``.
    """
    funding = FUNDING.get(account_id, FUNDING["participant"])
    api_key = read_credentials(folder).accounts.get(account_id)
    balances = None if api_key is None else _balances(operator.with_key(api_key), account_id)
    if balances is None or set(funding) - {row.currency for row in balances.balances}:
        operator.create_account(account_id, f"demo: {account_id}")
        for currency, amount in funding.items():
            operator.deposit(account_id, f"demo-funding-{currency}", currency, amount)
    if api_key is None or balances is None:
        api_key = operator.create_key(account_id).api_key
        remember_key(folder, account_id, api_key)
    return DemoAccount(account_id, api_key, operator.with_key(api_key))


def _balances(client: Client, account_id: str) -> Balances | None:
    """Return the balances, or None if the key is not this account's: a cloud may be made anew."""
    try:
        balances = client.balances()
    except ApiProblem as problem:
        if problem.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return None
        raise
    return balances if balances.account_id == account_id else None
