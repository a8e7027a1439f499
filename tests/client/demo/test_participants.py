from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.client.builders import a_trader
from tests.client.fake_venue import FakeVenue
from zerodesk.orders import Side
from zerodesk_client.api import Client
from zerodesk_client.demo.index import Index
from zerodesk_client.demo.participants import LEVELS, Desk, MarketMaker, participant_of, roster
from zerodesk_client.demo.tally import Tally

SYMBOL = "BTC-USD"


@pytest.fixture
def desk(operator: Client) -> Desk:
    trader = a_trader(operator, "trader", usd="9000000", btc="100000")
    return Desk(trader, "maker", "RUNAAA", "seed", Index({SYMBOL: Decimal(100)}, "s"), Tally())


def prices(venue: FakeVenue, side: Side) -> list[Decimal]:
    return [entry.price for entry in venue.markets[SYMBOL].book.side(side)]


def test_a_maker_quotes_both_sides_of_the_index(
    venue: FakeVenue, operator: Client, desk: Desk
) -> None:
    MarketMaker(desk, operator.market(SYMBOL)).act()
    bids, asks = prices(venue, Side.BUY), prices(venue, Side.SELL)
    assert len(bids) == len(asks) == LEVELS
    assert max(bids) < 100 < min(asks)


def test_a_maker_leaves_good_quotes_alone_and_moves_stale_ones(
    venue: FakeVenue, operator: Client, desk: Desk
) -> None:
    maker = MarketMaker(desk, operator.market(SYMBOL))
    maker.act()
    placed = len(venue.orders)
    maker.act()
    assert len(venue.orders) == placed
    desk.index._prices[SYMBOL] = Decimal(102)
    maker.act()
    assert len(venue.orders) == 2 * placed
    assert min(prices(venue, Side.BUY)) > 101


def test_a_maker_replaces_what_was_filled(venue: FakeVenue, operator: Client, desk: Desk) -> None:
    maker = MarketMaker(desk, operator.market(SYMBOL))
    maker.act()
    book = venue.markets[SYMBOL].book
    gone = book.side(Side.SELL)[0]
    book.resting.remove(gone)
    gone.owner["status"] = "FILLED"
    maker.act()
    assert len(prices(venue, Side.SELL)) == LEVELS


def test_the_same_seed_draws_the_same_orders(
    venue: FakeVenue, operator: Client, desk: Desk
) -> None:
    def bodies(name: str, act: Callable[[Desk], None]) -> list[dict[str, object]]:
        before = set(venue.orders)
        act(Desk(desk.client, "same", name, "seed", desk.index, desk.tally))
        new = [venue.orders[key]["body"] for key in venue.orders if key not in before]
        return [{k: v for k, v in body.items() if k != "client_order_id"} for body in new]

    def act(of: Desk) -> None:
        markets = {SYMBOL: operator.market(SYMBOL)}
        for part in ("taker", "ditherer"):
            participant = participant_of(part, of, markets)
            for _ in range(8):
                participant.act()

    assert bodies("RUNAAA", act) == bodies("RUNBBB", act) != []


@pytest.mark.parametrize("participants", [4, 6, 20])
def test_everybody_has_a_part(participants: int) -> None:
    parts = list(roster(participants, [SYMBOL, "ETH-USD"]).values())
    assert len(parts) == participants
    assert parts[:3] == [SYMBOL, "ETH-USD", "ditherer"]
