"""The trades of quotes, as the venue has them, next to those that the plain rule expects."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zerodesk.money import minor_digits, scaled, share_bps
from zerodesk.orders import Side
from zerodesk_client.api import Balances, Client, NewMarket, every
from zerodesk_client.replay.comparison import Check
from zerodesk_client.replay.participants import Participant
from zerodesk_client.replay.quote_trades import QuoteTrade

TAKER: Final = "TAKER"
NOBODY: Final = "?"


@dataclass(frozen=True, slots=True)
class Traded:
    """A trade as the venue has it: of its public list, and of the fills of both accounts."""

    taker: str
    maker: str
    taker_side: Side
    price: Decimal
    quantity: Decimal


def traded_of(
    operator: Client, symbol: str, makers: Mapping[str, Participant]
) -> tuple[Traded, ...]:
    """Return the trades of a market, the oldest first, with whose they are."""
    takers: dict[str, str] = {}
    resting: dict[str, str] = {}
    for venue, maker in makers.items():
        for fill in every(maker.client.fills, symbol=symbol):
            (takers if fill.liquidity == TAKER else resting)[fill.trade_id] = venue
    trades = [*every(operator.trades, symbol)]
    return tuple(
        Traded(
            taker=takers.get(one.trade_id, NOBODY),
            maker=resting.get(one.trade_id, NOBODY),
            taker_side=one.taker_side,
            price=one.price,
            quantity=one.quantity,
        )
        for one in reversed(trades)
    )


def compare(
    expected: Sequence[QuoteTrade],
    traded: Sequence[Traded],
    makers: Mapping[str, Participant],
    balances: Mapping[str, Balances],
    listing: NewMarket,
) -> list[Check]:
    """Compare trade by trade, in order, and what each venue has with what its trades leave it."""
    alike = sum(1 for one, other in zip(expected, traded, strict=False) if _as_traded(one) == other)
    held = sum((row.held for one in balances.values() for row in one.balances), Decimal(0))
    settled = 0
    for venue, maker in makers.items():
        left = _left(venue, maker, expected, listing)
        has = {row.currency: row.total for row in balances[venue].balances if row.total}
        settled += has == {currency: total for currency, total in left.items() if total}
    return [
        Check("trades", "", str(len(expected)), str(len(traded))),
        Check("trades that are the expected ones, in order", "", str(len(expected)), str(alike)),
        Check("held when all is cancelled", "all currencies", "0", f"{held.normalize():f}"),
        Check("venues settled to the last minor unit", "", str(len(makers)), str(settled)),
    ]


def _as_traded(one: QuoteTrade) -> Traded:
    return Traded(one.taker, one.maker, one.taker_side, one.price, one.quantity)


def _left(
    venue: str, maker: Participant, trades: Iterable[QuoteTrade], listing: NewMarket
) -> dict[str, Decimal]:
    """Return what a venue has after its trades and their fees, in each currency's units."""
    base, quote = maker.base_deposit, maker.quote_deposit
    for one in trades:
        buyer = one.taker if one.taker_side is Side.BUY else one.maker
        seller = one.maker if one.taker_side is Side.BUY else one.taker
        worth = one.price * one.quantity
        base += one.quantity * ((buyer == venue) - (seller == venue))
        quote += worth * ((seller == venue) - (buyer == venue))
        quote -= _fee(worth, listing.taker_bps, listing) * (one.taker == venue)
        quote -= _fee(worth, listing.maker_bps, listing) * (one.maker == venue)
    return {listing.base: base, listing.quote: quote}


def _fee(worth: Decimal, bps: int, listing: NewMarket) -> Decimal:
    """Return the fee of one fill, rounded down to a minor unit."""
    digits = minor_digits(listing.quote)
    worth_minor = scaled(worth, digits)
    assert worth_minor is not None, "a listed market's ticks are whole minor units"
    return Decimal(share_bps(worth_minor, bps)).scaleb(-digits)
