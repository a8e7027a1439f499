"""Isolated positions as the API shows them."""

from zerodesk.liquidations import Liquidation
from zerodesk.money import format_minor
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account
from zerodesk_aws.contracts.margin_status import IsolatedMargin, LiquidationView


def isolated_view(account: Account, symbol: str, currency: str) -> IsolatedMargin:
    """Return what an account has set aside for a position; of one that is not isolated, nothing."""
    pot = account.state.isolated.get(symbol)
    return IsolatedMargin(
        symbol=symbol,
        is_isolated=pot is not None,
        currency=currency,
        margin=format_minor(0 if pot is None else pot.minor, currency),
        moves=0 if pot is None else pot.moves,
        liquidation=None if pot is None else liquidation_view(pot.liquidation),
        account_sequence=account.sequence,
    )


def liquidation_view(found: Liquidation | None) -> LiquidationView | None:
    """Return how far a liquidation has come."""
    if found is None:
        return None
    return LiquidationView(number=found.number, since=iso_ms(found.began_at_ms), steps=found.steps)
