"""What an account has against what its derivatives need, at the marks as they are shown."""

from zerodesk.kills import Kill
from zerodesk.margin_calls import MarginCall, ratio_bps
from zerodesk.money import BASIS_POINTS, format_minor
from zerodesk.risk.monitoring import Margin, fresh_marks, margins, stale_marks
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.margin_status import (
    CurrencyMargin,
    MarginCallView,
    MarginStatus,
    Spared,
    StaleMark,
)
from zerodesk_aws.marks import Marks
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.views.isolated import isolated_view, liquidation_view


class MarginViews:
    """Answers for accounts."""

    def __init__(self, accounts: AccountJournal, markets: Markets) -> None:
        self._accounts, self._markets = accounts, markets

    def of(self, account_id: str) -> MarginStatus:
        """Return the margin of an account as it stands, or NOT_FOUND."""
        account, at_ms = self._accounts.latest(account_id), now_ms()
        state = account.state
        if not state.opened:
            raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
        marked = Marks(self._markets).of(state.derivatives())
        stale = stale_marks(state, marked, at_ms)
        found = margins(state, fresh_marks(state, marked, at_ms))
        return MarginStatus(
            account_id=account_id,
            account_sequence=account.sequence,
            at=iso_ms(at_ms),
            margins=[_margin(one, state.calls.get(one.name)) for one in found],
            isolated=[
                isolated_view(account, symbol, pot.currency)
                for symbol, pot in sorted(state.isolated.items())
            ],
            stale=[
                StaleMark(symbol=symbol, since=None if since is None else iso_ms(since))
                for symbol, since in stale.items()
            ],
            liquidation=liquidation_view(state.liquidation),
            spared=_spared(account_id, state.terms.spared),
        )


def _spared(account_id: str, by: Kill | None) -> Spared | None:
    if by is None:
        return None
    return Spared(
        account_id=account_id,
        is_allowed=False,
        author=by.author,
        reason=by.reason,
        since=iso_ms(by.at_ms),
    )


def _margin(one: Margin, call: MarginCall | None) -> CurrencyMargin:
    ratio = ratio_bps(one.equity_minor, one.maintenance_minor)
    return CurrencyMargin(
        currency=one.currency,
        isolated=one.isolated,
        equity=format_minor(one.equity_minor, one.currency),
        initial=format_minor(one.initial_minor, one.currency),
        maintenance=format_minor(one.maintenance_minor, one.currency),
        ratio=None if ratio is None else _share(ratio),
        call=None if call is None else _call(call, one.currency),
    )


def _call(call: MarginCall, currency: str) -> MarginCallView:
    return MarginCallView(
        level=_share(call.level_bps),
        equity=format_minor(call.equity_minor, currency),
        maintenance=format_minor(call.maintenance_minor, currency),
        since=iso_ms(call.at_ms),
    )


def _share(bps: int) -> str:
    """Return basis points as a decimal number.

    Examples
    --------
    >>> _share(14_900), _share(-3_334), _share(20_000)
    ('1.49', '-0.3334', '2')
    """
    whole, part = divmod(abs(bps), BASIS_POINTS)
    text = f"{whole}.{part:04d}".rstrip("0").rstrip(".")
    return text if bps >= 0 else f"-{text}"
