"""The steps of a liquidation, each decided on the account as it stands.

An account that is liquidated takes no order but those of its liquidation. So what it has open
changes by its own fills alone, and an account without holds has nothing on its way: only then is a
step decided. The step's record is put behind the very record that was looked at, or not at all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from liquidation.insurance import FUND_LOW, Insurance, payment_id
from liquidation.ranking import Ranking
from zerodesk.accounts import AccountState, Change, Hold
from zerodesk.commands import DeleverageCommand, PlaceCommand, look_at_the_time
from zerodesk.instruments import Market, Product, TradingState
from zerodesk.liquidating import ask_insurance, deleverage, end_liquidation, reduce_by_order
from zerodesk.liquidations import BY_MARGIN, Liquidation, order_name
from zerodesk.orders import OrderStatus, order_id_for
from zerodesk.positions import FLAT
from zerodesk.risk import Marked
from zerodesk.risk.liquidation import (
    Decision,
    Reduction,
    Step,
    next_step,
    owed_by,
    own_minor,
    takeover_ticks,
)
from zerodesk.risk.monitoring import (
    Margin,
    derivatives_of,
    evidence,
    exposure_of,
    margins_of,
    stale_marks,
)
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.entry import count, logger
from zerodesk_aws.filters import fingerprint
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.marks import Marks
from zerodesk_aws.mass_cancels import MassCancels
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

ENDED: Final = "ENDED"
WAIT: Final = Step.WAIT.value

TAKEOVER_MS: Final = 2_000
"""For how much later a mark than its own a takeover holds: so long a command is on its way, and no
longer than this is waited where it was lost. Marks come every second or so. Of an option, of which
its book knows no mark, it is for how much later record time."""

LOOK_AGE_MS: Final = 5_000
"""How old a look may be when the item of its order is made, whose time is the look's: the sweeper
finds what was left alone by that time, within a minute."""


class Seen(NamedTuple):
    """An account that is liquidated, what it has and needs, and what is next.

    Where it is one ``isolated`` position alone, all of it is of that.
    """

    account: Account
    isolated: str | None
    liquidation: Liquidation
    marked: dict[str, Marked]
    margins: list[Margin]
    decision: Decision
    in_vain: int
    funds: Mapping[str, int]
    at_ms: int

    def evidence(self) -> dict[str, Any]:
        """Return what was decided on, for the step's record."""
        found = evidence(self.account.state, self.margins, self.marked)
        return {"at_ms": self.at_ms} | found


class Liquidator:
    """Takes the steps."""

    def __init__(
        self,
        accounts: AccountJournal,
        orders: Orders,
        markets: Markets,
        limits: LimitRegister,
        queue: CommandQueue,
        ranking: Ranking,
        insurance: Insurance,
    ) -> None:
        self._accounts, self._orders, self._markets = accounts, orders, markets
        self._limits, self._queue = limits, queue
        self._ranking, self._insurance = ranking, insurance
        self._mass_cancels = MassCancels(accounts, orders, queue)

    def look(self, account_id: str, number: int) -> str:
        """Return what is next; end the liquidation where nothing is."""
        seen = self._seen(account_id, number)
        if not isinstance(seen, Seen):
            return seen
        if seen.decision.step is Step.NONE:
            return self._end(seen)
        return seen.decision.step.value

    def cancel_orders(self, account_id: str, number: int) -> str:
        """Have all cancelled that is held for what is liquidated; a repeat drives that on."""
        state = self._accounts.latest(account_id).state
        found = _under_way(state, number)
        if found is not None:
            cancel_id, (isolated, _) = _cancel_id(number), found
            spared = () if isolated is not None else state.isolated
            self._mass_cancels.cancel_held(account_id, cancel_id, now_ms(), isolated, spared)
        return WAIT

    def reduce(self, account_id: str, number: int) -> str:
        """Place an order that reduces the account, if that is what is next."""
        seen = self._seen(account_id, number)
        if not isinstance(seen, Seen) or seen.decision.step is not Step.REDUCE:
            return WAIT
        reduction = seen.decision.reduction
        assert reduction is not None, "a reduction has an order"
        command = self._place(seen, self._at_most(reduction))
        if command is not None:
            self._queue.send(command)
        return WAIT

    def insure(self, account_id: str, number: int) -> str:
        """Have the insurance fund pay what the account owes, if that is what is next.

        What was asked for before is driven on, and nothing asked for beside it.
        """
        seen = self._seen(account_id, number)
        if isinstance(seen, Seen) and seen.decision.step is Step.INSURE:
            self._ask_fund(seen)
        found = _under_way(self._accounts.latest(account_id).state, number)
        if found is not None and found[1].paying:
            isolated, liquidation = found
            self._insurance.pay(account_id, liquidation, isolated)
        return WAIT

    def _ask_fund(self, seen: Seen) -> None:
        """Record how much the fund is asked for, unless the account has moved meanwhile."""
        account_id, step = seen.account.account_id, seen.liquidation.steps + 1
        currency, pays_minor = seen.decision.currency, seen.decision.pays_minor
        taken = seen.liquidation._replace(
            steps=step,
            paying=step,
            currency=currency,
            asked_minor=pays_minor,
            marked_until_ms=0,
        )
        transfer_id = payment_id(account_id, taken, step)
        asked = {"transfer_id": transfer_id, "currency": currency, "amount_minor": pays_minor}
        told = seen.evidence() | {"took": asked}

        def decide(account: Account) -> Change | None:
            if _has_moved(account, seen):
                return None
            return ask_insurance(account.state, taken, transfer_id, told, seen.isolated)

        after = self._accounts.commit(account_id, decide)
        if after.state.liquidations().get(seen.isolated) == taken:
            logger.warning("insurance fund asked", extra=asked | {"account_id": account_id})

    def deleverage(self, account_id: str, number: int) -> str:
        """Have those on the other side take a position over, if that is what is next.

        At the price of bankruptcy, so that the account owes nothing by it; or as much nearer to the
        mark as the insurance fund then pays. An option goes at the mark where it can be paid.
        """
        seen = self._seen(account_id, number)
        if not isinstance(seen, Seen) or seen.decision.step is not Step.DELEVERAGE:
            return WAIT
        reduction = seen.decision.reduction
        assert reduction is not None, "what is taken over is a position"
        command = self._take_over(seen, reduction.symbol)
        if command is not None:
            self._queue.send(command)
        return WAIT

    def _take_over(self, seen: Seen, symbol: str) -> DeleverageCommand | None:
        """Record that others take a position over; None where the account has moved, or nobody."""
        account_id, liquidation = seen.account.account_id, seen.liquidation
        one = seen.marked[symbol]
        position = exposure_of(seen.account.state, symbol, one)
        lots, is_option = position.quantity_lots, one.option is not None
        others = self._ranking.others(symbol, lots, seen.at_ms)
        if not others:
            logger.warning("nobody takes over", account_id=account_id, symbol=symbol)
            return None
        [margin] = [found for found in seen.margins if found.currency == one.quote]
        held_ms = seen.at_ms if is_option else one.marked_at_ms
        taken = liquidation._replace(
            steps=liquidation.steps + 1,
            symbol=symbol,
            lots_before=lots,
            in_vain=seen.in_vain,
            marked_until_ms=held_ms + TAKEOVER_MS,
        )
        command = DeleverageCommand(
            kind="deleverage",
            command_id=order_id_for(account_id, order_name(liquidation, taken.steps)),
            account_id=account_id,
            symbol=symbol,
            price_ticks=takeover_ticks(
                position,
                own_minor(seen.account.state, symbol, seen.marked, margin),
                seen.funds.get(one.quote, 0),
                is_option=is_option,
            ),
            others=others,
            marked_until_ms=taken.marked_until_ms,
            accepted_at_ms=seen.at_ms,
        )
        took: dict[str, str | int] = {
            "order_id": command["command_id"],
            "symbol": symbol,
            "side": ("SELL" if lots > 0 else "BUY"),
            "quantity_lots": abs(lots),
            "price_ticks": command["price_ticks"],
        }
        told = seen.evidence() | {"took": took, "others": others}

        def decide(account: Account) -> Change | None:
            if _has_moved(account, seen):
                return None
            return deleverage(account.state, taken, command["command_id"], told, seen.isolated)

        after = self._accounts.commit(account_id, decide)
        if after.state.liquidations().get(seen.isolated) != taken:
            return None
        logger.warning("account deleveraged", extra=took | {"account_id": account_id})
        return command

    def _seen(self, account_id: str, number: int) -> Seen | str:
        """Return the account with what is next, or why nothing can be decided now."""
        account, at_ms = self._accounts.latest(account_id), now_ms()
        state, found = account.state, _under_way(account.state, number)
        if found is None:
            return ENDED
        isolated, liquidation = found
        if _holds(state, isolated):
            was_opened = self._mass_cancels.was_opened(account_id, _cancel_id(number))
            return WAIT if was_opened else Step.CANCEL_ORDERS.value
        if self._insurance.is_under_way(account_id, liquidation):
            return Step.INSURE.value
        symbols = derivatives_of(state, isolated)
        marked = Marks(self._markets).of(symbols)
        if stale_marks(state, marked, at_ms).keys() & symbols or self._is_closed(symbols):
            return WAIT
        in_vain = _in_vain(state, liquidation)
        if self._may_be_taken_over(account, liquidation, at_ms):
            return WAIT
        needs, funds = margins_of(state, isolated, marked), self._insurance.funds()
        decision = next_step(state, marked, isolated=isolated, in_vain=in_vain, fund_minor=funds)
        return Seen(account, isolated, liquidation, marked, needs, decision, in_vain, funds, at_ms)

    def _may_be_taken_over(self, account: Account, liquidation: Liquidation, at_ms: int) -> bool:
        """Whether others may still take over what they were asked to: by the mark it holds.

        Until then nothing is decided, not even that this is over. Behind it the book refuses it.
        That of an option goes by its own time, which stands still until somebody sends something.
        """
        symbol, until_ms = liquidation.symbol, liquidation.marked_until_ms
        if not until_ms or self._is_taken_over(account, liquidation):
            return False
        listed = self._markets.get(symbol)
        assert listed is not None, "what is taken over was listed"
        is_option = listed.market.product is Product.OPTION
        if (listed.time_ms if is_option else listed.marked_at_ms) > until_ms:
            return False
        if is_option and at_ms > until_ms:
            self._queue.send(look_at_the_time(symbol, at_ms))
        return True

    def _is_taken_over(self, account: Account, liquidation: Liquidation) -> bool:
        """Whether others took over what they were asked to last.

        That the position is another does not say it: who is liquidated as well may have had its own
        taken over from this one, and then what was asked for may still come.
        """
        lots = account.state.positions.get(liquidation.symbol, FLAT).quantity_lots
        if lots == liquidation.lots_before:
            return False
        command_id = order_id_for(account.account_id, order_name(liquidation, liquidation.steps))
        records = self._accounts.read(account.account_id, liquidation.number)
        causes = (record.body["cause"] for record in records)
        return any(
            fill["order_id"] == command_id for cause in causes for fill in cause.get("fills", ())
        )

    def _is_closed(self, symbols: Iterable[str]) -> bool:
        """Whether one of these markets takes no orders now: nothing is decided then."""
        venue = self._limits.latest()
        for symbol in sorted(symbols):
            listed = self._markets.get(symbol)
            if listed is None or listed.state is not TradingState.OPEN or venue.kills(symbol):
                return True
        return False

    def _end(self, seen: Seen) -> str:
        """Give the account back to whoever trades it, unless it has changed meanwhile."""
        owed = owed_by(seen.account.state, seen.isolated)
        reason = "the account owes more than it has" if owed else "above initial margin"
        told = seen.evidence() | {"by": BY_MARGIN, "reason": reason}

        def decide(account: Account) -> Change | None:
            if _has_moved(account, seen):
                return None
            return end_liquidation(account.state, told, seen.isolated)

        after = self._accounts.commit(seen.account.account_id, decide)
        if seen.isolated in after.state.liquidations():
            return WAIT
        if owed:
            count(FUND_LOW)
        logger.warning("liquidation ended", number=seen.liquidation.number, reason=reason)
        return ENDED

    def _place(self, seen: Seen, reduction: Reduction) -> PlaceCommand | None:
        """Record a step, the order's fee held; None where the account has moved meanwhile."""
        listed = self._markets.get(reduction.symbol)
        assert listed is not None, "what is reduced was listed"
        account_id = seen.account.account_id
        if abs(now_ms() - seen.at_ms) > LOOK_AGE_MS:
            return None
        step, order_id = self._open_item(seen, reduction)
        command = _command(account_id, order_id, reduction, listed.market, seen.at_ms)
        position = seen.account.state.positions.get(reduction.symbol, FLAT)
        taken = seen.liquidation._replace(
            steps=step,
            symbol=reduction.symbol,
            lots_before=position.quantity_lots,
            in_vain=seen.in_vain,
            marked_until_ms=0,
        )
        took = {
            "order_id": order_id,
            "symbol": reduction.symbol,
            "side": reduction.side.value,
            "quantity_lots": reduction.quantity_lots,
            "price_ticks": reduction.price_ticks,
        }
        told = seen.evidence() | {"took": took}

        def decide(account: Account) -> Change | None:
            if _has_moved(account, seen):
                return None
            return reduce_by_order(
                account.state, taken, command, listed.market.quote, told, seen.isolated
            )

        after = self._accounts.commit(account_id, decide)
        if order_id not in after.state.holds:
            return None
        logger.warning("account reduced", extra={"account_id": account_id, "step": step} | took)
        return command

    def _at_most(self, reduction: Reduction) -> Reduction:
        """Return a reduction that is no larger than one order of its market may be."""
        listed = self._markets.get(reduction.symbol)
        assert listed is not None, "what is reduced was listed"
        most_lots = listed.market.max_quantity_lots
        return replace(reduction, quantity_lots=min(reduction.quantity_lots, most_lots))

    def _open_item(self, seen: Seen, reduction: Reduction) -> tuple[int, str]:
        """Return the number and the id of the next step's order, with its item.

        A step whose record never came leaves an item behind, which the sweeper has refused: its
        number is passed over.
        """
        account_id, step = seen.account.account_id, seen.liquidation.steps
        while True:
            step += 1
            order_id = order_id_for(account_id, order_name(seen.liquidation, step))
            shown = f"liquidation-{seen.liquidation.number}-{step}"
            request = _request(account_id, order_id, shown, reduction, seen.at_ms)
            item, is_new = self._orders.open_gate(
                account_id,
                order_id,
                kind="order",
                fingerprint=fingerprint(request),
                request=request,
                at_ms=seen.at_ms,
            )
            if is_new or (item.status == OrderStatus.QUEUED and item.request == request):
                return step, order_id


def _under_way(state: AccountState, number: int) -> tuple[str | None, Liquidation] | None:
    """Return the liquidation of a number, with which isolated position it is of."""
    for isolated, liquidation in state.liquidations().items():
        if liquidation.number == number:
            return isolated, liquidation
    return None


def _holds(state: AccountState, isolated: str | None) -> dict[str, Hold]:
    """Return what is held for orders of what is liquidated."""
    if isolated is None:
        apart = state.isolated
        return {n: one for n, one in state.holds.items() if one.command["symbol"] not in apart}
    return {n: one for n, one in state.holds.items() if one.command["symbol"] == isolated}


def _has_moved(account: Account, seen: Seen) -> bool:
    """Whether what was looked at is not as it was any more.

    An account that is liquidated as a whole hardly moves. One that is not goes on trading beside
    its isolated position, of which only the pot, the position and the orders count.
    """
    if seen.isolated is None:
        return account.tip != seen.account.tip
    return _apart(account.state, seen.isolated) != _apart(seen.account.state, seen.isolated)


def _apart(state: AccountState, symbol: str) -> tuple[Any, ...]:
    """Return all that an isolated position is decided on, of its account."""
    pot, position = state.isolated.get(symbol), state.positions.get(symbol, FLAT)
    return pot, position, _holds(state, symbol), state.terms.spared


def _in_vain(state: AccountState, liquidation: Liquidation) -> int:
    """Return how many steps in a row closed nothing, with the last one."""
    if not liquidation.steps:
        return 0
    lots = state.positions.get(liquidation.symbol, FLAT).quantity_lots
    return liquidation.in_vain + 1 if lots == liquidation.lots_before else 0


def _cancel_id(number: int) -> str:
    """Return an id that no client can have given a cancel of its own."""
    return f"liquidation#{number}"


def _command(
    account_id: str, order_id: str, reduction: Reduction, market: Market, at_ms: int
) -> PlaceCommand:
    is_buy = reduction.side.value == "BUY"
    return PlaceCommand(
        kind="place",
        command_id=order_id,
        account_id=account_id,
        symbol=reduction.symbol,
        side=reduction.side.value,
        type="LIMIT",
        price_ticks=reduction.price_ticks,
        quantity_lots=reduction.quantity_lots,
        time_in_force="IOC",
        post_only=False,
        maker_bps=market.maker_bps,
        taker_bps=market.taker_bps,
        held_minor=market.need_minor(
            reduction.price_ticks, reduction.quantity_lots, market.taker_bps, is_buy=is_buy
        ),
        accepted_at_ms=at_ms,
        reduce_only=True,
    )


def _request(
    account_id: str, order_id: str, name: str, reduction: Reduction, at_ms: int
) -> dict[str, Any]:
    """Return the order as intake would have stored it."""
    return {
        "client_order_id": name,
        "symbol": reduction.symbol,
        "side": reduction.side.value,
        "type": "LIMIT",
        "time_in_force": "IOC",
        "post_only": False,
        "reduce_only": True,
        "quantity_lots": reduction.quantity_lots,
        "price_ticks": reduction.price_ticks,
        "account_id": account_id,
        "order_id": order_id,
        "accepted_at_ms": at_ms,
    }
