"""What the venue did against what the file says, read back from the venue's public record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zerodesk.money import minor_digits, scaled, share_bps
from zerodesk_client.api import Balance, Balances, NewMarket, Trade
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.replay.participants import Participant

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is compared: what the file asks for and what the venue has, as text."""

    name: str
    unit: str
    file: str
    venue: str

    @property
    def is_equal(self) -> bool:
        """Whether the venue has what the file asks for."""
        return self.file == self.venue


@dataclass(frozen=True, slots=True)
class VolumeDifference:
    """A price with another volume than in the file."""

    price: Decimal
    file: Decimal
    venue: Decimal


def compare_trades(
    recorded: Sequence[RecordedTrade], traded: Sequence[Trade], listing: NewMarket
) -> tuple[list[Check], list[VolumeDifference]]:
    """Compare the file with the trades of the market, newest first as the venue lists them."""
    base, quote = listing.base, listing.quote
    wanted = _volumes((trade.price, trade.quantity) for trade in recorded)
    found = _volumes((trade.price, trade.quantity) for trade in traded)
    differences = [
        VolumeDifference(price, wanted.get(price, NOTHING), found.get(price, NOTHING))
        for price in sorted(set(wanted) | set(found))
        if wanted.get(price) != found.get(price)
    ]
    alike = len(wanted) - sum(1 for difference in differences if difference.file)
    strangers = sum(1 for difference in differences if not difference.file)
    file_volume, venue_volume = (sum(side.values(), NOTHING) for side in (wanted, found))
    last_price = _text(traded[0].price) if traded else "none"
    return [
        Check("trades", "", str(len(recorded)), str(len(traded))),
        Check("volume", base, _text(file_volume), _text(venue_volume)),
        Check("prices with the file's volume", "", str(len(wanted)), str(alike)),
        Check("prices that the file does not have", "", "0", str(strangers)),
        Check("last price", quote, _text(recorded[-1].price), last_price),
    ], differences


def compare_settlement(
    recorded: Sequence[RecordedTrade],
    participants: Iterable[Participant],
    balances: Iterable[Balances],
    listing: NewMarket,
) -> list[Check]:
    """Compare what the accounts have with their deposits less the fees of the file's trades.

    Each trade of the file is one fill of a maker and one of a taker, so the fees are known to the
    last minor unit.
    """
    everybody = list(participants)
    rows = [balance for account in balances for balance in account.balances]
    held = sum((row.held for row in rows), NOTHING)
    base_deposits = sum((entry.base_deposit for entry in everybody), NOTHING)
    quote_deposits = sum((entry.quote_deposit for entry in everybody), NOTHING)
    return [
        Check("held for open orders", "all currencies", "0", _text(held)),
        Check(
            "settled base", listing.base, _text(base_deposits), _text(_total(rows, listing.base))
        ),
        Check(
            "settled quote, fees taken off",
            listing.quote,
            _text(quote_deposits - fees(recorded, listing)),
            _text(_total(rows, listing.quote)),
        ),
    ]


def fees(recorded: Iterable[RecordedTrade], listing: NewMarket) -> Decimal:
    """Return what both sides of every trade pay, each fill rounded down, quote units."""
    digits = minor_digits(listing.quote)
    fee_minor = 0
    for trade in recorded:
        notional_minor = scaled(trade.price * trade.quantity, digits)
        assert notional_minor is not None, "a listed market's ticks are whole minor units"
        fee_minor += share_bps(notional_minor, listing.maker_bps)
        fee_minor += share_bps(notional_minor, listing.taker_bps)
    return Decimal(fee_minor).scaleb(-digits)


def _volumes(trades: Iterable[tuple[Decimal, Decimal]]) -> dict[Decimal, Decimal]:
    volumes: dict[Decimal, Decimal] = {}
    for price, quantity in trades:
        volumes[price] = volumes.get(price, NOTHING) + quantity
    return volumes


def _total(rows: Iterable[Balance], currency: str) -> Decimal:
    return sum((row.total for row in rows if row.currency == currency), NOTHING)


def _text(number: Decimal) -> str:
    """Return a number in one way of writing, so that equal numbers are equal texts."""
    return format(number.normalize(), "f")
