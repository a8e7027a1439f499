"""What may be spent: what is free and above every margin, at marks that are known."""

from hypothesis import given
from hypothesis import strategies as st

from tests.zerodesk.risk.cases import BTC_PERP, NOON_MS, a_command, holding, with_position
from zerodesk.accounts import AccountState
from zerodesk.orders import Side
from zerodesk.positions import FLAT
from zerodesk.rejections import Rejection
from zerodesk.risk.chain import MARGIN_MARK_AGE_MS
from zerodesk.spending import Seen, refusal
from zerodesk.times import iso_ms
from zerodesk.transfers import send
from zerodesk.withdrawals import withdraw

PRICE = BTC_PERP.mark_price_ticks
SEEN = Seen(NOON_MS, {"BTC-PERP": BTC_PERP})


def long(lots: int, price_ticks: int = PRICE, **available: int) -> AccountState:
    side = Side.BUY if lots > 0 else Side.SELL
    held = FLAT.filled(side, price_ticks, abs(lots), fee_minor=0, at_ms=NOON_MS)
    return with_position(AccountState(opened=True, available=available), "BTC-PERP", held)


def code(found: Rejection | None) -> str | None:
    return None if found is None else found.code.value


def test_what_is_above_the_initial_margin_may_go_to_the_unit() -> None:
    # Ten lots of 6 USD need 3.
    state = long(10, USD=5_000_000)
    assert refusal(state, "USD", 2_000_000, SEEN) is None
    refused = refusal(state, "USD", 2_000_001, SEEN)
    assert refused is not None
    assert (refused.code.value, refused.have, refused.need) == (
        "RISK_INSUFFICIENT_MARGIN",
        "2.999999",
        "3",
    )


def test_a_loss_at_the_mark_is_not_there_to_go_and_a_gain_is_not_cash() -> None:
    lost = long(10, PRICE + 100_000, USD=5_000_000)
    assert code(refusal(lost, "USD", 1_000_001, SEEN)) == "RISK_INSUFFICIENT_MARGIN"
    assert refusal(lost, "USD", 1_000_000, SEEN) is None
    made = long(10, PRICE // 2, USD=5_000_000)
    assert code(refusal(made, "USD", 5_000_001, SEEN)) == "LEDGER_INSUFFICIENT_BALANCE"
    assert refusal(made, "USD", 5_000_000, SEEN) is None


def test_open_orders_keep_their_margin_there() -> None:
    state = holding(long(5, USD=5_000_000), a_command("o1", Side.BUY, 5, "BTC-PERP"))
    assert refusal(state, "USD", 2_000_000, SEEN) is None
    assert code(refusal(state, "USD", 2_000_001, SEEN)) == "RISK_INSUFFICIENT_MARGIN"


def test_a_mark_that_is_missing_or_too_old_lets_nothing_go() -> None:
    state = long(1, USD=10**9)
    assert code(refusal(state, "USD", 1)) == "RISK_STALE_MARK"
    old = Seen(NOON_MS + MARGIN_MARK_AGE_MS + 1, SEEN.marked)
    refused = refusal(state, "USD", 1, old)
    assert refused is not None
    assert refused.need == "BTC-PERP"
    assert refused.detail == f"the mark of BTC-PERP is 600001 ms old, since {iso_ms(NOON_MS)}"
    assert refusal(AccountState(available={"USD": 1}), "USD", 1, old) is None


def test_another_currency_goes_while_the_margin_is_short_but_not_while_something_is_owed() -> None:
    called = long(10, USD=2_000_000, EUR=7)
    assert refusal(called, "EUR", 7, SEEN) is None
    owing = long(10, 2 * PRICE, USD=2_000_000, EUR=7)
    assert code(refusal(owing, "EUR", 7, SEEN)) == "RISK_INSUFFICIENT_MARGIN"
    closed = AccountState(opened=True, available={"USD": -1, "EUR": 7})
    refused = refusal(closed, "EUR", 7)
    assert refused is not None
    assert (refused.have, refused.need) == ("-0.000001", "0")


@given(
    usd=st.integers(0, 10_000_000),
    amount=st.integers(1, 12_000_000),
    lots=st.integers(-12, 12),
    price=st.integers(PRICE // 2, 2 * PRICE),
)
def test_what_goes_leaves_an_account_that_nobody_would_call(
    usd: int, amount: int, lots: int, price: int
) -> None:
    from zerodesk.risk.monitoring import margins

    state = (
        long(lots, price, USD=usd) if lots else AccountState(opened=True, available={"USD": usd})
    )
    for change in (
        withdraw(state, "w", "USD", amount, at_ms=NOON_MS, seen=SEEN),
        send(state, "t", "bob", "USD", amount, seen=SEEN),
    ):
        left = state.replace(available={"USD": usd - amount})
        fits = amount <= usd and all(one.free_minor >= 0 for one in margins(left, SEEN.marked))
        assert (change.cause["kind"] != "refuse") == fits
        assert change.state.available_minor("USD") == (usd - amount if fits else usd)
        assert ("marks" in change.cause) == bool(lots)
