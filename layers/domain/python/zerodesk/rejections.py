"""Why an order or a spending is refused: one enum, in order of precedence, the stage as prefix.

When several reasons hold, the first in this order is the one that the client sees.
"""

from enum import StrEnum
from typing import Any, NamedTuple


class RejectionCode(StrEnum):
    """Stored refusals. The refusals of the edge, ``INTAKE_*``, are problems and never stored."""

    PRICING_NO_MARK = "PRICING_NO_MARK"
    PRICING_COLLAR = "PRICING_COLLAR"
    PRICING_ORDER_TOO_LARGE = "PRICING_ORDER_TOO_LARGE"
    RISK_STALE_MARK = "RISK_STALE_MARK"
    RISK_ORDER_NOTIONAL_LIMIT = "RISK_ORDER_NOTIONAL_LIMIT"
    RISK_ORDER_ABOVE_VOLUME = "RISK_ORDER_ABOVE_VOLUME"
    RISK_ACCOUNT_UNKNOWN = "RISK_ACCOUNT_UNKNOWN"
    RISK_ACCOUNT_NOT_ACTIVE = "RISK_ACCOUNT_NOT_ACTIVE"
    RISK_LIQUIDATION = "RISK_LIQUIDATION"
    RISK_VERIFICATION_LEVEL = "RISK_VERIFICATION_LEVEL"
    RISK_ORDER_RATE_LIMIT = "RISK_ORDER_RATE_LIMIT"
    RISK_OPEN_ORDER_LIMIT = "RISK_OPEN_ORDER_LIMIT"
    RISK_INSUFFICIENT_BALANCE = "RISK_INSUFFICIENT_BALANCE"
    RISK_POSITION_LIMIT = "RISK_POSITION_LIMIT"
    RISK_UNDERLYING_LIMIT = "RISK_UNDERLYING_LIMIT"
    RISK_LEVERAGE_LIMIT = "RISK_LEVERAGE_LIMIT"
    RISK_DAILY_LOSS_LIMIT = "RISK_DAILY_LOSS_LIMIT"
    RISK_INSUFFICIENT_MARGIN = "RISK_INSUFFICIENT_MARGIN"
    RISK_KILL_SWITCH = "RISK_KILL_SWITCH"
    MATCHING_EXPIRED = "MATCHING_EXPIRED"
    MATCHING_INVALID_COMMAND = "MATCHING_INVALID_COMMAND"
    MATCHING_ORDER_NOT_OPEN = "MATCHING_ORDER_NOT_OPEN"
    MATCHING_AMEND_BELOW_FILLED = "MATCHING_AMEND_BELOW_FILLED"
    MATCHING_STALE_INDEX = "MATCHING_STALE_INDEX"
    MATCHING_MARKET_NOT_OPEN = "MATCHING_MARKET_NOT_OPEN"
    MATCHING_INSUFFICIENT_HOLD = "MATCHING_INSUFFICIENT_HOLD"
    MATCHING_POST_ONLY_WOULD_CROSS = "MATCHING_POST_ONLY_WOULD_CROSS"
    MATCHING_TRAILING_LIMIT = "MATCHING_TRAILING_LIMIT"
    LEDGER_NOT_REVERSIBLE = "LEDGER_NOT_REVERSIBLE"
    LEDGER_WITHDRAWAL_LIMIT = "LEDGER_WITHDRAWAL_LIMIT"
    LEDGER_INSUFFICIENT_BALANCE = "LEDGER_INSUFFICIENT_BALANCE"

    @property
    def stage(self) -> str:
        """Who refused: PRICING, RISK, MATCHING or LEDGER."""
        return self.value.partition("_")[0]


class Rejection(NamedTuple):
    """A refusal and the numbers that decided it, as text for people."""

    code: RejectionCode
    detail: str
    have: str | None = None
    need: str | None = None
    limit: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what is stored and answered; numbers that played no part are left out."""
        numbers = {"have": self.have, "need": self.need, "limit": self.limit}
        return {"code": self.code.value, "detail": self.detail} | {
            name: text for name, text in numbers.items() if text is not None
        }

    @staticmethod
    def from_dict(told: dict[str, Any]) -> "Rejection":
        """Return the refusal that ``to_dict`` told."""
        return Rejection(**{**told, "code": RejectionCode(told["code"])})


def of_following(rejection: Rejection) -> Rejection:
    """Return the refusal of an order for the one that is to follow it.

    Examples
    --------
    >>> of_following(Rejection(RejectionCode.PRICING_COLLAR, "price outside the collar")).detail
    'the order that follows: price outside the collar'
    """
    return rejection._replace(detail=f"the order that follows: {rejection.detail}")
