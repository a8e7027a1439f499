"""The grammar of single values, in one place for requests, answers and events.

Everything is strict: a number is never a string by accident, nor the other way round, and a field
that is not named is refused. A refusal carries a rule in words, which the client gets to read.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError

from zerodesk.instruments import SYMBOL, SYMBOL_RULE
from zerodesk.money import DECIMAL_RULE, NumberError, parse_decimal
from zerodesk.orders import (
    CLIENT_ORDER_ID,
    CLIENT_ORDER_ID_RULE,
    OrderType,
    SelfTrade,
    Side,
    TimeInForce,
    Trigger,
)

WRONG_TYPE: Final = "wrong_type"
MISSING: Final = "missing_field"
BAD_NUMBER: Final = "bad_number"
BAD_VALUE: Final = "bad_value"

# Patterns are texts: pydantic compiles what a contract has, ``re`` what a path has when it comes,
# and a function has most of them for none.

ACCOUNT_ID: Final = r"[A-Za-z0-9._-]{1,36}"
ACCOUNT_ID_RULE: Final = "1 to 36 letters, digits, points, hyphens or underscores"
DEPOSIT_ID: Final = ACCOUNT_ID
DEPOSIT_ID_RULE: Final = ACCOUNT_ID_RULE
TRANSFER_ID: Final = ACCOUNT_ID
TRANSFER_ID_RULE: Final = ACCOUNT_ID_RULE
JOB_ID: Final = ACCOUNT_ID
JOB_ID_RULE: Final = ACCOUNT_ID_RULE
WITHDRAWAL_ID: Final = ACCOUNT_ID
WITHDRAWAL_ID_RULE: Final = ACCOUNT_ID_RULE
ORDER_ID: Final = r"o[a-z2-7]{26}"
ORDER_ID_RULE: Final = "an order_id as the API gave it: o and 26 letters or digits"
HASH: Final = r"[0-9a-f]{64}"
HASH_RULE: Final = "64 small hexadecimal digits"
KEY_ID: Final = r"[0-9a-f]{12}"
KEY_ID_RULE: Final = "a key_id as the API gave it: 12 hexadecimal digits"
CURRENCY: Final = r"[A-Z0-9]{2,12}"
CURRENCY_RULE: Final = "2 to 12 capitals or digits"
FEE_SCOPE: Final = f"({SYMBOL}|{CURRENCY})"
FEE_SCOPE_RULE: Final = f"a market, {SYMBOL_RULE}; or a currency, {CURRENCY_RULE}"
GROUP: Final = r"[a-z0-9][a-z0-9-]{0,31}"
GROUP_RULE: Final = "1 to 32 small letters, digits or hyphens"
PARTNER: Final = r"partner\.[a-z0-9-]{1,32}"
PARTNER_RULE: Final = "partner. and 1 to 32 small letters, digits or hyphens"
PRICE_SOURCE: Final = r"[a-z0-9][a-z0-9._-]{0,39}"
PRICE_SOURCE_RULE: Final = "1 to 40 small letters, digits, points, hyphens or underscores"
TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z"
TIME_RULE: Final = "UTC as 2026-11-21T07:00:00.000Z, to the millisecond"
SHORT_TEXT_CHARACTERS: Final = 100
SHORT_TEXT_RULE: Final = f"1 to {SHORT_TEXT_CHARACTERS} printable characters"

DECIMAL_STRING_RULE: Final = f"a JSON string, never a JSON number; {DECIMAL_RULE}"
POSITIVE_RULE: Final = "greater than zero"
DECIMAL_PATTERN: Final = r"^[0-9]{1,18}(\.[0-9]{1,12})?$"


class Contract(BaseModel):
    """A shape that is read strictly and never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class PlainSchema(GenerateJsonSchema):
    """JSON schemas without titles: they would only repeat the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's hook
        """Say that no field gets one."""
        return False


class Nothing(Contract):
    """A request that asks for nothing beyond its path."""


def refusal(
    kind: str, rule: str, field: str | None = None, value: object = None
) -> PydanticCustomError:
    """Return the error that says which rule a value breaks.

    Parameters
    ----------
    kind
        WRONG_TYPE, MISSING, BAD_NUMBER or BAD_VALUE.
    rule
        What the value must be, in words for the client.
    field
        The field, where a rule spans several and the place in the code does not tell.
    value
        What was refused, where it is less than what pydantic was given: one of a list.
    """
    about = {"field": field, "value": value}
    told = {name: said for name, said in about.items() if said is not None}
    return PydanticCustomError(kind, "{rule}", {"rule": rule, **told})


def read_decimal(value: object) -> Decimal:
    """Return the decimal that a JSON string holds; an own Decimal passes."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise refusal(WRONG_TYPE, DECIMAL_STRING_RULE)
    try:
        return parse_decimal(value)
    except NumberError as error:
        raise refusal(BAD_NUMBER, error.rule) from error


def read_positive(value: object) -> Decimal:
    """Return a decimal above zero."""
    number = read_decimal(value)
    if number <= 0:
        raise refusal(BAD_NUMBER, POSITIVE_RULE)
    return number


def read_not_negative(value: object) -> Decimal:
    """Return a decimal of zero or more."""
    number = read_decimal(value)
    if number < 0:
        raise refusal(BAD_NUMBER, "zero or more")
    return number


def read_time(value: object) -> datetime:
    """Return the time that an ISO-8601 text in UTC writes."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise refusal(WRONG_TYPE, TIME_RULE)
    if not re.fullmatch(TIME, value):
        raise refusal(BAD_VALUE, TIME_RULE)
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError as error:
        raise refusal(BAD_VALUE, TIME_RULE) from error


def read_short_text(value: str) -> str:
    """Return a text that people wrote for people, without the space around it."""
    if not value.isprintable() or not 1 <= len(value.strip()) <= SHORT_TEXT_CHARACTERS:
        raise refusal(BAD_VALUE, SHORT_TEXT_RULE)
    return value.strip()


RULES: Final[dict[str, str]] = {}
"""What a pattern asks for, in words, by the pattern of the whole text."""


def text(pattern: str, rule: str) -> Any:
    """Return the constraint of a text that matches a pattern as a whole."""
    whole = f"^{pattern}$"
    RULES[whole] = rule
    return Field(pattern=whole, description=rule[:1].upper() + rule[1:])


_DECIMAL_SCHEMA: Final = {"type": "string", "format": "decimal", "pattern": DECIMAL_PATTERN}

SignedDecimal = Annotated[
    Decimal,
    BeforeValidator(read_decimal),
    WithJsonSchema(
        {
            "type": "string",
            "format": "decimal",
            "pattern": r"^-?[0-9]{1,18}(\.[0-9]{1,12})?$",
        }
    ),
]
PositiveDecimal = Annotated[
    Decimal,
    BeforeValidator(read_positive),
    WithJsonSchema(_DECIMAL_SCHEMA),
]
NotNegativeDecimal = Annotated[
    Decimal,
    BeforeValidator(read_not_negative),
    WithJsonSchema(_DECIMAL_SCHEMA),
]
ReadTime = Annotated[
    datetime,
    BeforeValidator(read_time),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{TIME}$"}),
]

Amount = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", json_schema_extra={"format": "decimal"}),
]
"""A decimal in an answer: a string, exact, no exponent."""

Timestamp = Annotated[str, Field(pattern=f"^{TIME}$", json_schema_extra={"format": "date-time"})]
"""A time in an answer: UTC with milliseconds."""

AccountId = Annotated[str, text(ACCOUNT_ID, ACCOUNT_ID_RULE)]
AmendId = Annotated[str, text(CLIENT_ORDER_ID, CLIENT_ORDER_ID_RULE)]
CancelId = Annotated[str, text(CLIENT_ORDER_ID, CLIENT_ORDER_ID_RULE)]
ClientOrderId = Annotated[str, text(CLIENT_ORDER_ID, CLIENT_ORDER_ID_RULE)]
Currency = Annotated[str, text(CURRENCY, CURRENCY_RULE)]
DepositId = Annotated[str, text(DEPOSIT_ID, DEPOSIT_ID_RULE)]
Group = Annotated[str, text(GROUP, GROUP_RULE)]
Hash = Annotated[str, text(HASH, HASH_RULE)]
JobId = Annotated[str, text(JOB_ID, JOB_ID_RULE)]
KeyId = Annotated[str, text(KEY_ID, KEY_ID_RULE)]
OrderId = Annotated[str, text(ORDER_ID, ORDER_ID_RULE)]
Partner = Annotated[str, text(PARTNER, PARTNER_RULE)]
PriceSource = Annotated[str, text(PRICE_SOURCE, PRICE_SOURCE_RULE)]
ShortText = Annotated[
    str, AfterValidator(read_short_text), Field(description=SHORT_TEXT_RULE.capitalize())
]
Reason = Annotated[ShortText, Field(description="Why, in words; it stands in the journal.")]
Symbol = Annotated[str, text(SYMBOL, SYMBOL_RULE)]
TransferId = Annotated[str, text(TRANSFER_ID, TRANSFER_ID_RULE)]
WithdrawalId = Annotated[str, text(WITHDRAWAL_ID, WITHDRAWAL_ID_RULE)]

# Enumerations are read by value: strictness would ask for members, which JSON does not have.
SelfTradeField = Annotated[SelfTrade, Field(strict=False)]
SideField = Annotated[Side, Field(strict=False)]
OrderTypeField = Annotated[OrderType, Field(strict=False)]
TimeInForceField = Annotated[TimeInForce, Field(strict=False)]
TriggerField = Annotated[Trigger, Field(strict=False)]
