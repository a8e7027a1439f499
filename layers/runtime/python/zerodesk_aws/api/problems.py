"""Problems: why a request is refused, as RFC 9457 writes it, with a stable code.

The codes stand in order of precedence. When a request breaks several rules, the first of them in
this order is answered; within one code, the first field in the order of the request's schema.
"""

import json
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, NamedTuple

MAX_VALUE_CHARACTERS: Final = 80
"""How much of a refused value is shown to its sender again."""

RETRY_AFTER_SECONDS: Final = 1
"""What a client is asked to wait after 429 and 503."""


class ProblemCode(StrEnum):
    """Why a request is refused; no balance has changed by it."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
    INTAKE_BODY_TOO_LARGE = "INTAKE_BODY_TOO_LARGE"
    INTAKE_MALFORMED_JSON = "INTAKE_MALFORMED_JSON"
    INTAKE_DUPLICATE_KEY = "INTAKE_DUPLICATE_KEY"
    INTAKE_UNKNOWN_FIELD = "INTAKE_UNKNOWN_FIELD"
    INTAKE_MISSING_FIELD = "INTAKE_MISSING_FIELD"
    INTAKE_WRONG_TYPE = "INTAKE_WRONG_TYPE"
    INTAKE_BAD_NUMBER = "INTAKE_BAD_NUMBER"
    INTAKE_BAD_VALUE = "INTAKE_BAD_VALUE"
    INTAKE_UNKNOWN_SYMBOL = "INTAKE_UNKNOWN_SYMBOL"
    INTAKE_UNKNOWN_ACCOUNT = "INTAKE_UNKNOWN_ACCOUNT"
    INTAKE_OFF_TICK = "INTAKE_OFF_TICK"
    INTAKE_OFF_LOT = "INTAKE_OFF_LOT"
    INTAKE_OFF_PRECISION = "INTAKE_OFF_PRECISION"
    INTAKE_ABOVE_MAX_QUANTITY = "INTAKE_ABOVE_MAX_QUANTITY"
    INTAKE_BELOW_MIN_NOTIONAL = "INTAKE_BELOW_MIN_NOTIONAL"
    INTAKE_IDEMPOTENCY_CONFLICT = "INTAKE_IDEMPOTENCY_CONFLICT"
    JOB_NOT_UPLOADED = "JOB_NOT_UPLOADED"
    ORDER_NOT_OPEN = "ORDER_NOT_OPEN"
    WITHDRAWAL_NOT_RESERVED = "WITHDRAWAL_NOT_RESERVED"
    MARGIN_MODE_IN_USE = "MARGIN_MODE_IN_USE"
    NO_AUCTION = "NO_AUCTION"
    KILL_SWITCH_ON = "KILL_SWITCH_ON"
    MARK_STALE = "MARK_STALE"
    MARKET_DELISTED = "MARKET_DELISTED"
    RISK_STALE_MARK = "RISK_STALE_MARK"
    RISK_INSUFFICIENT_MARGIN = "RISK_INSUFFICIENT_MARGIN"
    LEDGER_NOT_REVERSIBLE = "LEDGER_NOT_REVERSIBLE"
    LEDGER_WITHDRAWAL_LIMIT = "LEDGER_WITHDRAWAL_LIMIT"
    LEDGER_INSUFFICIENT_BALANCE = "LEDGER_INSUFFICIENT_BALANCE"
    REGISTER_FULL = "REGISTER_FULL"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"

    @property
    def status(self) -> int:
        """The HTTP status: 400 for the grammar, 422 for the rules of a market, or what fits."""
        return _STATUS.get(self, HTTPStatus.BAD_REQUEST).value

    @property
    def heading(self) -> str:
        """What the code means, in a few words that never change."""
        return _TITLES[self]


_STATUS: Final = {
    ProblemCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ProblemCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ProblemCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ProblemCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ProblemCode.TOO_MANY_REQUESTS: HTTPStatus.TOO_MANY_REQUESTS,
    ProblemCode.INTAKE_BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ProblemCode.INTAKE_UNKNOWN_SYMBOL: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_UNKNOWN_ACCOUNT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_OFF_TICK: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_OFF_LOT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_OFF_PRECISION: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_ABOVE_MAX_QUANTITY: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_BELOW_MIN_NOTIONAL: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT: HTTPStatus.CONFLICT,
    ProblemCode.JOB_NOT_UPLOADED: HTTPStatus.CONFLICT,
    ProblemCode.ORDER_NOT_OPEN: HTTPStatus.CONFLICT,
    ProblemCode.WITHDRAWAL_NOT_RESERVED: HTTPStatus.CONFLICT,
    ProblemCode.MARGIN_MODE_IN_USE: HTTPStatus.CONFLICT,
    ProblemCode.NO_AUCTION: HTTPStatus.CONFLICT,
    ProblemCode.KILL_SWITCH_ON: HTTPStatus.CONFLICT,
    ProblemCode.MARK_STALE: HTTPStatus.CONFLICT,
    ProblemCode.MARKET_DELISTED: HTTPStatus.CONFLICT,
    ProblemCode.RISK_STALE_MARK: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.RISK_INSUFFICIENT_MARGIN: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.LEDGER_NOT_REVERSIBLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.LEDGER_WITHDRAWAL_LIMIT: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.LEDGER_INSUFFICIENT_BALANCE: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.REGISTER_FULL: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProblemCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    ProblemCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_TITLES: Final = {
    ProblemCode.UNAUTHENTICATED: "No valid key",
    ProblemCode.FORBIDDEN: "Not allowed",
    ProblemCode.NOT_FOUND: "No such resource",
    ProblemCode.METHOD_NOT_ALLOWED: "No such method",
    ProblemCode.TOO_MANY_REQUESTS: "Too many requests",
    ProblemCode.INTAKE_BODY_TOO_LARGE: "Body too large",
    ProblemCode.INTAKE_MALFORMED_JSON: "No well-formed JSON object",
    ProblemCode.INTAKE_DUPLICATE_KEY: "Key given twice",
    ProblemCode.INTAKE_UNKNOWN_FIELD: "Unknown field",
    ProblemCode.INTAKE_MISSING_FIELD: "Missing field",
    ProblemCode.INTAKE_WRONG_TYPE: "Wrong type",
    ProblemCode.INTAKE_BAD_NUMBER: "Not a number of the grammar",
    ProblemCode.INTAKE_BAD_VALUE: "Value not allowed",
    ProblemCode.INTAKE_UNKNOWN_SYMBOL: "Unknown symbol",
    ProblemCode.INTAKE_UNKNOWN_ACCOUNT: "Unknown account",
    ProblemCode.INTAKE_OFF_TICK: "Price off the tick",
    ProblemCode.INTAKE_OFF_LOT: "Quantity off the lot",
    ProblemCode.INTAKE_OFF_PRECISION: "Amount finer than the currency",
    ProblemCode.INTAKE_ABOVE_MAX_QUANTITY: "Quantity above the maximum",
    ProblemCode.INTAKE_BELOW_MIN_NOTIONAL: "Value below the minimum notional",
    ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT: "Id used with another body",
    ProblemCode.JOB_NOT_UPLOADED: "The job's file is not there",
    ProblemCode.ORDER_NOT_OPEN: "Order not open",
    ProblemCode.WITHDRAWAL_NOT_RESERVED: "Withdrawal not reserved",
    ProblemCode.MARGIN_MODE_IN_USE: "Something is open in the market",
    ProblemCode.NO_AUCTION: "No auction is held",
    ProblemCode.KILL_SWITCH_ON: "A kill switch is on",
    ProblemCode.MARK_STALE: "No fresh mark",
    ProblemCode.MARKET_DELISTED: "The market is delisted",
    ProblemCode.RISK_STALE_MARK: "A mark is missing or too old",
    ProblemCode.RISK_INSUFFICIENT_MARGIN: "Needed as margin",
    ProblemCode.LEDGER_NOT_REVERSIBLE: "Record not reversible",
    ProblemCode.LEDGER_WITHDRAWAL_LIMIT: "Too many reserved withdrawals",
    ProblemCode.LEDGER_INSUFFICIENT_BALANCE: "More than what is free",
    ProblemCode.REGISTER_FULL: "No room for one more",
    ProblemCode.UNAVAILABLE: "Not available now",
    ProblemCode.INTERNAL: "Internal error",
}

PRECEDENCE: Final = {code: place for place, code in enumerate(ProblemCode)}


class Problem(NamedTuple):
    """One refusal: its code, what it is about in a sentence, and field, value and rule."""

    code: ProblemCode
    detail: str
    field: str | None = None
    value: str | None = None
    rule: str | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the problem document; what does not apply is left out."""
        about = {"field": self.field, "value": self.value, "rule": self.rule}
        return {
            "type": f"urn:zerodesk:problem:{self.code}",
            "title": self.code.heading,
            "status": self.code.status,
            "detail": self.detail,
            "code": self.code.value,
        } | {name: text for name, text in about.items() if text is not None}


class ProblemError(Exception):
    """Ends a request with a problem. Raised and caught at the edge only."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem


def refused(code: ProblemCode, field: str, value: object, rule: str) -> ProblemError:
    """Return the refusal of a field's value by a rule. The field's name may come from outside."""
    name = shown(field)
    return ProblemError(Problem(code, f"{name}: {rule}", name, shown(value), rule))


def inside(outer: str, error: ProblemError) -> ProblemError:
    """Return the refusal of a field that is inside of another one.

    Examples
    --------
    >>> off = refused(ProblemCode.INTAKE_OFF_TICK, "price", "1.5", "a multiple of the tick, 1")
    >>> inside("then", off).problem.detail
    'then.price: a multiple of the tick, 1'
    """
    problem = error.problem
    if problem.field is None:
        return error
    name = f"{outer}.{problem.field}"
    return ProblemError(problem._replace(field=name, detail=f"{name}: {problem.rule}"))


def ended(code: ProblemCode, detail: str) -> ProblemError:
    """Return a refusal that is about no single field."""
    return ProblemError(Problem(code, detail))


def shown(value: object) -> str:
    """Return a refused value as text, cut short; a string stands for itself.

    Examples
    --------
    >>> shown("abc"), shown([1, None])
    ('abc', '[1, null]')
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    printable = "".join(one if one.isprintable() else "\ufffd" for one in text)
    if len(printable) <= MAX_VALUE_CHARACTERS:
        return printable
    return f"{printable[:MAX_VALUE_CHARACTERS]}…"
