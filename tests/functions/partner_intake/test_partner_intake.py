"""A partner's event is an order like any other, for the partner's account alone."""

from typing import Any

import pytest

from partner_intake import handler as partner_intake
from partner_intake.desk import PartnerDesk
from tests.functions.gateway import Gateway, an_order
from zerodesk.orders import order_id_for
from zerodesk_aws.api.problems import ProblemError
from zerodesk_aws.contracts.events.orders import OrderAccepted, OrderRejected
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import PARTNERS, Register

Told = tuple[str, dict[str, Any]]


@pytest.fixture
def partners(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    gateway.operator("PUT", "/v1/partners/partner.acme", {"account_id": "alice"})
    desk = PartnerDesk(Register(Journal("journal"), PARTNERS), gateway.path)
    monkeypatch.setattr(partner_intake, "desk", desk)
    monkeypatch.setattr(partner_intake, "bus", gateway)
    gateway.told.clear()
    return gateway


def asked(gateway: Gateway, detail: Any, source: str = "partner.acme") -> Told:
    """Hand a partner's event in; return what is answered on the bus."""
    event = {"id": "1", "source": source, "detail-type": "OrderRequested", "detail": detail}
    partner_intake.handler(event, gateway.context)
    answer = gateway.told[-1]
    assert answer.source == "zerodesk.orders"
    return answer.detail_type, answer.detail


def test_a_partners_order_is_placed_for_its_account_and_answered(partners: Gateway) -> None:
    kind, order = asked(partners, an_order())
    assert (kind, order["status"], order["partner"]) == ("OrderAccepted", "OPEN", "partner.acme")
    assert order["order_id"] == order_id_for("alice", "one")
    OrderAccepted.model_validate(order)
    by_http = partners.call("GET", f"/v1/orders/{order['order_id']}").json
    assert order == by_http | {"account_id": "alice", "partner": "partner.acme"}


def test_an_event_that_comes_twice_is_answered_twice_and_placed_once(partners: Gateway) -> None:
    first = asked(partners, an_order())
    assert asked(partners, an_order()) == first
    assert len(partners.call("GET", "/v1/orders").json["orders"]) == 1


def test_the_same_request_by_http_is_the_same_order(partners: Gateway) -> None:
    _, order = asked(partners, an_order())
    by_http = partners.call("POST", "/v1/orders", an_order())
    assert by_http.json["order_id"] == order["order_id"]


def test_a_refusal_that_is_stored_names_its_stage_and_the_numbers(partners: Gateway) -> None:
    kind, refused = asked(partners, an_order(quantity="2"))
    assert (kind, refused["stage"]) == ("OrderRejected", "RISK")
    assert refused["code"] == refused["rejection"]["code"] == "RISK_INSUFFICIENT_BALANCE"
    assert refused["rejection"]["need"] == "120060"
    assert refused["order_id"] == order_id_for("alice", "one")
    OrderRejected.model_validate(refused)


@pytest.mark.parametrize(
    ("detail", "code", "field"),
    [
        (an_order(price="60000.005"), "INTAKE_OFF_TICK", "price"),
        (an_order(symbol="NO-SUCH"), "INTAKE_UNKNOWN_SYMBOL", "symbol"),
        (an_order(quantity=1), "INTAKE_WRONG_TYPE", "quantity"),
        (an_order(quantity=0.5), "INTAKE_WRONG_TYPE", "quantity"),
        (an_order(quantity=float("nan")), "INTAKE_WRONG_TYPE", "quantity"),
        (an_order(quantity="1e3"), "INTAKE_BAD_NUMBER", "quantity"),
        (an_order(account_id="bob"), "INTAKE_UNKNOWN_FIELD", "account_id"),
        (an_order(client_order_id="\ud800"), "INTAKE_MALFORMED_JSON", None),
        (an_order(client_order_id="x" * 20_000), "INTAKE_BODY_TOO_LARGE", None),
        ({}, "INTAKE_MISSING_FIELD", "client_order_id"),
        ([], "INTAKE_WRONG_TYPE", "detail"),
        (None, "INTAKE_WRONG_TYPE", "detail"),
    ],
)
def test_a_request_that_breaks_a_rule_is_answered_with_the_problem(
    partners: Gateway, detail: Any, code: str, field: str | None
) -> None:
    kind, refused = asked(partners, detail)
    assert (kind, refused["stage"], refused["code"]) == ("OrderRejected", "INTAKE", code)
    assert refused["problem"].get("field") == field
    assert refused["partner"] == "partner.acme"
    OrderRejected.model_validate(refused)
    assert partners.call("GET", "/v1/orders").json["orders"] == []


def test_another_body_under_the_same_id_is_a_conflict(partners: Gateway) -> None:
    asked(partners, an_order())
    _, refused = asked(partners, an_order(price="59999"))
    assert refused["code"] == "INTAKE_IDEMPOTENCY_CONFLICT"


@pytest.mark.parametrize("source", ["partner.other", "partner.acme2", "partner." + "x" * 500])
def test_a_source_that_is_bound_to_no_account_places_nothing(
    partners: Gateway, source: str
) -> None:
    kind, refused = asked(partners, an_order(), source)
    assert (kind, refused["stage"], refused["code"]) == ("OrderRejected", "INTAKE", "FORBIDDEN")
    assert "account_id" not in refused
    assert partners.call("GET", "/v1/orders").json["orders"] == []


def test_what_cannot_be_answered_yet_comes_again(partners: Gateway) -> None:
    partners.workflow.fails = True
    with pytest.raises(ProblemError, match="UNAVAILABLE"):
        asked(partners, an_order())
    partners.workflow.fails = False
    kind, order = asked(partners, an_order())
    assert (kind, order["status"]) == ("OrderAccepted", "OPEN")
