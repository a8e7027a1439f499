"""From what is stored, in ticks, lots and minor units, to what the API shows, in decimals."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from zerodesk import instruments
from zerodesk.accounts import AccountState
from zerodesk.bands import Band
from zerodesk.money import format_minor, format_scaled, power_of_ten
from zerodesk.orders import OrderStatus, SelfTrade
from zerodesk.transfers import TransferStatus
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.accounts import Account
from zerodesk_aws.clock import iso_ms
from zerodesk_aws.contracts.funds import Transfer, Withdrawal
from zerodesk_aws.contracts.markets import Auction, Market, PriceBand
from zerodesk_aws.contracts.orders import Balance, Balances, Order, Rejection
from zerodesk_aws.contracts.statements import StatementEntry
from zerodesk_aws.tables.market import Listed
from zerodesk_aws.tables.orders import DONE, OrderItem

AVERAGE_DIGITS: Final = 4
"""Decimals of an average price beyond the tick's."""

TRANSFER_STATUSES: Final = {
    OrderStatus.QUEUED.value: TransferStatus.PENDING,
    DONE: TransferStatus.SETTLED,
    OrderStatus.REJECTED.value: TransferStatus.REJECTED,
}
"""What the status of a transfer's item means."""


def order_view(item: OrderItem, market: instruments.Market) -> Order:
    """Return an order's item as the API shows it."""
    asked: dict[str, Any] = item.request
    filled_lots, price_ticks = int(item.filled_lots), item.limit_ticks
    trigger_ticks, expires_at_ms = asked.get("trigger_ticks"), asked.get("expires_at_ms")
    trail_ticks = asked.get("trail_ticks")
    return Order(
        order_id=item.order_id,
        client_order_id=asked["client_order_id"],
        symbol=asked["symbol"],
        side=asked["side"],
        type=asked["type"],
        time_in_force=asked["time_in_force"],
        post_only=asked["post_only"],
        slides=asked.get("slides", False),
        self_trade=asked.get("self_trade", SelfTrade.NONE),
        min_quantity=_quantity(market, asked.get("min_quantity_lots")),
        display_quantity=_quantity(market, asked.get("display_lots")),
        trigger=asked.get("trigger"),
        trigger_price=None if trigger_ticks is None else market.format_price(trigger_ticks),
        trail=None if trail_ticks is None else market.format_price(trail_ticks),
        trail_bps=asked.get("trail_bps"),
        expires_at=None if expires_at_ms is None else iso_ms(expires_at_ms),
        quantity=market.format_quantity(item.quantity_lots),
        price=None if price_ticks is None else market.format_price(price_ticks),
        status=OrderStatus(item.status),
        filled_quantity=market.format_quantity(filled_lots),
        remaining_quantity=market.format_quantity(item.lots_left),
        average_price=average_price(market, int(item.filled_notional_minor), filled_lots),
        fee=format_minor(int(item.fee_minor), market.quote),
        fee_currency=market.quote,
        rejection=None if item.rejection is None else Rejection(**item.rejection),
        accepted_at=iso_ms(int(item.placed_at_ms)),
        updated_at=iso_ms(int(item.updated_at_ms)),
        account_sequence=_whole(item.account_sequence),
        book_sequence=_whole(item.book_sequence),
    )


def _quantity(market: instruments.Market, quantity_lots: int | None) -> str | None:
    return None if quantity_lots is None else market.format_quantity(quantity_lots)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def average_price(market: instruments.Market, notional_minor: int, filled_lots: int) -> str | None:
    """Return what one unit cost on average, rounded half to even four digits beyond the tick."""
    if not filled_lots:
        return None
    finer_units = notional_minor * market.tick_units * power_of_ten(AVERAGE_DIGITS)
    whole, rest = divmod(finer_units, filled_lots * market.tick_value_minor)
    twice = 2 * rest - filled_lots * market.tick_value_minor
    rounded = whole + (twice > 0 or (twice == 0 and whole % 2))
    return format_scaled(rounded, market.tick_digits + AVERAGE_DIGITS)


def market_view(listed: Listed) -> Market:
    """Return a market as the API shows it."""
    market = listed.market
    last_ticks = listed.last_price_ticks
    return Market(
        symbol=market.symbol,
        base=market.base,
        quote=market.quote,
        tick_size=format_scaled(market.tick_units, market.tick_digits),
        lot_size=format_scaled(market.lot_units, market.lot_digits),
        min_notional=format_minor(market.min_notional_minor, market.quote),
        max_quantity=market.format_quantity(market.max_quantity_lots),
        maker_bps=market.maker_bps,
        taker_bps=market.taker_bps,
        collar_bps=market.collar_bps,
        reference_price=market.format_price(market.reference_price_ticks),
        band=None if market.band is None else _band_view(market.band),
        state=listed.state,
        state_reason=listed.state_reason,
        state_by=listed.state_by,
        state_since=iso_ms(listed.state_since_ms) if listed.state_since_ms else None,
        mark_price=market.format_price(listed.mark_price_ticks),
        last_price=None if last_ticks is None else market.format_price(last_ticks),
        auction=None if listed.auction is None else _auction_view(market, listed.auction),
    )


def _band_view(band: Band) -> PriceBand:
    return PriceBand(
        bps=band.bps,
        window_seconds=band.window_ms // 1_000,
        auction_seconds=band.auction_ms // 1_000,
    )


def _auction_view(market: instruments.Market, auction: dict[str, Any]) -> Auction:
    price_ticks, ends_at_ms = auction["indicative_price_ticks"], auction["ends_at_ms"]
    return Auction(
        auction_id=auction["auction_id"],
        kind=auction["kind"],
        ends_at=None if ends_at_ms is None else iso_ms(ends_at_ms),
        indicative_price=None if price_ticks is None else market.format_price(price_ticks),
        indicative_quantity=market.format_quantity(auction["indicative_lots"]),
        surplus=market.format_quantity(auction["surplus_lots"]),
    )


def balances_of(state: AccountState) -> list[Balance]:
    """Return an account's balances, by currency."""
    return [
        Balance(
            currency=currency,
            available=format_minor(state.available_minor(currency), currency),
            held=format_minor(state.held_minor(currency), currency),
            total=format_minor(
                state.available_minor(currency) + state.held_minor(currency), currency
            ),
        )
        for currency in state.currencies()
    ]


def entries_view(entries: Iterable[Sequence[Any]]) -> list[StatementEntry]:
    """Return a record's entries as the API shows them."""
    return [
        StatementEntry(
            ledger_account=ledger_account,
            currency=currency,
            amount=format_minor(amount_minor, currency),
        )
        for ledger_account, currency, amount_minor in entries
    ]


def balances_view(account: Account) -> Balances:
    """Return an account's balances as the API shows them."""
    return Balances(
        account_id=account.account_id,
        account_sequence=account.sequence,
        balances=balances_of(account.state),
    )


def withdrawal_view(item: OrderItem) -> Withdrawal:
    """Return a withdrawal's item as the API shows it."""
    asked: dict[str, Any] = item.request
    return Withdrawal(
        withdrawal_id=asked["withdrawal_id"],
        account_id=item.account_id,
        currency=asked["currency"],
        amount=format_minor(asked["amount_minor"], asked["currency"]),
        status=WithdrawalStatus(item.status),
        rejection=None if item.rejection is None else Rejection(**item.rejection),
        account_sequence=_whole(item.account_sequence),
        asked_at=iso_ms(int(item.placed_at_ms)),
        updated_at=iso_ms(int(item.updated_at_ms)),
    )


def transfer_view(item: OrderItem) -> Transfer:
    """Return a transfer's item, the sender's, as the API shows it."""
    asked: dict[str, Any] = item.request
    return Transfer(
        transfer_id=asked["transfer_id"],
        from_account_id=item.account_id,
        to_account_id=asked["to_account_id"],
        currency=asked["currency"],
        amount=format_minor(asked["amount_minor"], asked["currency"]),
        status=TRANSFER_STATUSES[item.status],
        rejection=None if item.rejection is None else Rejection(**item.rejection),
        account_sequence=_whole(item.account_sequence),
        asked_at=iso_ms(int(item.placed_at_ms)),
        updated_at=iso_ms(int(item.updated_at_ms)),
    )
