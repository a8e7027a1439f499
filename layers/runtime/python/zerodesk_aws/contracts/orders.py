"""Orders and what becomes of them, as the API shows them."""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import ConfigDict, Field, model_validator

from zerodesk.orders import OrderStatus, OrderType, SelfTrade, Side, TimeInForce, Trigger
from zerodesk_aws.contracts.fields import (
    BAD_VALUE,
    MISSING,
    Amount,
    ClientOrderId,
    Contract,
    Currency,
    OrderId,
    OrderTypeField,
    PositiveDecimal,
    ReadTime,
    SelfTradeField,
    SideField,
    Symbol,
    TimeInForceField,
    Timestamp,
    TriggerField,
    refusal,
)
from zerodesk_aws.contracts.paging import count_up_to, counted

MAX_TRAIL_BPS: Final = 9_999
MAX_DAYS: Final = 366
"""How far ahead an order may name its end: its hold and its place in the book last as long."""

RESTS: Final = "LIMIT and GTC, GTD or DAY"
MAX_SLICES: Final = 100
"""An order shows its lots in at most so many slices: each is a fill of its own to who takes it."""


TrailBps = Annotated[
    int, count_up_to(MAX_TRAIL_BPS), counted(MAX_TRAIL_BPS, "Basis points of a price.")
]


class OrderTerms(Contract):
    """What an order is to do: of one that is placed, and of one that follows it."""

    side: SideField
    type: OrderTypeField
    quantity: PositiveDecimal | None = Field(
        default=None, description="Base units, a multiple of the market's lot."
    )
    quote_amount: PositiveDecimal | None = Field(
        default=None,
        description="Quote units, in place of a quantity: a MARKET order, IOC, buys or sells whole "
        "lots while so much covers them, the fee not in it, and never beyond it. It takes no more "
        "than the amount comes to at the low end of the collar.",
    )
    price: PositiveDecimal | None = Field(
        default=None,
        description="Quote units, a multiple of the market's tick. A LIMIT order needs it, a "
        "MARKET order has none.",
    )
    time_in_force: TimeInForceField | None = Field(
        default=None,
        description="GTC, the default of a LIMIT order, rests; IOC, the default of a MARKET order, "
        "takes what there is; FOK takes all or nothing. GTD rests until expires_at, DAY until the "
        "end of the day, in UTC, on which it was accepted; what then remains is EXPIRED.",
    )
    expires_at: ReadTime | None = Field(
        default=None,
        description=f"When a GTD order, and no other, ends: at most {MAX_DAYS} days ahead.",
    )
    post_only: bool = Field(
        default=False, description=f"Refuse the order if it would take. Only with {RESTS}."
    )
    slides: bool = Field(
        default=False,
        description="Let a post-only order that would take rest one tick short of the price that "
        "it would have met. Only with post_only.",
    )
    reduce_only: bool = Field(
        default=False,
        description="Close what the account has open, and open nothing: what would open is taken "
        "off when the order comes in, and while it rests. Only in a derivative.",
    )
    self_trade: SelfTradeField = SelfTrade.NONE
    min_quantity: PositiveDecimal | None = Field(
        default=None,
        description="Trade at least so much at once, or nothing. At most quantity, only with IOC.",
    )
    display_quantity: PositiveDecimal | None = Field(
        default=None,
        description="Show no more than so much of what rests; the next comes to the end of its "
        "queue. Less than quantity and at least a hundredth of it, only with " + RESTS + ".",
    )
    trigger: TriggerField | None = Field(
        default=None,
        description="The order waits, ARMED, for a trade at its trigger_price or beyond, and comes "
        "in then. STOP: a BUY waits for a rise, a SELL for a fall. TAKE_PROFIT: the other way.",
    )
    trigger_price: PositiveDecimal | None = Field(
        default=None,
        description="Quote units, a multiple of the market's tick; with a trigger only. The limit, "
        "or what a MARKET order may pay, keeps to the collar around it.",
    )
    trail: PositiveDecimal | None = Field(
        default=None,
        description="Quote units, a multiple of the tick. The trigger of a STOP, which begins at "
        "trigger_price, follows the last trade at this distance and never goes back; the limit, "
        "or what a MARKET order may pay, follows with it.",
    )
    trail_bps: TrailBps | None = Field(
        default=None, description="The same, the distance in basis points of the last trade."
    )
    stop_price: PositiveDecimal | None = Field(
        default=None,
        description="Quote units, a multiple of the tick: one cancels the other. Of a LIMIT that "
        "rests, on the other side of the market: until its first trade the order waits for a trade "
        "at this price or beyond as well, and then leaves its queue and comes in at the market, up "
        "to the collar around this price.",
    )
    stop_limit_price: PositiveDecimal | None = Field(
        default=None,
        description="Quote units: what comes in at the stop_price goes no further, and rests here.",
    )

    @property
    def in_force(self) -> TimeInForce:
        """The time in force, given or by default."""
        if self.time_in_force is not None:
            return self.time_in_force
        return TimeInForce.GTC if self.type is OrderType.LIMIT else TimeInForce.IOC

    @property
    def rests(self) -> bool:
        """Whether what is left of the order stays in its book."""
        return self.type is OrderType.LIMIT and self.in_force.rests

    @model_validator(mode="after")
    def _fields_fit_together(self) -> Self:
        limit = self.type is OrderType.LIMIT
        if limit and self.price is None:
            raise refusal(MISSING, "required for a LIMIT order", "price")
        if not limit and self.price is not None:
            raise refusal(BAD_VALUE, "absent for a MARKET order", "price")
        if self.quote_amount is not None:
            self._check_amount()
        elif self.quantity is None:
            raise refusal(MISSING, "required, unless there is a quote_amount", "quantity")
        self._check_time()
        if self.post_only and not self.rests:
            raise refusal(BAD_VALUE, f"false, unless the order is {RESTS}", "post_only")
        self._check_special_terms()
        self._check_trigger()
        self._check_pair()
        return self

    def _check_pair(self) -> None:
        if self.stop_price is None:
            if self.stop_limit_price is not None:
                raise refusal(BAD_VALUE, "absent without a stop_price", "stop_limit_price")
            return
        if not self.rests or self.price is None:
            raise refusal(BAD_VALUE, f"absent, unless the order is {RESTS}", "stop_price")
        for field in ("trigger", "display_quantity", "quote_amount"):
            if getattr(self, field) is not None:
                raise refusal(BAD_VALUE, "absent with a stop_price", field)
        if self.slides:
            raise refusal(BAD_VALUE, "false with a stop_price", "slides")
        rise = self.stop_price - self.price
        if (rise if self.side is Side.BUY else -rise) <= 0:
            rule = "above the price of a BUY, below that of a SELL"
            raise refusal(BAD_VALUE, rule, "stop_price")

    def _check_amount(self) -> None:
        """Refuse what an order says in lots, or of a later time, beside an amount."""
        if self.type is not OrderType.MARKET:
            raise refusal(BAD_VALUE, "absent, unless the order is MARKET", "quote_amount")
        if self.in_force is not TimeInForce.IOC:
            raise refusal(BAD_VALUE, "IOC with a quote_amount", "time_in_force")
        if self.self_trade is SelfTrade.DECREMENT:
            raise refusal(BAD_VALUE, "not DECREMENT with a quote_amount", "self_trade")
        for field in ("quantity", "min_quantity", "trigger"):
            if getattr(self, field) is not None:
                raise refusal(BAD_VALUE, "absent with a quote_amount", field)

    def _check_time(self) -> None:
        is_market, waits = self.type is OrderType.MARKET, self.trigger is not None
        if is_market and self.in_force.rests and not (waits and self.in_force.expires):
            rule = "IOC or FOK for a MARKET order, or GTD or DAY if it waits for a trigger"
            raise refusal(BAD_VALUE, rule, "time_in_force")
        if self.in_force is TimeInForce.GTD and self.expires_at is None:
            raise refusal(MISSING, "required for a GTD order", "expires_at")
        if self.in_force is not TimeInForce.GTD and self.expires_at is not None:
            raise refusal(BAD_VALUE, "absent, unless the order is GTD", "expires_at")

    def _check_special_terms(self) -> None:
        least, shown = self.min_quantity, self.display_quantity
        whole = self.quantity or Decimal(0)
        if self.slides and not self.post_only:
            raise refusal(BAD_VALUE, "false, unless the order is post-only", "slides")
        if least is not None and self.in_force is not TimeInForce.IOC:
            raise refusal(BAD_VALUE, "absent, unless the order is IOC", "min_quantity")
        if least is not None and least > whole:
            raise refusal(BAD_VALUE, "at most the order's quantity", "min_quantity")
        if shown is not None and self.reduce_only:
            raise refusal(BAD_VALUE, "absent where the order is reduce_only", "display_quantity")
        if shown is not None and not self.rests:
            rule = f"absent, unless the order is {RESTS}"
            raise refusal(BAD_VALUE, rule, "display_quantity")
        if shown is not None and not whole / MAX_SLICES <= shown < whole:
            rule = "less than the order's quantity, and at least a hundredth of it"
            raise refusal(BAD_VALUE, rule, "display_quantity")

    def _check_trigger(self) -> None:
        if self.trigger is not None and self.trigger_price is None:
            raise refusal(MISSING, "required with a trigger", "trigger_price")
        if self.trigger is None and self.trigger_price is not None:
            raise refusal(BAD_VALUE, "absent without a trigger", "trigger_price")
        for field in ("trail", "trail_bps"):
            if getattr(self, field) is not None and self.trigger is not Trigger.STOP:
                raise refusal(BAD_VALUE, "absent, unless the order waits for a STOP", field)
        if self.trail is not None and self.trail_bps is not None:
            raise refusal(BAD_VALUE, "absent, where there is a trail", "trail_bps")


class FollowingOrder(OrderTerms):
    """An order that follows the one that it is placed with, in its market, for its account.

    It waits, ARMED, until all of that one is filled, and then comes in as if it was placed just
    then. Its limit keeps to the collar around the first one's limit, or around its own trigger.
    """

    @model_validator(mode="after")
    def _is_of_lots(self) -> Self:
        if self.quote_amount is not None:
            raise refusal(BAD_VALUE, "absent in an order that follows", "quote_amount")
        return self


class NamedOrder(Contract):
    """By which name its client knows an order, and where it is to trade."""

    client_order_id: ClientOrderId
    # Any text: what is no symbol is an unknown one, and that is how it is refused.
    symbol: str = Field(description="A listed market, BASE-QUOTE.", examples=["BTC-USD"])


class PlaceOrder(OrderTerms, NamedOrder):
    """An order to place. The same ``client_order_id`` and body again is the same order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "client_order_id": "my-first-order",
                    "symbol": "BTC-USD",
                    "side": "BUY",
                    "type": "LIMIT",
                    "quantity": "0.5",
                    "price": "60000",
                }
            ]
        }
    )

    then: FollowingOrder | None = Field(
        default=None,
        description="One triggers the other: an order that comes in once all of this one is "
        "filled. Whatever else ends one of the two ends the other. What this one brings is held "
        "for it as it comes. Not of an order with a trigger, a stop_price or a quote_amount.",
    )

    @model_validator(mode="after")
    def _may_lead(self) -> Self:
        if self.then is not None:
            for field in ("trigger", "stop_price", "quote_amount"):
                if getattr(self, field) is not None:
                    raise refusal(BAD_VALUE, "absent where an order follows", field)
        return self


class Rejection(Contract):
    """Why pricing, risk or matching refused an order, with the numbers that decided."""

    code: str = Field(description="PRICING_*, RISK_* or MATCHING_*.", examples=["PRICING_COLLAR"])
    detail: str
    have: str | None = None
    need: str | None = None
    limit: str | None = None


class Order(Contract):
    """An order as it stands. Quantities are base units, prices and the fee quote units.

    ``quantity`` and ``price`` are those that the book has it with: less than was asked where the
    order met another one of its account, the price where it slid to. The quantity of an order that
    names a ``quote_amount`` is what it has traded.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "order_id": "ofnp47z3c4bnfbbwn5y626vser4",
                    "client_order_id": "my-first-order",
                    "symbol": "BTC-USD",
                    "side": "BUY",
                    "type": "LIMIT",
                    "time_in_force": "GTC",
                    "post_only": False,
                    "slides": False,
                    "reduce_only": False,
                    "self_trade": "NONE",
                    "min_quantity": None,
                    "display_quantity": None,
                    "trigger": None,
                    "trigger_price": None,
                    "trail": None,
                    "trail_bps": None,
                    "stop_price": None,
                    "stop_limit_price": None,
                    "then": None,
                    "after": None,
                    "expires_at": None,
                    "quote_amount": None,
                    "quantity": "0.5",
                    "price": "60000",
                    "status": "FILLED",
                    "filled_quantity": "0.5",
                    "remaining_quantity": "0",
                    "average_price": "59998.2",
                    "fee": "14.99955",
                    "fee_currency": "USD",
                    "rejection": None,
                    "accepted_at": "2026-11-21T07:00:00.000Z",
                    "updated_at": "2026-11-21T07:00:00.021Z",
                    "account_sequence": None,
                    "book_sequence": 42,
                }
            ]
        }
    )

    order_id: OrderId
    client_order_id: ClientOrderId
    symbol: Symbol
    side: SideField
    type: OrderTypeField
    time_in_force: TimeInForceField
    post_only: bool
    slides: bool = False
    reduce_only: bool = False
    self_trade: SelfTradeField = SelfTrade.NONE
    min_quantity: Amount | None = None
    display_quantity: Amount | None = None
    trigger: TriggerField | None = None
    trigger_price: Amount | None = None
    trail: Amount | None = None
    trail_bps: int | None = None
    stop_price: Amount | None = None
    stop_limit_price: Amount | None = None
    then: OrderId | None = Field(default=None, description="The order that follows this one.")
    after: OrderId | None = Field(
        default=None,
        description="The order that this one follows. Both have the client_order_id of that one.",
    )
    expires_at: Timestamp | None = None
    quote_amount: Amount | None = None
    quantity: Amount
    price: Amount | None
    status: Annotated[OrderStatus, Field(strict=False)]
    filled_quantity: Amount
    remaining_quantity: Amount = Field(description="What has not been filled, whatever the status.")
    average_price: Amount | None = Field(
        description="Of what was filled: exact, or rounded half to even four digits beyond the "
        "tick. Null before the first fill."
    )
    fee: Amount
    fee_currency: Currency
    rejection: Rejection | None
    accepted_at: Timestamp
    updated_at: Timestamp
    account_sequence: int | None = Field(
        description="The record of the account's journal that refused the order, if one did."
    )
    book_sequence: int | None = Field(
        description="The latest record of the book's journal that moved the order."
    )
