"""Markets: what may be traded, in which steps, at what fee."""

from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self

from zerodesk.bands import Band
from zerodesk.money import NumberError, format_scaled, minor_digits, power_of_ten, scaled, share_bps
from zerodesk.options import FORM as OPTION_FORM
from zerodesk.options import RULE as OPTION_RULE
from zerodesk.options import OptionTerms
from zerodesk.tiers import Tier

SYMBOL: Final = rf"[A-Z0-9]{{2,12}}-(?:[A-Z]{{3,5}}|{OPTION_FORM})"
SYMBOL_RULE: Final = (
    f"BASE-QUOTE: 2 to 12 capitals or digits, a hyphen, 3 to 5 capitals; of an option {OPTION_RULE}"
)
PERPETUAL: Final = "PERP"
"""What stands in the place of the quote in the symbol of a perpetual; no currency has this name."""
MAX_FEE_BPS: Final = 1_000
FEE_HOLD_MINOR: Final = 1
"""What is held for an order of a derivative beyond its fee, which may be nothing."""
REMOVABLE: Final = ("band", "stale_after_ms", "free_volume_bps")
"""What a market has or has not, and a change may give it or, by None, take away."""
LATER_TERMS: Final = (*REMOVABLE, "margin")
"""What came in after version 0.1.0."""
CHANGEABLE: Final = (
    "collar_bps",
    "maker_bps",
    "max_quantity_lots",
    "min_notional_minor",
    "taker_bps",
    *REMOVABLE,
)
"""What may change of a market. Tick and lot stay for good: journals, positions and the last price
are counted by them, whatever rests."""


class Product(StrEnum):
    """What is traded: the money itself, a promise about a price, a right."""

    SPOT = "SPOT"
    PERPETUAL = "PERPETUAL"
    OPTION = "OPTION"


@lru_cache(maxsize=4_096)
def product_of(symbol: str) -> Product:
    """Return what is traded under a symbol, which alone says it.

    Examples
    --------
    >>> product_of("BTC-PERP").value, product_of("BTC-USD").value
    ('PERPETUAL', 'SPOT')
    >>> product_of("BTC-25DEC26-100000-C").value
    'OPTION'
    """
    if symbol.endswith(_PERPETUAL_ENDING):
        return Product.PERPETUAL
    return Product.OPTION if symbol.endswith(_OPTION_ENDINGS) else Product.SPOT


_PERPETUAL_ENDING: Final = f"-{PERPETUAL}"
_OPTION_ENDINGS: Final = ("-C", "-P")


class TradingState(StrEnum):
    """What a market accepts. A cancel is accepted always: nobody is kept in an order.

    OPEN takes everything. CANCEL_ONLY is how reconciliation and a stale mark stop a book, HALTED
    how an operator does; both refuse orders. AUCTION gathers orders that may rest, and trades none
    until it ends.
    DELISTED is for good: nothing rests any more, and nothing comes.
    """

    OPEN = "OPEN"
    CANCEL_ONLY = "CANCEL_ONLY"
    HALTED = "HALTED"
    AUCTION = "AUCTION"
    DELISTED = "DELISTED"


class AuctionKind(StrEnum):
    """What an auction is for, which says what comes after it.

    OPENING begins a day and HALT ends a stop: the market is open behind them. CLOSING ends a day:
    the market is halted behind it.
    """

    OPENING = "OPENING"
    CLOSING = "CLOSING"
    HALT = "HALT"


class DecimalsChangedError(Exception):
    """The code and the journal do not agree on how far a currency divides."""


class Market(NamedTuple):
    """A spot pair, a linear perpetual future or an option. Prices in ticks, quantities in lots.

    Of a derivative, ``base`` is the underlying: lots are counted in it, and none of it is delivered
    or held. Only cash in ``quote`` moves. ``margin`` says how much of it a position in a perpetual
    needs; what an option is, its symbol says.

    ``tick_digits``/``tick_units`` write the tick as ``tick_units`` / 10**``tick_digits`` quote
    units, and likewise the lot in base units; both integers, so nothing is ever rounded.
    """

    symbol: str
    base: str
    quote: str
    tick_units: int
    tick_digits: int
    lot_units: int
    lot_digits: int
    min_notional_minor: int
    max_quantity_lots: int
    maker_bps: int
    taker_bps: int
    collar_bps: int
    reference_price_ticks: int
    base_minor_digits: int
    quote_minor_digits: int
    """What the ledger kept of the two currencies at listing, so what every record means."""
    band: Band | None = None
    """None: the price may move as it likes."""
    stale_after_ms: int | None = None
    """How old the index price may be, or the listing before the first, before the market takes
    cancels only. None: as old as it likes."""
    margin: tuple[Tier, ...] = ()
    """Of a perpetual."""
    free_volume_bps: int | None = None
    """Of a derivative: beyond this share of what it trades in a day a position needs more margin.
    None: however large it is."""

    @property
    def product(self) -> Product:
        """What is traded here."""
        return product_of(self.symbol)

    @property
    def option(self) -> OptionTerms | None:
        """Strike, expiry and kind of an option."""
        return OptionTerms.of(self.symbol) if self.product is Product.OPTION else None

    @property
    def underlying(self) -> str:
        """The market whose index price a derivative follows."""
        return f"{self.base}-{self.quote}"

    @property
    def tick_value_minor(self) -> int:
        """Quote minor units of one tick on one lot; whole by the rule of listing."""
        digits = self.tick_digits + self.lot_digits - self.quote_minor_digits
        units = self.tick_units * self.lot_units
        return _rescaled(units, digits)

    @property
    def lot_value_minor(self) -> int:
        """Base minor units of one lot; whole by the rule of listing."""
        digits = self.lot_digits - self.base_minor_digits
        return _rescaled(self.lot_units, digits)

    @property
    def delivered_minor(self) -> int:
        """Base minor units that are delivered for one lot: none of a derivative."""
        return self.lot_value_minor if self.product is Product.SPOT else 0

    def payoff_ticks(self, price_minor: int) -> int:
        """Return what an option pays at expiry, in ticks, rounded down.

        Parameters
        ----------
        price_minor
            Of one unit of the underlying, quote minor units.
        """
        terms = self.option
        assert terms is not None, "only an option has a payoff"
        price = Decimal(price_minor).scaleb(-self.quote_minor_digits)
        return int(terms.payoff(price).scaleb(self.tick_digits) // self.tick_units)

    def held_currency(self, *, is_buy: bool) -> str:
        """Return in which currency something is held for an order."""
        return self.quote if is_buy or self.product is not Product.SPOT else self.base

    def need_minor(
        self, price_ticks: int, quantity_lots: int, rate_bps: int, *, is_buy: bool
    ) -> int:
        """Return what must be held for an order, in its ``held_currency``.

        Who buys an option pays for it. Of any other order of a derivative it is the fee at the
        limit and a unit, so that no hold is empty before its order ends; that the account can bear
        the position is for its margin.
        """
        if self.product is not Product.SPOT and not (is_buy and self.product is Product.OPTION):
            return FEE_HOLD_MINOR + share_bps(
                self.notional_minor(price_ticks, quantity_lots), rate_bps
            )
        if is_buy:
            return self.buy_need_minor(price_ticks, quantity_lots, rate_bps)
        return self.sell_need_minor(quantity_lots)

    def may_need_more(
        self, price_ticks: int, quantity_lots: int, *, than: tuple[int, int], is_buy: bool
    ) -> bool:
        """Whether an order may need more than it did, however much of it is filled by then.

        If not, ``need_minor`` is no more for what is left of it at the new terms than at the old.
        Who delivers holds what is delivered, whatever the price.

        Parameters
        ----------
        than
            Its price in ticks and its quantity in lots as they were.
        """
        than_ticks, than_lots = than
        goes_by_price = is_buy or not self.delivered_minor
        return quantity_lots > than_lots or (goes_by_price and price_ticks > than_ticks)

    def gets_minor(self, price_ticks: int, quantity_lots: int, *, is_buy: bool) -> int:
        """Return what is delivered for an order that is filled whole at a price, before its fee.

        Of a buyer the lots, of a seller the money, minor units of what it gets; nothing where
        nothing is delivered.
        """
        if self.product is not Product.SPOT:
            return 0
        if is_buy:
            return self.sell_need_minor(quantity_lots)
        return self.notional_minor(price_ticks, quantity_lots)

    def amount_need_minor(self, amount_minor: int, rate_bps: int, *, is_buy: bool = True) -> int:
        """Return what must be held of the quote currency to trade for an amount of it."""
        fee_minor = share_bps(amount_minor, rate_bps)
        is_paid = self.product is Product.SPOT or (self.product is Product.OPTION and is_buy)
        return fee_minor + (amount_minor if is_paid else FEE_HOLD_MINOR)

    def notional_minor(self, price_ticks: int, quantity_lots: int) -> int:
        """Return price x quantity in quote minor units."""
        return price_ticks * quantity_lots * self.tick_value_minor

    def buy_need_minor(self, price_ticks: int, quantity_lots: int, taker_bps: int) -> int:
        """Return the most that buying could cost: notional at the limit and the taker's fee."""
        notional_minor = self.notional_minor(price_ticks, quantity_lots)
        return notional_minor + share_bps(notional_minor, taker_bps)

    def sell_need_minor(self, quantity_lots: int) -> int:
        """Return what selling delivers, base minor units; its fee comes out of the proceeds."""
        return quantity_lots * self.lot_value_minor

    def price_ticks(self, price: Decimal) -> int:
        """Return a price in ticks; NumberError when it is off the tick."""
        return whole_steps(price, self.tick_units, self.tick_digits, "tick")

    def quantity_lots(self, quantity: Decimal) -> int:
        """Return a quantity in lots; NumberError when it is off the lot."""
        return whole_steps(quantity, self.lot_units, self.lot_digits, "lot")

    def format_price(self, price_ticks: int) -> str:
        """Return ticks as a decimal string in quote units."""
        return format_scaled(price_ticks * self.tick_units, self.tick_digits)

    def format_quantity(self, quantity_lots: int) -> str:
        """Return lots as a decimal string in base units."""
        return format_scaled(quantity_lots * self.lot_units, self.lot_digits)

    def to_dict(self) -> dict[str, Any]:
        """Return the market as JSON-able values, for a journal record.

        What came in after version 0.1.0 is left out where a market has none of it.
        """
        values = self._asdict()
        if self.band is not None:
            values["band"] = self.band.to_dict()
        values["margin"] = [list(tier) for tier in self.margin]
        for name in LATER_TERMS:
            if not values[name]:
                del values[name]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the market that ``to_dict`` wrote.

        Raises
        ------
        DecimalsChangedError
            This code keeps other decimals of a currency than the market was listed with.
        """
        band = values.get("band")
        margin = tuple(Tier(*tier) for tier in values.get("margin", ()))
        market = cls(**{**values, "band": band and Band.from_dict(band), "margin": margin})
        for currency, journaled in (
            (market.base, market.base_minor_digits),
            (market.quote, market.quote_minor_digits),
        ):
            if minor_digits(currency) != journaled:
                raise DecimalsChangedError(
                    f"{market.symbol} is journaled with {journaled} decimals of {currency}, this "
                    f"code keeps {minor_digits(currency)}: every amount would mean another"
                )
        return market


def _rescaled(units: int, digits: int) -> int:
    """Return units / 10**digits, which a rule of listing has made whole."""
    return units * power_of_ten(-digits) if digits <= 0 else units // power_of_ten(digits)


def whole_steps(amount: Decimal, units: int, digits: int, step: str) -> int:
    """Return an amount in steps of units / 10**digits; NumberError when it is off the step."""
    whole = scaled(amount, digits)
    if whole is None or whole % units:
        raise NumberError(f"a multiple of the {step}, {format_scaled(units, digits)}")
    return whole // units
