"""Accounts, holds and cases for the tests of risk."""

from typing import Any

from zerodesk.accounts import AccountState, Hold
from zerodesk.commands import PlaceCommand
from zerodesk.limits import UNLIMITED, Limits
from zerodesk.orders import Side
from zerodesk.positions import FLAT, Position
from zerodesk.pricing import Collar, Quote
from zerodesk.risk import Case, Marked
from zerodesk.tiers import Tier

NOON_MS = 20_788 * 86_400_000 + 43_200_000
BTC_USD = Marked("BTC", "USD", 1, 10_000, 6_000_000, NOON_MS)
BTC_PERP = BTC_USD._replace(margin=(Tier(0, 500, 250), Tier(60_000_000, 1_000, 500)))
"""Ten lots of it are worth 60 USD, up to which 5 % are needed, and 10 % of the rest."""
FUNDED = AccountState(opened=True, available={"USD": 10**15, "BTC": 10**15})


def a_command(
    order_id: str = "o1",
    side: Side = Side.BUY,
    quantity_lots: int = 1,
    symbol: str = "BTC-USD",
    price_ticks: int = 6_000_000,
) -> PlaceCommand:
    return PlaceCommand(
        kind="place",
        command_id=order_id,
        account_id="alice",
        symbol=symbol,
        side=side.value,
        type="LIMIT",
        price_ticks=price_ticks,
        quantity_lots=quantity_lots,
        time_in_force="GTC",
        post_only=False,
        maker_bps=0,
        taker_bps=0,
        held_minor=price_ticks * quantity_lots if side is Side.BUY else quantity_lots * 10_000,
        accepted_at_ms=NOON_MS,
    )


def a_quote(side: Side = Side.BUY, quantity_lots: int = 1, price_ticks: int = 6_000_000) -> Quote:
    held_minor = price_ticks * quantity_lots if side is Side.BUY else quantity_lots * 10_000
    currency = "USD" if side is Side.BUY else "BTC"
    collar = Collar(5_700_000, 6_300_000)
    return Quote(6_000_000, collar, price_ticks, currency, held_minor, 0, 0, 0)


def a_fee(need_minor: int) -> Quote:
    """The quote of an order of a derivative, for which its fee is held."""
    return a_quote()._replace(need_minor=need_minor)


def a_case(
    state: AccountState = FUNDED,
    limits: Limits = UNLIMITED,
    *,
    side: Side = Side.BUY,
    quantity_lots: int = 1,
    symbol: str = "BTC-USD",
    **changes: Any,
) -> Case:
    case = Case(
        state=state,
        symbol=symbol,
        side=side,
        quantity_lots=quantity_lots,
        quote=a_quote(side, quantity_lots),
        at_ms=NOON_MS,
        limits=limits,
        marked={"BTC-USD": BTC_USD, "ETH-USD": BTC_USD._replace(base="ETH")},
    )
    return case._replace(**changes)


def holding(state: AccountState, *commands: PlaceCommand, filled_lots: int = 0) -> AccountState:
    holds = {
        one["command_id"]: Hold("USD", one["held_minor"], one, filled_lots) for one in commands
    }
    return state.replace(holds=state.holds | holds)


def positioned(state: AccountState, lots: int, price_ticks: int = 6_000_000) -> AccountState:
    side = Side.BUY if lots > 0 else Side.SELL
    position = FLAT.filled(side, price_ticks, abs(lots), fee_minor=0, at_ms=NOON_MS)
    return with_position(state, "BTC-USD", position)


def with_position(state: AccountState, symbol: str, position: Position) -> AccountState:
    return state.replace(positions=state.positions | {symbol: position})
