"""The chain answers with its first refusal, and with the numbers that decided."""

from dataclasses import replace
from typing import TYPE_CHECKING

from zerodesk.accounts import AccountState, Hold
from zerodesk.pricing import Collar, Quote
from zerodesk.rejections import RejectionCode
from zerodesk.risk import MAX_OPEN_ORDERS, assess

if TYPE_CHECKING:
    from zerodesk.orders import PlaceCommand

QUOTE = Quote(100, Collar(90, 110), 100, "USD", 5_000_000, 0, 0, 0)
FUNDED = AccountState(opened=True, available={"USD": 5_000_000})


def with_open_orders(state: AccountState, count: int) -> AccountState:
    command: PlaceCommand = {}  # type: ignore[typeddict-item]  # the chain reads no command
    holds = {f"o{number}": Hold("USD", 1, command) for number in range(count)}
    return replace(state, holds=holds)


def test_an_order_that_is_covered_to_the_unit_proceeds() -> None:
    assert assess(FUNDED, QUOTE) is None


def test_one_unit_short_is_refused_with_have_and_need() -> None:
    short = replace(FUNDED, available={"USD": 4_999_999})
    refused = assess(short, QUOTE)
    assert refused is not None
    assert refused.code is RejectionCode.RISK_INSUFFICIENT_BALANCE
    assert (refused.have, refused.need) == ("4.999999", "5")


def test_what_is_held_for_other_orders_does_not_count_as_available() -> None:
    held = with_open_orders(replace(FUNDED, available={"USD": 0}), 5)
    refused = assess(held, QUOTE)
    assert refused is not None
    assert refused.code is RejectionCode.RISK_INSUFFICIENT_BALANCE


def test_the_last_order_within_the_limit_proceeds_and_one_more_is_refused() -> None:
    assert assess(with_open_orders(FUNDED, MAX_OPEN_ORDERS - 1), QUOTE) is None
    refused = assess(with_open_orders(FUNDED, MAX_OPEN_ORDERS), QUOTE)
    assert refused is not None
    assert refused.code is RejectionCode.RISK_OPEN_ORDER_LIMIT
    assert refused.limit == str(MAX_OPEN_ORDERS)


def test_an_account_that_was_never_opened_is_refused_before_its_balance_is_looked_at() -> None:
    refused = assess(AccountState(), QUOTE)
    assert refused is not None
    assert refused.code is RejectionCode.RISK_ACCOUNT_UNKNOWN
