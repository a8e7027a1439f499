"""Options that nobody buys or sells are taken over by those on their other side, at the mark."""

from typing import Any

import pytest

from tests.functions.gateway import Gateway
from tests.functions.killing import killed
from tests.functions.liquidation.conftest import Desk, trade, under_way
from tests.functions.liquidation.test_liquidation import caught_on_its_way, steps
from tests.functions.risk_monitor.conftest import WatchMargins
from tests.functions.test_options import CALL, LISTING, THIRD_LEVEL, mark_all, publish
from tests.functions.test_options import trade as trade_option
from tests.functions.test_perpetuals import totals
from zerodesk.accounts import AccountState
from zerodesk.insurance import FUND
from zerodesk.positions import FLAT
from zerodesk.risk.liquidation import IN_VAIN
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.tables.market import Markets

DOLLAR = 10**6
PERP = "BTC-PERP"
IN_BOTH = (CALL, PERP)
HOLDERS = ("ann", "cat")
WRITER = "ben"


@pytest.fixture
def options(venue: Gateway) -> Gateway:
    """A market of calls beside the perpetual, where everybody has 40,000 dollars, and no orders."""
    from pricing import handler as pricing

    pricing.desk.cache_clear()
    assert venue.operator("POST", "/v1/markets", LISTING).status == 201
    for account_id in (*HOLDERS, WRITER):
        venue.operator("PUT", f"/v1/accounts/{account_id}/standing", THIRD_LEVEL)
        give(venue, account_id, "33000")
    publish(venue)
    mark_all(venue)
    return venue


def give(venue: Gateway, account_id: str, amount: str) -> None:
    body = {"deposit_id": f"more-{amount}", "currency": "USD", "amount": amount}
    assert venue.operator("POST", f"/v1/accounts/{account_id}/deposits", body).status == 201


def index(venue: Gateway, price: str) -> None:
    """Let the index of the underlying come to a price, and everything be marked by it."""
    body = {"source": "index", "price": price, "observed_at": iso_ms(now_ms())}
    for symbol in ("BTC-USD", PERP):
        path = f"/v1/markets/{symbol}/index-prices"
        assert venue.operator("POST", path, body).status == 202
    assert mark_all(venue)["unmarked"] == 0


def mark() -> int:
    """What a call is worth, whole dollars a bitcoin."""
    risk = Markets("market").option(CALL)
    assert risk is not None
    return risk.mark_price_ticks


def state(account_id: str) -> AccountState:
    return AccountJournal("journal").latest(account_id).state


def lots(account_id: str, symbol: str = CALL) -> int:
    return state(account_id).positions.get(symbol, FLAT).quantity_lots


def cash(account_id: str) -> int:
    return state(account_id).available_minor("USD")


def taken(venue: Gateway) -> list[Any]:
    return [one.detail for one in venue.told if one.detail_type == "PositionsDeleveraged"]


def in_clearing() -> tuple[str, str]:
    from reconciliation import operations

    found = totals(operations.reconcile(60.0))
    return found["open"], found["in_clearing"]


def run(venue: Gateway, desk: Desk, account_id: str) -> list[str]:
    return desk.run(account_id, between=lambda: settle(venue))


def settle(venue: Gateway) -> None:
    for symbol in IN_BOTH:
        venue.settle(symbol)


@pytest.fixture
def short(options: Gateway, desk: Desk, watch: WatchMargins) -> Gateway:
    """Ben wrote two calls that Ann and Cat have, and is below his maintenance by a higher index."""
    for who in HOLDERS:
        trade_option(options, f"t-{who}", who, WRITER, mark())
    options.told.clear()
    index(options, "85000")
    watch(None)
    return options


def test_written_options_that_nobody_sells_are_taken_over_by_who_holds_them_at_the_mark(
    short: Gateway, desk: Desk
) -> None:
    before = {who: cash(who) for who in (*HOLDERS, WRITER)}
    acts = run(short, desk, WRITER)
    assert acts == [*["REDUCE"] * IN_VAIN, "DELEVERAGE"]
    assert steps(WRITER) == ["BEGIN", *acts, "END"]
    assert [lots(who) for who in (*HOLDERS, WRITER)] == [0, 0, 0]
    [told] = taken(short)
    assert (told["account_id"], told["side"], told["price_ticks"]) == (WRITER, "BUY", mark())
    # Each holder is paid the mark for one call, and Ben pays for two: no fee, and not a unit more.
    moved = {who: cash(who) - before[who] for who in before}
    assert moved == dict.fromkeys(HOLDERS, mark() * DOLLAR) | {WRITER: -2 * mark() * DOLLAR}
    assert cash(WRITER) > 0
    assert in_clearing() == ("0", "0")
    [fill, *_] = short.call("GET", f"/v1/fills?symbol={CALL}", who="ann").json["fills"]
    assert (fill["liquidity"], fill["side"], fill["fee"]) == ("DELEVERAGED", "SELL", "0")


def test_what_a_writer_cannot_pay_the_holders_are_paid_less(
    options: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    for who in HOLDERS:
        trade_option(options, f"t-{who}", who, WRITER, mark())
    options.told.clear()
    has = cash(WRITER)
    index(options, "120000")
    watch(None)
    assert 2 * mark() * DOLLAR > has
    acts = run(options, desk, WRITER)
    assert acts == [*["REDUCE"] * IN_VAIN, "DELEVERAGE"]
    [told] = taken(options)
    # The price is what is there over two calls, a dollar a bitcoin rounded down: nothing is owed.
    assert told["price_ticks"] == has // (2 * DOLLAR) < mark()
    assert 0 <= cash(WRITER) < 2 * DOLLAR
    assert in_clearing() == ("0", "0")


def test_the_fund_pays_for_a_writer_before_its_holders_do(
    options: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    for who in HOLDERS:
        trade_option(options, f"t-{who}", who, WRITER, mark())
    given = {"deposit_id": "i", "currency": "USD", "amount": "90000", "reason": "a cushion"}
    assert options.operator("POST", "/v1/insurance/deposits", given).status == 201
    options.told.clear()
    has = cash(WRITER)
    index(options, "120000")
    watch(None)
    acts = run(options, desk, WRITER)
    assert acts[: IN_VAIN + 2] == [*["REDUCE"] * IN_VAIN, "DELEVERAGE", "INSURE"]
    assert taken(options)[0]["price_ticks"] == mark()
    assert (cash(WRITER), cash(FUND)) == (0, 90_000 * DOLLAR + has - 2 * mark() * DOLLAR)
    assert in_clearing() == ("0", "0")


def test_an_option_that_is_long_is_taken_over_by_who_wrote_it_when_its_holder_owes(
    options: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    """Ann has a call and is long of the perpetual, by which she loses more than her cash."""
    trade_option(options, "t1", "ann", WRITER, mark())
    trade(options, "p1", "ann", "cat", "2", "60000")
    settle(options)
    options.told.clear()
    index(options, "45000")
    watch(None)
    assert state("ann").liquidation is not None
    run(options, desk, "ann")
    perpetual, call = taken(options)
    assert (perpetual["symbol"], call["symbol"]) == (PERP, CALL)
    # What the call is worth is hers: those who were short of the perpetual lose nothing by her.
    assert perpetual["price_ticks"] == 4_500_000
    assert (call["side"], call["price_ticks"]) == ("SELL", mark())
    assert call["taken"] == [[WRITER, 10]]
    assert [lots(who, s) for who in (*HOLDERS, WRITER) for s in IN_BOTH] == [0] * 6
    assert cash("ann") >= 0
    assert in_clearing() == ("0", "0")


def test_a_hedge_is_kept_until_the_options_that_it_covers_are_taken_over(
    options: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    """The book of the perpetual has bids all the way, and that of the calls nobody."""
    for who in HOLDERS:
        trade_option(options, f"t-{who}", who, WRITER, mark())
    options.open("deep", USD="1000000")
    options.operator("PUT", "/v1/accounts/deep/standing", THIRD_LEVEL)
    trade(options, "p1", WRITER, "deep", "1", "60000")
    settle(options)
    index(options, "105000")
    watch(None)
    assert state(WRITER).liquidation is not None
    bid = options.place("deep", "bid", "BUY", symbol=PERP, quantity="0.2", price="104500")
    assert bid.json["status"] == "OPEN", bid.text
    acts = run(options, desk, WRITER)
    assert acts == [*["REDUCE"] * IN_VAIN, "DELEVERAGE"]
    assert (lots(WRITER), lots(WRITER, PERP)) == (0, 10_000)
    assert in_clearing()[1] == "0"


def test_two_that_are_liquidated_take_over_from_each_other(
    options: Gateway, desk: Desk, watch: WatchMargins
) -> None:
    """Ann has all calls that Ben wrote, and lost more by the perpetual than her cash."""
    trade_option(options, "t1", "ann", WRITER, mark())
    trade_option(options, "t2", "ann", WRITER, mark())
    trade(options, "p1", "cat", "ann", "1", "60000")
    settle(options)
    options.told.clear()
    index(options, "105000")
    watch(None)
    assert all(state(who).liquidation is not None for who in ("ann", WRITER))
    run(options, desk, WRITER)
    assert [one["taken"] for one in taken(options)] == [[["ann", 20]]]
    assert (lots(WRITER), lots("ann")) == (0, 0)
    run(options, desk, "ann")
    assert all(state(who).liquidation is None for who in ("ann", WRITER))
    assert min(cash("ann"), cash(WRITER)) >= 0
    assert in_clearing()[1] == "0"


@pytest.mark.usefixtures("hasty")
def test_who_was_taken_over_by_another_waits_for_what_it_asked_for_itself(
    short: Gateway, desk: Desk
) -> None:
    """Ben's calls were taken over, by another command than his own, and his own may still come."""
    command = asked_to_take_over(short, desk)
    short.send(command | {"command_id": f"{command['command_id'][:-1]}2"})
    settle(short)
    assert lots(WRITER) == 0
    assert desk.take("LOOK", WRITER, under_way(WRITER).number) == "WAIT"
    assert run(short, desk, WRITER) == []
    give(short, WRITER, "400000")
    trade_option(short, "again", "ann", WRITER, mark())
    short.send(command)
    settle(short)
    assert lots(WRITER) == -10


def asked_to_take_over(venue: Gateway, desk: Desk) -> Any:
    """Have the holders asked to take Ben's calls over, by a command that is on its way."""
    number = under_way(WRITER).number
    for _ in range(IN_VAIN):
        desk.take("REDUCE", WRITER, number)
        settle(venue)
    with caught_on_its_way() as sent:
        desk.take("DELEVERAGE", WRITER, number)
    [command] = sent
    return command


def test_nothing_is_decided_while_a_takeover_of_options_may_still_come(
    short: Gateway, desk: Desk
) -> None:
    command = asked_to_take_over(short, desk)
    # Marks do not matter to it: the book of an option does not know them.
    index(short, "85000")
    give(short, WRITER, "400000")
    for step in ("LOOK", "DELEVERAGE", "REDUCE"):
        assert desk.take(step, WRITER, under_way(WRITER).number) == "WAIT"
    short.send(command)
    settle(short)
    assert [lots(who) for who in (*HOLDERS, WRITER)] == [0, 0, 0]
    assert run(short, desk, WRITER) == []


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takeovers hold for the time at which they were decided, and for no later one."""
    monkeypatch.setattr("liquidation.liquidator.TAKEOVER_MS", 0)


@pytest.mark.usefixtures("hasty")
def test_a_takeover_that_was_lost_ends_by_a_look_at_the_time_and_takes_nothing_over_later(
    short: Gateway, desk: Desk
) -> None:
    command = asked_to_take_over(short, desk)
    give(short, WRITER, "400000")
    assert run(short, desk, WRITER) == []
    assert state(WRITER).liquidation is None
    short.send(command)
    settle(short)
    assert [lots(who) for who in (*HOLDERS, WRITER)] == [10, 10, -20]
    assert taken(short) == []


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("after", [False, True])
def test_a_takeover_of_options_that_dies_anywhere_takes_over_no_unit_too_much(
    short: Gateway, desk: Desk, *, after: bool
) -> None:
    number = under_way(WRITER).number
    for _ in range(IN_VAIN):
        desk.take("REDUCE", WRITER, number)
        settle(short)
    for at_call in range(100):
        with killed(at_call, after=after) as made:
            desk.take("DELEVERAGE", WRITER, number)
        settle(short)
        assert [lots(who) for who in (*HOLDERS, WRITER)] in ([10, 10, -20], [0, 0, 0])
        if len(made) <= at_call:
            break
        desk.take("LOOK", WRITER, number)
    if state(WRITER).liquidation is not None:
        run(short, desk, WRITER)
    assert [lots(who) for who in (*HOLDERS, WRITER)] == [0, 0, 0]
    assert in_clearing() == ("0", "0")
