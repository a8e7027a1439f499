"""Listings: entered in the register, sent to their book, shown once the book has taken them."""

from collections.abc import Callable

from back_office.waiting import awaited
from zerodesk.bands import Band
from zerodesk.commands import ListCommand
from zerodesk.instruments import Market, TradingState
from zerodesk.listings import ListingError, list_market
from zerodesk.money import NumberError, to_minor
from zerodesk.options import OptionTerms
from zerodesk.tiers import Tier
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.contracts import markets as contracts
from zerodesk_aws.contracts.markets import ListMarket, MarginTier, PriceBand
from zerodesk_aws.entry import count, logger
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.registers import Register
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.views.markets import market_view


class Listing:
    """Lists markets."""

    def __init__(
        self,
        register: Register,
        markets: Markets,
        queue: CommandQueue,
        *,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._register, self._markets, self._queue = register, markets, queue
        self._pause = pause

    def list(self, asked: ListMarket) -> tuple[contracts.Market, bool]:
        """List a market; return it as its book shows it, and whether it is new.

        Raises
        ------
        ProblemError
            INTAKE_BAD_VALUE: a rule of listing. INTAKE_IDEMPOTENCY_CONFLICT: listed with other
            terms. MARKET_DELISTED: it was listed, and is no more. UNAVAILABLE: the book has not
            answered; the same request again finds out.
        """
        market = _market(asked)
        if market.option is not None and self._register.get(market.symbol) is None:
            self._check_option(market, market.option)
        standing, is_new = self._register.add(market.symbol, market.to_dict())
        if standing != market.to_dict():
            raise refused(
                ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
                "symbol",
                market.symbol,
                "new, or with the same terms as before",
            )
        listed = self._markets.get(market.symbol, consistent=True) or self._send(market)
        if listed.state is TradingState.DELISTED:
            raise ended(ProblemCode.MARKET_DELISTED, f"{market.symbol} trades no more.")
        if is_new:
            count("MarketsListed")
            logger.info("market listed", symbol=market.symbol)
        return market_view(listed), is_new

    def _check_option(self, market: Market, terms: OptionTerms) -> None:
        """Refuse a new option that has expired, or whose underlying has no market to settle by."""
        rule = None
        if terms.expiry_ms <= now_ms():
            rule = f"an expiry to come, not {iso_ms(terms.expiry_ms)}"
        elif self._markets.get(market.underlying, consistent=True) is None:
            rule = f"on an underlying with a market: {market.underlying} is not listed"
        if rule is not None:
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", market.symbol, rule)

    def _send(self, market: Market) -> Listed:
        """Send the listing to its book, and wait until the book shows it."""
        self._queue.send(
            ListCommand(
                kind="list",
                command_id=f"list-{market.symbol}",
                symbol=market.symbol,
                market=market.to_dict(),
                accepted_at_ms=now_ms(),
            )
        )
        listed = awaited(lambda: self._markets.get(market.symbol, consistent=True), self._pause)
        if listed is not None:
            return listed
        raise ended(
            ProblemCode.UNAVAILABLE,
            f"The listing of {market.symbol} is recorded and its book has not answered yet. Repeat "
            "the request: it happens once.",
        )


def band_of(asked: PriceBand) -> Band:
    """Return a band as its market keeps it."""
    return Band(
        bps=asked.bps,
        window_ms=1_000 * asked.window_seconds,
        auction_ms=1_000 * asked.auction_seconds,
    )


def ms_of(seconds: int | None) -> int | None:
    """Return seconds as a market keeps them."""
    return None if seconds is None else 1_000 * seconds


def _market(asked: ListMarket) -> Market:
    try:
        market = list_market(
            symbol=asked.symbol,
            tick_size=asked.tick_size,
            lot_size=asked.lot_size,
            min_notional=asked.min_notional,
            max_quantity=asked.max_quantity,
            maker_bps=asked.maker_bps,
            taker_bps=asked.taker_bps,
            collar_bps=asked.collar_bps,
            reference_price=asked.reference_price,
            band=None if asked.band is None else band_of(asked.band),
            quote=asked.quote,
            margin=[_tier(tier, asked.quote) for tier in asked.margin],
            stale_after_ms=ms_of(asked.stale_after_seconds),
            free_volume_bps=asked.free_volume_bps,
        )
    except ListingError as error:
        raise refused(ProblemCode.INTAKE_BAD_VALUE, error.field, error.value, error.rule) from error
    if asked.base != market.base:
        rule = f"{market.base}, as the symbol says"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "base", asked.base, rule)
    return market


def _tier(asked: MarginTier, currency: str) -> Tier:
    try:
        from_minor = to_minor(asked.from_notional, currency)
    except NumberError as error:
        raise ListingError("margin", str(asked.from_notional), error.rule) from error
    return Tier(from_minor, asked.initial_bps, asked.maintenance_bps)
