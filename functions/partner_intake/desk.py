"""A partner's request becomes an order, and its outcome an event."""

import json
from typing import Any, Final

from zerodesk.orders import OrderStatus
from zerodesk.rejections import RejectionCode
from zerodesk.times import iso_ms
from zerodesk_aws.announcements import ORDERS
from zerodesk_aws.api.grammar import read
from zerodesk_aws.api.problems import (
    Problem,
    ProblemCode,
    ProblemError,
    ended,
    refused,
    shown,
)
from zerodesk_aws.api.strict_json import MAX_BODY_BYTES, check_characters
from zerodesk_aws.bus import Announcement
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts import problems
from zerodesk_aws.contracts.events.orders import OrderAccepted, OrderRejected
from zerodesk_aws.contracts.events.partner import OrderRequested
from zerodesk_aws.contracts.orders import Order
from zerodesk_aws.entry import count, logger
from zerodesk_aws.order_path import OrderPath
from zerodesk_aws.registers import Register

INTAKE: Final = "INTAKE"


class PartnerDesk:
    """Places orders for partners."""

    def __init__(self, partners: Register, path: OrderPath) -> None:
        self._partners, self._path = partners, path

    def take(self, source: str, detail: Any) -> Announcement:
        """Return the answer to a partner's request.

        Raises
        ------
        ProblemError
            UNAVAILABLE: nothing can be answered yet; the same request again will tell.
        """
        account_id: str | None = None
        try:
            account_id = self._account_of(source)
            placed = self._path.place(account_id, _asked(detail))
        except ProblemError as refusal:
            if refusal.problem.code is ProblemCode.UNAVAILABLE:
                raise
            count("PartnerOrdersRefused")
            logger.info("partner refused", source=source, code=refusal.problem.code)
            return _refused(source, account_id, detail, refusal.problem)
        count("PartnerOrdersPlaced")
        return _answered(source, account_id, placed.order)

    def _account_of(self, source: str) -> str:
        binding = self._partners.get(source)
        if binding is None:
            raise ended(ProblemCode.FORBIDDEN, f"{shown(source)} is bound to no account.")
        account_id: str = binding["account_id"]
        return account_id


def _asked(detail: Any) -> OrderRequested:
    if not isinstance(detail, dict):
        raise refused(ProblemCode.INTAKE_WRONG_TYPE, "detail", detail, "a JSON object")
    check_characters(detail)
    if len(json.dumps(detail)) > MAX_BODY_BYTES:
        raise ended(ProblemCode.INTAKE_BODY_TOO_LARGE, "The detail is too large.")
    return read(OrderRequested, detail)


def _refused(source: str, account_id: str | None, detail: Any, problem: Problem) -> Announcement:
    asked = detail if isinstance(detail, dict) else {}
    rejected = OrderRejected(
        stage=INTAKE,
        code=problem.code,
        at=iso_ms(now_ms()),
        symbol=_text(asked.get("symbol")),
        account_id=account_id,
        partner=shown(source),
        client_order_id=_text(asked.get("client_order_id")),
        problem=problems.Problem(**problem.to_document()),
    )
    return _told(rejected)


def _answered(source: str, account_id: str, order: Order) -> Announcement:
    if order.status is not OrderStatus.REJECTED or order.rejection is None:
        told = OrderAccepted(**order.model_dump(), account_id=account_id, partner=source)
        return _told(told)
    stage = RejectionCode(order.rejection.code).stage
    rejected = OrderRejected.model_validate(
        {
            "stage": stage,
            "code": order.rejection.code,
            "at": order.updated_at,
            "symbol": order.symbol,
            "account_id": account_id,
            "order_id": order.order_id,
            "book_sequence": order.book_sequence,
            "rejection": order.rejection,
            "partner": source,
            "client_order_id": order.client_order_id,
        }
    )
    return _told(rejected)


def _told(fact: OrderAccepted | OrderRejected) -> Announcement:
    optional = isinstance(fact, OrderRejected)
    detail = fact.model_dump(mode="json", exclude_none=optional)
    return Announcement(ORDERS, type(fact).__name__, detail)


def _text(value: object) -> str | None:
    """Return a field that was asked for, if it is a text, cut short."""
    return shown(value) if isinstance(value, str) else None
