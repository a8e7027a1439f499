"""What the events of a record say of the market: terms, states, index, fundings, ends."""

from zerodesk.instruments import Market
from zerodesk.matching.deleveraging import take
from zerodesk.matching.errors import MismatchError
from zerodesk.matching.folded_orders import Event, OrdersFold
from zerodesk.matching.funding import left, take_funding
from zerodesk.matching.marks import take_sample
from zerodesk.matching.order import SELL
from zerodesk.matching.settling import pay
from zerodesk.matching.situations import Auction, Outside, Settling, Uncrossing
from zerodesk.matching.state import OPEN
from zerodesk.matching.trailing import see_last
from zerodesk.orders import halt_id_for


class MarketFold(OrdersFold):
    """A record on its way into a state, by its orders and by what it says of the market."""

    def uncrossed(self, event: Event) -> None:
        """Fold the price at which an auction ends, and how much trades at it."""
        if event["quantity_lots"]:
            self.state.uncrossing = Uncrossing(
                event["command_id"],
                event["auction_id"],
                event["price_ticks"],
                event["quantity_lots"],
                event["then"],
                event["reason"],
                event.get("by", ""),
            )

    def deleveraged(self, event: Event) -> None:
        """Fold a position that others took over."""
        is_sale, price_ticks = event["side"] == SELL, event["price_ticks"]
        moved_lots = sum(lots for _, lots in event["taken"])
        if not 0 < moved_lots == event["quantity_lots"]:
            raise MismatchError(f"{event['command_id']} moves {moved_lots} lots: {event}")
        parties = [[event["account_id"], -moved_lots], *event["taken"]]
        for account_id, lots in parties:
            signed_lots = lots if is_sale else -lots
            gets_minor = take(
                self.state, self.draft, event["command_id"], account_id, signed_lots, price_ticks
            )
            self.past_orders_minor[account_id] += gets_minor

    def refused(self, event: Event) -> None:
        """Fold a refused command: it changes nothing but the memory of its id."""

    def index_changed(self, event: Event) -> None:
        """Fold an index price."""
        self.state.take_index(
            {name: event[name] for name in ("price_ticks", "source", "observed_at_ms")}
        )
        take_sample(self.state, event.get("basis_ticks"))

    def funding_set(self, event: Event) -> None:
        """Fold the rate of a funding, or that there was none to be known."""
        state, funding_at_ms = self.state, event["funding_at_ms"]
        if not state.is_perpetual or not state.funded_at_ms < funding_at_ms <= state.time_ms:
            raise MismatchError(f"{event} behind {state.funded_at_ms}")
        names = ("rate_millionths", "mark_price_ticks", "index_price_ticks")
        rate, mark_ticks, index_ticks = (event.get(name, 0) for name in names)
        priced = None if "reason" in event else (rate, mark_ticks, index_ticks)
        take_funding(state, event["command_id"], funding_at_ms, priced)
        self.unfunded = iter(()) if state.funding is None else left(state, state.funding)

    def funding_paid(self, event: Event) -> None:
        """Fold what one account paid or was paid: the next one in turn, and as much as is due."""
        funding, account_id = self.state.funding, event["account_id"]
        paid = account_id, event["quantity_lots"], event["amount_minor"]
        if funding is None or next(self.unfunded, None) != paid:
            raise MismatchError(f"{event} is not what is next of {funding}")
        self.draft.funded_minor += event["amount_minor"]
        self.past_orders_minor[account_id] += event["amount_minor"]
        self.state.funding = funding._replace(paid_upto=account_id)

    def listed(self, event: Event) -> None:
        """Fold the listing."""
        self.state.list_market(Market.from_dict(event["market"]), self.state.time_ms)
        self.state.enter(event["state"], self.state.state_reason, None)

    def changed(self, event: Event) -> None:
        """Fold other terms of the market."""
        self.state.change_market(Market.from_dict(event["market"]))

    def state_changed(self, event: Event) -> None:
        """Fold a change of what the market accepts."""
        uncrossing, auction = self.state.uncrossing, event.get("auction")
        if uncrossing is not None and self._trades_on(uncrossing):
            raise MismatchError(f"{uncrossing.left_lots} lots of the auction have not traded")
        self.state.uncrossing = None
        if "outside" in event:
            self._halt(event)
        self.state.enter(
            event["state"],
            event["reason"],
            auction and Auction(**auction),
            event.get("by", ""),
            event.get("at_ms", 0),
        )
        if event.get("clears"):
            self.state.clear_by(event["command_id"])
        if event["state"] == OPEN:
            see_last(self.state, self.draft)

    def option_settled(self, event: Event) -> None:
        """Fold the price at which an option ends, and what it pays."""
        state, market = self.state, self.state.market
        if market is None or market.payoff_ticks(event["price_minor"]) != event["payoff_ticks"]:
            raise MismatchError(f"{event} is not what {state.symbol} pays")
        state.settle_by(Settling(event["command_id"], event["payoff_ticks"]))

    def position_settled(self, event: Event) -> None:
        """Fold the end of a position: the next one, and what it is paid."""
        state, account_id = self.state, event["account_id"]
        positions, settling = state.positions, state.settling
        if settling is None or state.clearing or not positions or account_id != min(positions):
            raise MismatchError(f"{event} is not the next of {settling}")
        if pay(state, self.draft, account_id, settling) != event:
            raise MismatchError(f"{event} is not what {settling} pays")
        self.past_orders_minor[account_id] += event["paid_minor"]
        state.settle_by(settling)

    def _trades_on(self, uncrossing: Uncrossing) -> bool:
        """Whether the end of an auction has more to trade; lots are cut in a derivative alone."""
        left_lots, state = uncrossing.left_lots, self.state
        if state.positions is None:
            return left_lots > 0
        return state.uncrosses(left_lots, uncrossing.price_ticks)

    def _halt(self, event: Event) -> None:
        """Count an auction by which the book halts, for a price outside of its band."""
        state, outside = self.state, Outside(**event["outside"])
        state.halts += 1
        is_named = event["auction"]["auction_id"] == halt_id_for(state.symbol, state.halts)
        if not is_named or state.outside(outside.price_ticks) != outside:
            raise MismatchError(f"{outside} does not halt {state.reference}: {event}")
