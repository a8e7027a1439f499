"""A book's journal, audited: what each record says is computed again by other means.

The book folds its own records with its own rules. The audit repeats none of them: from the trades
that a record tells it computes what every account must get, pay and still have held, by the
formulas of the market alone, and compares that with the record's postings and projections.
"""

from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final, Self

from zerodesk.fees import auction_fee_minor, maker_fee_minor
from zerodesk.funding import fund
from zerodesk.instruments import Market, Product, TradingState
from zerodesk.ledger import fee_account, open_account, own_accounts
from zerodesk.money import format_minor, share_bps
from zerodesk.orders import BY_MARK, OrderStatus, Side
from zerodesk.positions import OpenLots
from zerodesk.reconciliation.audited_orders import Amended, AuditedOrders
from zerodesk.reconciliation.fills import NONE, Fills
from zerodesk.reconciliation.findings import BreachCode, Check, Findings
from zerodesk.reconciliation.open_orders import OpenOrder, open_in, positions_in, unfunded_in
from zerodesk.reconciliation.owed import Held, Moved, Owed, note_steps
from zerodesk.reconciliation.shown import NothingShown, ShownOrders
from zerodesk.settlement import fills_of_deleveraging

MAKER: Final = "maker"
TAKER: Final = "taker"
STOPPED: Final = (TradingState.CANCEL_ONLY, TradingState.HALTED, TradingState.DELISTED)
REPRICING: Final = ("OrderTriggered", "OrderOpened")
"""Events that say an order's limit."""


class BookAudit(AuditedOrders):
    """A book's journal, audited up to ``sequence``.

    ``fees`` is all that the book collected by currency, ``swept`` the part of it that the house has
    by the house's own watermark, ``unswept`` the rest: (sequence, currency, minor units).
    ``payoff_ticks`` is what an option pays once it has ended.
    ``positions`` is what its trades leave open where nothing is delivered, ``open`` the balance of
    the book's own account, out of which it paid for what they closed.
    """

    def __init__(self, symbol: str, shown: ShownOrders | None = None) -> None:
        super().__init__(symbol)
        self.sequence = 0
        self.settled_sequence = 0
        self.trades = 0
        self.trading_state: str | None = None
        self.state_by = ""
        self.fees: dict[str, int] = defaultdict(int)
        self.unswept: deque[tuple[int, str, int]] = deque()
        self.swept: dict[str, int] = defaultdict(int)
        self.positions: dict[str, OpenLots] = {}
        self.payoff_ticks: int | None = None
        self.open: dict[str, int] = defaultdict(int)
        self.unfunded: dict[str, int] = {}
        self.owed: dict[str, Owed] = defaultdict(Owed)
        self.shown = ShownOrders() if shown is None else shown

    @classmethod
    def behind(cls, state: dict[str, Any]) -> Self:
        """Return an audit that begins where a book is in a state.

        What the book did before is not known to it: what it owes, what it collected, its trades.
        """
        audit = cls(state["symbol"], NothingShown())
        audit.sequence, audit.trading_state = state["sequence"], state["state"]
        audit.state_by = state.get("state_by", "")
        if state["market"] is None:
            return audit
        market = audit.market = Market.from_dict(state["market"])
        for kept in open_in(state):
            order = audit.orders[kept["order_id"]] = OpenOrder.of(kept, market)
            owed = audit.owed[order.account_id]
            owed.open[order.order_id] = (order.currency, order.held_minor)
            if order.after:
                audit.following[order.after] = order.order_id
        audit.positions = positions_in(state)
        audit.unfunded = unfunded_in(state, market.tick_value_minor)
        settling = state.get("settling")
        audit.payoff_ticks = settling and settling["payoff_ticks"]
        return audit

    def join(self, later: Self) -> None:
        """Take in the audit of the records behind these, which began at the state they lead to."""
        self.sequence, self.trades = later.sequence, self.trades + later.trades
        self.market, self.trading_state = later.market, later.trading_state
        self.state_by = later.state_by
        self.orders, self.positions = later.orders, later.positions
        self.following = later.following
        self.unfunded = later.unfunded
        self.payoff_ticks = later.payoff_ticks
        kinds = ((self.fees, later.fees), (self.swept, later.swept), (self.open, later.open))
        for mine, theirs in kinds:
            for currency, amount_minor in theirs.items():
                mine[currency] += amount_minor
        self.unswept += later.unswept
        for account_id, owed in later.owed.items():
            self.owed[account_id].join(owed)
        self.findings.add(later.findings)

    def agrees_with(self, state: dict[str, Any]) -> bool:
        """Whether a book's state has just the orders and positions that this audit has open."""
        market = self.market
        if market is None or positions_in(state) != self.positions:
            return not self.orders and market is None
        return {
            kept["order_id"]: OpenOrder.of(kept, market) for kept in open_in(state)
        } == self.orders

    @property
    def stays_stopped(self) -> bool:
        """Whether the market takes no order until somebody opens it: a fresh mark does not."""
        return self.trading_state in STOPPED and self.state_by != BY_MARK

    def found(self) -> Findings:
        """Return what was found so far."""
        return self.findings

    def apply(self, sequence: int, body: dict[str, Any]) -> None:
        """Audit the next record. What is wrong is found, not raised.

        Raises
        ------
        KeyError, TypeError, ValueError
            The body is no record of a book.
        """
        self._take_market(body)
        touched = self._open(body)
        moved, held_deltas = self._postings(sequence, body["postings"])
        amends = amends_of(body["events"])
        expected, fills = self._trades(sequence, body["events"], touched)
        self._take_amended_holds(sequence, amends, held_deltas)
        if moved != expected:
            self._postings_differ(sequence, moved, expected)
        if self.unfunded and not body["continuing"]:
            detail = f"a funding leaves out {sorted(self.unfunded)}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
            self.unfunded = {}
        touched.update(order_id for _, order_id in held_deltas if order_id)
        held = self._orders_after(sequence, body["orders"], touched, held_deltas)
        self._log(sequence, body, moved, fills, held, amends)
        self.shown.take(sequence, body["orders"])
        self.sequence = sequence

    def waiting(self) -> dict[str, int]:
        """Return the accounts that were not compared since a record, and the first such record."""
        return {
            account_id: owed.steps[0].sequence
            for account_id, owed in self.owed.items()
            if owed.steps
        }

    def fold_fees(self, upto: int) -> None:
        """Count the fees up to a record as swept."""
        while self.unswept and self.unswept[0][0] <= upto:
            _, currency, fee_minor = self.unswept.popleft()
            self.swept[currency] += fee_minor

    def fold_settled(self, watermarks: Mapping[str, int]) -> None:
        """Let what the book did to each account stand up to the account's watermark."""
        for account_id, owed in self.owed.items():
            owed.fold(watermarks.get(account_id, 0))

    def _take_market(self, body: dict[str, Any]) -> None:
        for event in body["events"]:
            if event["type"] in ("MarketListed", "MarketChanged"):
                self.market = Market.from_dict(event["market"])
            if event["type"] in ("MarketListed", "MarketStateChanged"):
                self.trading_state, self.state_by = event["state"], event.get("by", "")

    def _open(self, body: dict[str, Any]) -> set[str]:
        """Take in the orders that this record let into the book."""
        opened: set[str] = set()
        for command in body["commands"]:
            order_id = command["command_id"]
            projection = body["orders"].get(order_id)
            if command["kind"] != "place" or projection is None or order_id in self.orders:
                continue
            # A refusal, or a tombstone that was there before the order, lets nothing in.
            if projection["status"] == OrderStatus.REJECTED or projection.get("if_pending"):
                continue
            self.orders[order_id] = OpenOrder.placed(command, self._listed())
            opened.add(order_id)
            if "then" in command:
                opened.add(self._follow(command["then"]))
        for event in body["events"]:
            if event["type"] in REPRICING and event["order_id"] in self.orders:
                self._reprice(event, self.orders[event["order_id"]])
            if "ended_with" in event:
                opened |= {event["order_id"], event["ended_with"]}
        return opened

    def _follow(self, then: dict[str, Any]) -> str:
        """Take in the order that waits for another one; returns its id."""
        order_id: str = then["command_id"]
        self.following[then["after"]] = order_id
        self.orders[order_id] = OpenOrder.following(then, self._listed())
        return order_id

    def _reprice(self, event: dict[str, Any], order: OpenOrder) -> None:
        if "after" in event:
            del self.following[order.after]
            order.come_in()
        elif event["type"] == "OrderTriggered":
            order.trigger(event["price_ticks"])
        else:
            order.reprice(event["price_ticks"])
        order.may_improve = order.may_improve and event["type"] != "OrderOpened"

    def _postings(
        self, sequence: int, postings: list[list[Any]]
    ) -> tuple[Moved, dict[tuple[str, str], int]]:
        """Return what the postings move, and the change of each hold by (currency, order)."""
        moved: Moved = defaultdict(int)
        held_deltas: dict[tuple[str, str], int] = defaultdict(int)
        totals: dict[str, int] = defaultdict(int)
        fees, own = fee_account(self.symbol), open_account(self.symbol)
        for account_id, order_id, currency, held_minor, available_minor in postings:
            moved[account_id, currency] += held_minor + available_minor
            held_deltas[currency, order_id] += held_minor
            totals[currency] += held_minor + available_minor
            if account_id == fees:
                self.fees[currency] += available_minor
                self.unswept.append((sequence, currency, available_minor))
            elif account_id == own:
                self.open[currency] += available_minor
        self.findings.checked[Check.ENTRIES] += 1
        if any(totals.values()):
            off = ", ".join(f"{format_minor(t, c)} {c}" for c, t in sorted(totals.items()) if t)
            self._breach(BreachCode.ENTRIES_NOT_ZERO, sequence, f"postings sum to {off}")
        return {place: minor for place, minor in moved.items() if minor}, held_deltas

    def _trades(  # noqa: C901 - a line for each event that moves something
        self, sequence: int, events: list[dict[str, Any]], touched: set[str]
    ) -> tuple[Moved, dict[str, Fills]]:
        """Return what the trades must move, and each account's fills, by the formulas alone."""
        expected: Moved = defaultdict(int)
        fills: dict[str, Fills] = {}
        for event in events:
            if event["type"] == "OrderReduced":
                touched.add(self._reduce(sequence, event))
            if event["type"] == "OrderAmended":
                touched.add(self._amend(sequence, event))
            if event["type"] in ("FundingSet", "FundingPaid"):
                self._fund(sequence, event, expected)
            if event["type"] == "OptionSettled":
                self.payoff_ticks = self._listed().payoff_ticks(event["price_minor"])
            if event["type"] == "PositionSettled":
                self._end(sequence, event, expected, fills)
            if event["type"] == "PositionsDeleveraged":
                self._deleverage(sequence, event, expected, fills)
            if event["type"] != "TradeExecuted":
                continue
            self.trades += 1
            self.findings.checked[Check.POSITIONS] += 1
            for role, side in _sides(event):
                account_id = event[f"{role}_account_id"]
                fill = Fills.of(
                    side, event["price_ticks"], event["quantity_lots"], event[f"{role}_fee_minor"]
                )
                fills[account_id] = fills.get(account_id, NONE).plus(fill)
                self._expect(expected, account_id, fill)
                self._execute(sequence, event, role, fill)
                touched.add(event[f"{role}_order_id"])
        return {place: minor for place, minor in expected.items() if minor}, fills

    def _fund(self, sequence: int, event: dict[str, Any], expected: Moved) -> None:
        """Take what a funding moves, which must be what its rate makes of the positions."""
        market = self._listed()
        if event["type"] == "FundingSet":
            lots = {account_id: one.quantity_lots for account_id, one in self.positions.items()}
            rate, mark_ticks = event.get("rate_millionths", 0), event.get("mark_price_ticks", 1)
            due = fund(lots, rate, mark_ticks, market.tick_value_minor).amounts_minor
            self.unfunded = {account_id: minor for account_id, minor in due.items() if minor}
            return
        account_id, amount_minor = event["account_id"], event["amount_minor"]
        if self.unfunded.pop(account_id, 0) != amount_minor:
            detail = f"a funding moves {amount_minor} of {account_id}, which is not due: {event}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
        expected[account_id, market.quote] += amount_minor
        expected[open_account(self.symbol), market.quote] -= amount_minor

    def _deleverage(
        self,
        sequence: int,
        event: dict[str, Any],
        expected: Moved,
        fills: dict[str, Fills],
    ) -> None:
        """Take in a position that others took over: nobody's may grow or turn by it."""
        self.findings.checked[Check.POSITIONS] += 1
        for told in fills_of_deleveraging(event):
            account_id, lots = told["account_id"], told["quantity_lots"]
            fill = Fills.of(told["side"], told["price_ticks"], lots, 0)
            held_lots = self.positions.get(account_id, OpenLots()).quantity_lots
            if held_lots * fill.lots >= 0 or lots > abs(held_lots):
                detail = f"{event['command_id']} moves {lots} of {held_lots} lots of {account_id}"
                self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
            fills[account_id] = fills.get(account_id, NONE).plus(fill)
            self._expect(expected, account_id, fill)

    def _expect(self, expected: Moved, account_id: str, fill: Fills) -> None:
        market = self._listed()
        if market.product is Product.SPOT:
            expected[account_id, market.base] += fill.lots * market.lot_value_minor
            expected[account_id, market.quote] -= fill.tick_lots * market.tick_value_minor
        elif market.product is Product.OPTION:
            self._close(account_id, fill)
            expected[account_id, market.quote] -= fill.tick_lots * market.tick_value_minor
        else:
            made_minor = self._close(account_id, fill) * market.tick_value_minor
            expected[account_id, market.quote] += made_minor
            expected[open_account(self.symbol), market.quote] -= made_minor
        expected[account_id, market.quote] -= fill.fee_minor
        expected[fee_account(self.symbol), market.quote] += fill.fee_minor

    def _end(
        self, sequence: int, event: dict[str, Any], expected: Moved, fills: dict[str, Fills]
    ) -> None:
        """Take the end of a position in an option: all of it, at the payoff by the formula."""
        market, account_id = self._listed(), event["account_id"]
        lots, payoff_ticks = self.positions.pop(account_id, OpenLots()).quantity_lots, 0
        if self.payoff_ticks is not None:
            payoff_ticks = self.payoff_ticks
        if (event["quantity_lots"], event["payoff_ticks"]) != (lots, payoff_ticks) or not lots:
            detail = f"{event} ends {lots} lots that are worth {payoff_ticks} ticks each"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
        self.findings.checked[Check.POSITIONS] += 1
        fills[account_id] = fills.get(account_id, NONE).plus(
            Fills(1, -lots, -lots * payoff_ticks, 0)
        )
        paid_minor = lots * payoff_ticks * market.tick_value_minor
        expected[account_id, market.quote] += paid_minor
        expected[open_account(self.symbol), market.quote] -= paid_minor

    def _close(self, account_id: str, fill: Fills) -> int:
        """Take a fill into a position; return what it made by closing, tick-lots."""
        before = self.positions.pop(account_id, OpenLots())
        after, made_tick_lots = before.traded(fill.lots, fill.tick_lots // fill.lots)
        if after.quantity_lots:
            self.positions[account_id] = after
        return made_tick_lots

    def _execute(self, sequence: int, event: dict[str, Any], role: str, fill: Fills) -> None:
        """Take a fill off its order: no more than remains, within its limit, at its fee."""
        order_id, account_id = event[f"{role}_order_id"], event[f"{role}_account_id"]
        order = self.orders.get(order_id)
        if order is None or order.account_id != account_id:
            detail = f"{event['trade_id']} fills {order_id} of {account_id}, which is not open"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
            return
        order.remaining_lots -= event["quantity_lots"]
        self._give(order, fill)
        notional_minor = abs(fill.tick_lots) * self._listed().tick_value_minor
        if order.left_minor is not None:
            order.left_minor -= notional_minor
        if (
            order.remaining_lots < 0
            or (order.left_minor or 0) < 0
            or not order.allows(event["price_ticks"])
            or fill.fee_minor != _fee_due_minor(order, event, role, notional_minor)
        ):
            detail = f"{event['trade_id']} is not within {order}: {event}"
            self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)

    def _give(self, leading: OpenOrder, fill: Fills) -> None:
        """Give what an order got to the one that follows it, where that is what it needs."""
        market = self._listed()
        if not self.following or market.product is not Product.SPOT:
            return
        order = self.orders.get(self.following.get(leading.order_id, ""))
        if order is not None and order.is_buy != leading.is_buy:
            got_minor = fill.lots * market.lot_value_minor
            if fill.lots < 0:
                got_minor = -fill.tick_lots * market.tick_value_minor - fill.fee_minor
            order.give(got_minor, market)

    def _postings_differ(self, sequence: int, moved: Moved, expected: Moved) -> None:
        for account_id, currency in sorted(moved.keys() | expected.keys()):
            posted_minor = moved.get((account_id, currency), 0)
            due_minor = expected.get((account_id, currency), 0)
            if posted_minor != due_minor:
                detail = (
                    f"{account_id}: postings move {format_minor(posted_minor, currency)} "
                    f"{currency}, trades say {format_minor(due_minor, currency)}"
                )
                self._breach(BreachCode.POSTINGS_DIFFER, sequence, detail)

    def _log(
        self,
        sequence: int,
        body: dict[str, Any],
        moved: Moved,
        fills: dict[str, Fills],
        after: dict[str, OpenOrder],
        amends: list[Amended],
    ) -> None:
        """Note per account what this record did, until the account has come as far."""
        due = {row[0] for row in body["postings"]} | {row[0] for row in body["releases"]}
        held: dict[str, dict[str, Held | None]] = defaultdict(dict)
        for account_id, order_id in body["releases"]:
            if order_id in self.orders:
                detail = f"releases the hold of {order_id}, which is open"
                self._breach(BreachCode.EXECUTION_DIFFERS, sequence, detail)
            held[account_id][order_id] = None
        for amended in amends:
            held[amended.account_id][amended.amend_id] = None
        for order_id, order in after.items():
            is_open = order_id in self.orders
            held[order.account_id][order_id] = (
                (order.currency, order.held_minor) if is_open else None
            )
        # By name: they are read in this order, which is not to hang on a process's hash seed.
        accounts = sorted((due | held.keys()) - own_accounts(self.symbol))
        note_steps(self.owed, sequence, accounts, due=due, moved=moved, fills=fills, held=held)


def amends_of(events: list[dict[str, Any]]) -> list[Amended]:
    """Return the amends that took effect."""
    return [
        Amended(event["command_id"], event["account_id"], event["order_id"], event["moved_minor"])
        for event in events
        if event["type"] == "OrderAmended"
    ]


def _fee_due_minor(order: OpenOrder, trade: dict[str, Any], role: str, notional_minor: int) -> int:
    """Return what a trade's maker or taker owes by the rates that its order came with."""
    if "auction_id" in trade:
        return auction_fee_minor(notional_minor, order.maker_bps)
    if role == MAKER:
        return maker_fee_minor(notional_minor, order.maker_bps, trade["taker_fee_minor"])
    return share_bps(notional_minor, order.taker_bps)


def _sides(trade: dict[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return (role, side) of a trade's maker and of its taker."""
    taker_side: str = trade["taker_side"]
    maker_side = Side.SELL.value if taker_side == Side.BUY else Side.BUY.value
    return (MAKER, maker_side), (TAKER, taker_side)
