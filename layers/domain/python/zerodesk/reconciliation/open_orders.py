"""The orders that a book has open: as its audit knows them, and as a state of the book does."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Self

from zerodesk.funding import fund
from zerodesk.instruments import Market
from zerodesk.orders import Side
from zerodesk.positions import OpenLots


@dataclass(slots=True)
class OpenOrder:
    """An order as the records so far leave it."""

    order_id: str
    account_id: str
    is_buy: bool
    currency: str
    price_ticks: int
    quantity_lots: int
    remaining_lots: int
    maker_bps: int
    taker_bps: int
    held_minor: int
    may_improve: bool = field(default=False, compare=False)
    """Its limit may become better for it than it named until it rests: it slides, or it trails."""
    is_reduced_away: bool = False
    """Nothing remains of it because the rest was taken off: it has expired and is not filled."""
    stop_limit_ticks: int | None = None
    """The limit behind the stop of a pair, until that is triggered; untraded, it may need more."""
    left_minor: int | None = None
    """What is left of the amount of an order that has one: nothing that it got is taken off that,
    and one whose amount covers no other lot is filled."""
    after: str = ""
    """The order that it waits for, while it follows one."""
    given_minor: int = 0
    """What it has been given so far of what it will need, while it follows."""

    @classmethod
    def of(cls, kept: dict[str, Any], market: Market) -> Self:
        """Return an order as its book keeps it, see ``zerodesk.matching``."""
        remaining_lots = kept["remaining_lots"] + kept.get("hidden_lots", 0)
        return cls._by(kept, kept["order_id"], remaining_lots, market)

    @classmethod
    def placed(cls, command: dict[str, Any], market: Market) -> Self:
        """Return an order as its command lets it into its book."""
        return cls._by(command, command["command_id"], command["quantity_lots"], market)

    @classmethod
    def following(cls, then: dict[str, Any], market: Market) -> Self:
        """Return an order as its leading order's command lets it wait."""
        order = cls.placed(then, market)
        order.after = then["after"]
        order.give(then["held_minor"], market)
        return order

    @classmethod
    def _by(cls, terms: dict[str, Any], order_id: str, remaining_lots: int, market: Market) -> Self:
        is_buy = terms["side"] == Side.BUY
        return cls(
            order_id=order_id,
            account_id=terms["account_id"],
            is_buy=is_buy,
            currency=market.held_currency(is_buy=is_buy),
            price_ticks=terms["price_ticks"],
            quantity_lots=terms["quantity_lots"],
            remaining_lots=remaining_lots,
            maker_bps=terms["maker_bps"],
            taker_bps=terms["taker_bps"],
            held_minor=terms["held_minor"],
            may_improve=_may_improve(terms),
            left_minor=_left_minor(terms),
            stop_limit_ticks=terms.get("stop_limit_ticks"),
            after=terms.get("follows", ""),
            given_minor=terms["held_minor"] if "follows" in terms else 0,
        )

    def give(self, minor: int, market: Market) -> None:
        """Hold so much more of what the order will need, as far as it needs it."""
        self.given_minor = min(self.given_minor + minor, self._cost_minor(market))

    def come_in(self) -> None:
        """Follow no more: what was waited for is filled."""
        self.after, self.given_minor = "", 0

    def need_minor(self, market: Market) -> int:
        """Return what is to be held: what the rest could cost at worst, or as much as is given."""
        return self.given_minor if self.after else self._cost_minor(market)

    def _cost_minor(self, market: Market) -> int:
        rate_bps = max(self.maker_bps, self.taker_bps)
        if self.left_minor is not None and self.currency == market.quote:
            return market.amount_need_minor(self.left_minor, rate_bps, is_buy=self.is_buy)
        price_ticks = self.price_ticks
        if self.stop_limit_ticks is not None and self.remaining_lots == self.quantity_lots:
            price_ticks = max(price_ticks, self.stop_limit_ticks)
        return market.need_minor(price_ticks, self.remaining_lots, rate_bps, is_buy=self.is_buy)

    def trigger(self, price_ticks: int) -> None:
        """Take the limit of a stop over: an order's own, or that of its pair."""
        if price_ticks == self.stop_limit_ticks:
            self.price_ticks, self.stop_limit_ticks = price_ticks, None
        else:
            self.reprice(price_ticks)

    def reprice(self, price_ticks: int) -> None:
        """Take a limit over that the book says, if it may be and is better for the order."""
        if self.may_improve:
            better_of = min if self.is_buy else max
            self.price_ticks = better_of(self.price_ticks, price_ticks)

    def allows(self, price_ticks: int) -> bool:
        """Whether a price is within the order's limit."""
        return price_ticks <= self.price_ticks if self.is_buy else price_ticks >= self.price_ticks


def _may_improve(terms: Mapping[str, Any]) -> bool:
    return any(name in terms for name in ("slides", "trail_ticks", "trail_bps"))


def _left_minor(terms: Mapping[str, Any]) -> int | None:
    amount_minor: int | None = terms.get("amount_minor")
    return None if amount_minor is None else amount_minor - terms.get("filled_notional_minor", 0)


def open_in(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the orders that are open in a book's state, the armed ones with their commands' terms.

    A taker in the middle of its fills is open.
    """
    yield from state["bids"]
    yield from state["asks"]
    if state["continuing"] is not None:
        yield state["continuing"]
    for armed in chain(*(state.get(name, []) for name in ("rising", "falling", "trailing"))):
        command = armed["command"]
        lots = command["quantity_lots"]
        yield {**command, **armed, "order_id": command["command_id"], "remaining_lots": lots}
    for waiting in state.get("following", []):
        command = waiting["command"]
        lots, follows = command["quantity_lots"], {"follows": command["after"]}
        told = {"order_id": command["command_id"], "remaining_lots": lots}
        yield {**command, **waiting, **told, **follows}


def positions_in(state: dict[str, Any]) -> dict[str, OpenLots]:
    """Return what accounts have open in a book's state."""
    return {key: OpenLots(*row) for key, row in state.get("positions", {}).items()}


def unfunded_in(state: dict[str, Any], tick_value_minor: int) -> dict[str, int]:
    """Return what a funding that a book's state has begun is still to pay, by account."""
    funding = state.get("funding")
    if funding is None:
        return {}
    lots = {key: one.quantity_lots for key, one in positions_in(state).items()}
    due = fund(lots, funding["rate_millionths"], funding["mark_price_ticks"], tick_value_minor)
    paid_upto = funding["paid_upto"]
    return {key: minor for key, minor in due.amounts_minor.items() if minor and key > paid_upto}
