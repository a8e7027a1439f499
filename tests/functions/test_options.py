"""A listed option over the API and its real handlers: listed, quoted, traded, held to margin."""

from typing import Any

import pytest

from tests.functions.gateway import BTC_USD, Answered, Gateway
from tests.functions.killing import failing, throttled
from tests.functions.market_reads import to_price
from tests.zerodesk.pricing.surfaces.chains import a_surface
from zerodesk.times import iso_ms
from zerodesk_aws.clock import now_ms
from zerodesk_aws.faults import ServiceBusyError, StaleMarketError
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.holders import Holders
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

CALL = "BTC-25DEC30-60000-C"
LISTING = BTC_USD | {"symbol": CALL, "tick_size": "1", "lot_size": "0.1", "collar_bps": 5_000}
THIRD_LEVEL = {"status": "ACTIVE", "verification_level": 3, "reason": "checked"}
HOUR_MS = 3_600_000
ACCOUNTS = ("ann", "ben", "cat")


@pytest.fixture
def venue(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    from pricing import handler as pricing
    from reconciliation import operations
    from reconciliation.run import Reconciliation

    pricing.desk.cache_clear()
    read = (Journal("journal"), Orders("orders"), Markets("market"), Cursors("cursors"))
    reconciliation = Reconciliation(*read, Holders("holders"))
    monkeypatch.setattr(operations, "reconciliation", reconciliation)
    assert gateway.operator("POST", "/v1/markets", LISTING).status == 201
    for account_id in ACCOUNTS:
        gateway.open(account_id, USD="40000")
        gateway.operator("PUT", f"/v1/accounts/{account_id}/standing", THIRD_LEVEL)
    return gateway


def publish(venue: Gateway, **changed: Any) -> Answered:
    body = {"surface": a_surface().to_dict(), "spot": "100", "valid_seconds": 3_600}
    body |= {"as_of": iso_ms(now_ms() - 60_000)} | changed
    return venue.operator("PUT", "/v1/markets/BTC-USD/surface", body)


def place(venue: Gateway, who: str, name: str, side: str, **terms: Any) -> Any:
    return venue.place(who, name, side, **({"symbol": CALL, "quantity": "1"} | terms)).json


def fair(venue: Gateway) -> int:
    """The option's mark, whole dollars."""
    from pricing import handler as pricing

    order = {"symbol": CALL, "side": "BUY", "price_ticks": None, "quantity_lots": 1}
    quote = pricing.handler(to_price(order), venue.context)["quote"]
    return int(quote["mark_price_ticks"])


def trade(venue: Gateway, name: str, buyer: str, seller: str, price: int) -> None:
    sold = place(venue, seller, f"{name}-s", "SELL", price=str(price))
    assert sold["status"] == "OPEN", sold
    bought = place(venue, buyer, f"{name}-b", "BUY", price=str(price))
    assert bought["status"] == "FILLED", bought
    venue.settle(CALL)


def mark_all(venue: Gateway) -> Any:
    from pricing import handler as pricing

    return pricing.handler({"schedule": "mark-options"}, venue.context)


def usd(venue: Gateway, account_id: str) -> tuple[str, str]:
    balances = venue.call("GET", "/v1/balances", who=account_id).json["balances"]
    [found] = [one for one in balances if one["currency"] == "USD"]
    return found["available"], found["held"]


def quantity(venue: Gateway, account_id: str) -> str:
    path = f"/v1/accounts/{account_id}/positions"
    [found] = venue.call("GET", path, who=account_id).json["positions"]
    return str(found["quantity"])


def balances(report: Any) -> dict[str, str]:
    assert report["breaches"] == []
    assert report["balanced"]
    [found] = [one for one in report["totals"] if one["currency"] == "USD"]
    return {name: found[name] for name in ("users", "fees", "open", "in_clearing")}


def test_an_option_shows_what_it_is(venue: Gateway) -> None:
    shown = venue.call("GET", "/v1/markets").json["markets"]
    [market] = [one for one in shown if one["symbol"] == CALL]
    assert (market["product"], market["base"], market["quote"]) == ("OPTION", "BTC", "USD")
    assert market["option"] == {
        "underlying": "BTC-USD",
        "option_type": "call",
        "strike": "60000",
        "expires_at": "2030-12-25T08:00:00.000Z",
    }
    [spot] = [one for one in shown if one["symbol"] == "BTC-USD"]
    assert spot["option"] is None


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"symbol": "BTC-31FEB30-60000-C"}, "symbol", "INTAKE_BAD_VALUE"),
        ({"symbol": "BTC-25DIC30-60000-C"}, "symbol", "INTAKE_BAD_VALUE"),
        ({"symbol": "BTC-25DEC30-0.00000001-C"}, "symbol", "INTAKE_BAD_VALUE"),
        ({"symbol": "BTC-25DEC20-60000-C"}, "symbol", "INTAKE_BAD_VALUE"),
        ({"symbol": "BTC-25DEC30-060000-C"}, "symbol", "INTAKE_BAD_VALUE"),
        ({"symbol": "ETH-25DEC30-60000-C", "base": "ETH"}, "symbol", "INTAKE_BAD_VALUE"),
        ({"base": "ETH"}, "base", "INTAKE_BAD_VALUE"),
        ({"stale_after_seconds": 60}, "stale_after_seconds", "INTAKE_BAD_VALUE"),
        (
            {"margin": [{"from_notional": "0", "initial_bps": 9_000, "maintenance_bps": 1}]},
            "margin",
            "INTAKE_BAD_VALUE",
        ),
    ],
)
def test_a_listing_that_makes_no_sense_is_refused(
    venue: Gateway, changed: dict[str, Any], field: str, code: str
) -> None:
    refused = venue.operator("POST", "/v1/markets", LISTING | changed)
    assert (refused.status, refused.code, refused.json["field"]) == (400, code, field)


def test_without_a_surface_an_option_has_no_mark_and_no_order(venue: Gateway) -> None:
    refused = place(venue, "ann", "one", "BUY", price="10000")["rejection"]
    assert (refused["code"], refused["detail"]) == ("RISK_STALE_MARK", "BTC-USD has no surface")
    valid_until = publish(venue, as_of=iso_ms(now_ms() - 2 * HOUR_MS)).json["valid_until"]
    refused = place(venue, "ann", "two", "BUY", price="10000")["rejection"]
    assert refused["code"] == "RISK_STALE_MARK"
    assert refused["detail"] == f"the surface of BTC-USD was valid until {valid_until}"


def test_the_buyer_pays_the_premium_the_seller_has_it_and_everything_adds_up(
    venue: Gateway,
) -> None:
    from reconciliation import operations

    publish(venue)
    premium = fair(venue)
    trade(venue, "t1", "ann", "ben", premium)
    # The taker pays 5 basis points of the premium, the maker 2.
    taker, maker = premium * 5 / 10_000, premium * 2 / 10_000
    assert float(usd(venue, "ann")[0]) == pytest.approx(40_000 - premium - taker, abs=1e-6)
    assert float(usd(venue, "ben")[0]) == pytest.approx(40_000 + premium - maker, abs=1e-6)
    assert (quantity(venue, "ann"), quantity(venue, "ben")) == ("1", "-1")
    found = balances(operations.reconcile(60.0))
    assert (found["open"], found["in_clearing"]) == ("0", "0")
    assert float(found["fees"]) == pytest.approx(taker + maker, abs=1e-5)
    # She sells it on, and he buys it back: nobody has anything.
    mark_all(venue)
    trade(venue, "t2", "cat", "ann", premium + 100)
    trade(venue, "t3", "ben", "cat", premium + 50)
    assert [quantity(venue, who) for who in ACCOUNTS] == ["0", "0", "0"]
    assert balances(operations.reconcile(60.0))["open"] == "0"


def test_a_buyer_holds_the_premium_and_the_fee_and_a_seller_the_fee_and_a_unit(
    venue: Gateway,
) -> None:
    publish(venue)
    premium = fair(venue)
    place(venue, "ann", "one", "BUY", price=str(premium))
    place(venue, "ben", "two", "SELL", price=str(premium + 1))
    assert float(usd(venue, "ann")[1]) == pytest.approx(premium * 1.0005, abs=1e-6)
    assert float(usd(venue, "ben")[1]) == pytest.approx((premium + 1) * 0.0005 + 1e-6, abs=1e-6)
    poor = place(venue, "cat", "three", "BUY", quantity="4", price=str(premium))
    assert poor["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"


def test_a_seller_needs_the_mark_and_the_worst_scenario_and_open_orders_count(
    venue: Gateway,
) -> None:
    publish(venue)
    premium = fair(venue)
    refused = place(venue, "ben", "big", "SELL", quantity="10", price=str(premium))["rejection"]
    assert refused["code"] == "RISK_INSUFFICIENT_MARGIN"
    one = float(refused["need"]) / 10
    assert one > premium + 0.05 * 60_000
    many = int(40_000 / one)
    first = place(venue, "ben", "ok", "SELL", quantity=str(many), price=str(premium))
    assert first["status"] == "OPEN"
    second = place(venue, "ben", "more", "SELL", quantity="1", price=str(premium))
    assert second["rejection"]["code"] == "RISK_INSUFFICIENT_MARGIN"
    # Who has bought may sell what there is without any margin.
    trade(venue, "t1", "ann", "cat", premium - 1)
    assert place(venue, "ann", "back", "SELL", price=str(premium + 5))["status"] == "OPEN"


def test_who_has_options_orders_nothing_on_a_mark_that_is_missing_or_old(venue: Gateway) -> None:
    publish(venue)
    trade(venue, "t1", "ann", "ben", fair(venue))
    spot: dict[str, Any] = {"symbol": "BTC-USD", "quantity": "0.01", "price": "60000"}
    refused = place(venue, "ann", "spot", "BUY", **spot)["rejection"]
    assert (refused["code"], refused["need"]) == ("RISK_STALE_MARK", CALL)
    assert mark_all(venue) == {"marked": 1, "unmarked": 0}
    assert place(venue, "ann", "spot2", "BUY", **spot)["status"] == "OPEN"


def test_an_order_that_follows_is_held_whole_and_comes_in_behind_the_first(venue: Gateway) -> None:
    publish(venue)
    premium = fair(venue)
    sale = {"side": "SELL", "type": "LIMIT", "quantity": "1", "price": str(premium + 3)}
    first = place(venue, "ann", "one", "BUY", price=str(premium), then=sale)
    assert first["status"] == "OPEN"
    held = premium * 1.0005 + (premium + 3) * 0.0005 + 1e-6
    assert float(usd(venue, "ann")[1]) == pytest.approx(held, abs=2e-6)

    def following() -> Any:
        return venue.call("GET", f"/v1/orders/{first['then']}", who="ann").json

    assert following()["status"] == "ARMED"
    assert place(venue, "ben", "two", "SELL", price=str(premium))["status"] == "FILLED"
    assert following()["status"] == "OPEN"
    assert place(venue, "cat", "three", "BUY", price=str(premium + 3))["status"] == "FILLED"
    venue.settle(CALL)
    assert [quantity(venue, who) for who in ACCOUNTS] == ["0", "-1", "1"]
    assert usd(venue, "ann")[1] == "0"

    from reconciliation import operations

    assert balances(operations.reconcile(60.0))["in_clearing"] == "0"


def test_what_follows_keeps_to_the_collar_of_the_option_and_to_the_margin(venue: Gateway) -> None:
    publish(venue)
    premium = fair(venue)
    buys = {"price": str(premium), "quantity": "0.1"}
    far = {"side": "SELL", "type": "LIMIT", "quantity": "0.1", "price": str(premium * 2)}
    outside = place(venue, "ann", "far", "BUY", then=far, **buys)["rejection"]
    assert outside["code"] == "PRICING_COLLAR"
    assert outside["detail"].startswith("the order that follows")
    many = {"side": "SELL", "type": "LIMIT", "quantity": "20", "price": str(premium)}
    beyond = place(venue, "ann", "many", "BUY", then=many, **buys)["rejection"]
    assert beyond["code"] == "RISK_INSUFFICIENT_MARGIN"
    assert usd(venue, "ann") == ("40000", "0")


def test_an_option_needs_the_third_level(venue: Gateway) -> None:
    publish(venue)
    venue.open("dave", USD="7000")
    answer = place(venue, "dave", "one", "BUY", quantity="0.1", price=str(fair(venue)))
    assert answer["rejection"]["code"] == "RISK_VERIFICATION_LEVEL"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (
            {"type": "MARKET", "quote_amount": "9", "price": None, "quantity": None},
            "quote_amount",
        ),
        ({"trigger": "STOP", "trigger_price": "9000"}, "trigger"),
        ({"stop_price": "9000"}, "stop_price"),
        (
            {
                "then": {
                    "side": "BUY",
                    "type": "LIMIT",
                    "quantity": "1",
                    "price": "9000",
                    "trigger": "STOP",
                    "trigger_price": "9500",
                }
            },
            "then.trigger",
        ),
    ],
)
def test_terms_that_an_option_has_not_are_refused_at_the_edge(
    venue: Gateway, terms: dict[str, Any], field: str
) -> None:
    body = {"symbol": CALL, "quantity": "1", "price": "10000"} | terms
    refused = venue.place("ann", "one", "SELL", **body)
    assert (refused.status, refused.code, refused.json["field"]) == (
        400,
        "INTAKE_BAD_VALUE",
        field,
    )


@pytest.mark.parametrize("at_call", [0, 1], ids=["the underlying", "the surface"])
def test_an_option_whose_looks_meet_a_busy_table_is_priced_at_the_next_try(
    venue: Gateway, at_call: int
) -> None:
    from pricing import handler as pricing

    publish(venue)
    asked = to_price({"symbol": CALL, "side": "BUY", "price_ticks": None, "quantity_lots": 1})
    with failing(at_call, after=False, fault=throttled), pytest.raises(ServiceBusyError):
        pricing.handler(asked, venue.context)
    assert pricing.handler(asked, venue.context)["verdict"] == "PRICED"


def test_an_order_whose_market_was_not_shown_is_not_priced(venue: Gateway) -> None:
    from pricing import handler as pricing

    with pytest.raises(StaleMarketError, match="NO-USD"):
        pricing.handler(to_price({"symbol": "NO-USD"}), venue.context)
