"""Markets after their listing: other terms, and the end of them, each a command of the book."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from back_office.listing import band_of, ms_of
from back_office.waiting import awaited
from zerodesk.commands import ChangeCommand, Command, SetStateCommand, SettleCommand
from zerodesk.instruments import Market, Product, TradingState
from zerodesk.listings import ListingError, changed_market
from zerodesk.money import NumberError, minor_digits, scaled
from zerodesk.orders import settling_id_for
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms, sleep
from zerodesk_aws.contracts import markets as contracts
from zerodesk_aws.contracts.markets import ChangeMarket, Delist, SettleOption
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import amount_minor_of
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.views.markets import market_view


class MarketTerms:
    """Changes the terms of markets, and delists them."""

    def __init__(
        self,
        markets: Markets,
        queue: CommandQueue,
        *,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._markets, self._queue, self._pause = markets, queue, pause

    def change(self, symbol: str, asked: ChangeMarket, author: str) -> contracts.Market:
        """Give a market other terms, and return it once its book shows them.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. MARKET_DELISTED. INTAKE_BAD_VALUE: a rule of listing.
            UNAVAILABLE: the book has not answered; the same request again finds out.
        """
        market = self._trading(symbol).market
        changes = _changes(market, asked)
        try:
            changed = changed_market(market, changes)
        except ListingError as error:
            raise refused(
                ProblemCode.INTAKE_BAD_VALUE, error.field, error.value, error.rule
            ) from error
        if changed == market:
            return market_view(self._listed(symbol))
        command = ChangeCommand(
            kind="change",
            command_id=f"change-{uuid4().hex}",
            symbol=symbol,
            changes=changes,
            reason=asked.reason,
            by=author,
            accepted_at_ms=now_ms(),
        )
        count("MarketsChanged")
        return self._told(command, lambda listed: listed.market == changed)

    def delist(self, symbol: str, asked: Delist, author: str) -> contracts.Market:
        """Have a market trade no more, for good, and return it once its book shows that.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. INTAKE_BAD_VALUE: it is no spot market. UNAVAILABLE: the
            book has not answered; the same request again finds out.
        """
        listed = self._listed(symbol)
        if listed.state is TradingState.DELISTED:
            return market_view(listed)
        if listed.market.product is not Product.SPOT:
            rule = "a spot market: what is open in a derivative could not be closed any more"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", symbol, rule)
        command = SetStateCommand(
            kind="set_state",
            command_id=f"delist-{symbol}-{now_ms()}",
            symbol=symbol,
            state=TradingState.DELISTED.value,
            reason=asked.reason,
            by=author,
            clears=True,
            accepted_at_ms=now_ms(),
        )
        count("MarketsDelisted")
        return self._told(command, lambda shown: shown.state is TradingState.DELISTED)

    def settle(self, symbol: str, asked: SettleOption, author: str) -> contracts.Market:
        """End an option that has expired and whose index says no price, at one that is said.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. INTAKE_BAD_VALUE: it is no option, or has not expired.
            INTAKE_OFF_PRECISION: a price finer than its currency. UNAVAILABLE: the book has not
            answered; the same request again finds out.
        """
        listed = self._listed(symbol)
        if listed.state is TradingState.DELISTED:
            return market_view(listed)
        terms, at_ms = listed.market.option, now_ms()
        if terms is None or at_ms < terms.expiry_ms:
            rule = "an option that has expired"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", symbol, rule)
        command = SettleCommand(
            kind="settle",
            command_id=settling_id_for(symbol, at_ms),
            symbol=symbol,
            price_minor=amount_minor_of(asked.price, listed.market.quote, field="price"),
            first_sequence=0,
            last_sequence=0,
            reason=asked.reason,
            by=author,
            accepted_at_ms=at_ms,
        )
        count("OptionsSettledByHand")
        return self._told(command, lambda shown: shown.state is TradingState.DELISTED)

    def _told(self, command: Command, is_done: Callable[[Listed], bool]) -> contracts.Market:
        """Tell a book, and return its market once it shows what it was told."""
        symbol = command["symbol"]
        self._queue.send(command)
        logger.info("market told", symbol=symbol, kind=command["kind"])

        def shown() -> Listed | None:
            listed = self._listed(symbol)
            return listed if is_done(listed) else None

        found = awaited(shown, self._pause)
        if found is not None:
            return market_view(found)
        raise ended(
            ProblemCode.UNAVAILABLE,
            f"The book of {symbol} was told and has not answered yet. Repeat the request.",
        )

    def _trading(self, symbol: str) -> Listed:
        listed = self._listed(symbol)
        if listed.state is TradingState.DELISTED:
            raise ended(ProblemCode.MARKET_DELISTED, f"{symbol} trades no more.")
        return listed

    def _listed(self, symbol: str) -> Listed:
        listed = self._markets.get(symbol, consistent=True)
        if listed is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        return listed


def _changes(market: Market, asked: ChangeMarket) -> dict[str, Any]:
    """Return what a request changes, in the book's own units."""
    changes: dict[str, Any] = {
        name: value
        for name in ("maker_bps", "taker_bps", "collar_bps")
        if (value := getattr(asked, name)) is not None
    }
    if "band" in asked.model_fields_set:
        changes["band"] = None if asked.band is None else band_of(asked.band).to_dict()
    if "stale_after_seconds" in asked.model_fields_set:
        changes["stale_after_ms"] = ms_of(asked.stale_after_seconds)
    if "free_volume_bps" in asked.model_fields_set:
        changes["free_volume_bps"] = asked.free_volume_bps
    if asked.min_notional is not None:
        notional_minor = scaled(asked.min_notional, minor_digits(market.quote))
        if notional_minor is None:
            rule = f"whole {market.quote} minor units"
            value = format(asked.min_notional, "f")
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "min_notional", value, rule)
        changes["min_notional_minor"] = notional_minor
    if asked.max_quantity is not None:
        try:
            changes["max_quantity_lots"] = market.quantity_lots(asked.max_quantity)
        except NumberError as error:
            value = format(asked.max_quantity, "f")
            raise refused(
                ProblemCode.INTAKE_BAD_VALUE, "max_quantity", value, error.rule
            ) from error
    return changes
