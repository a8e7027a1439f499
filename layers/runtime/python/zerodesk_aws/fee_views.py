"""Fees as the API shows them: what an account is charged where, and what the next tier is."""

from typing import Final

from zerodesk.accounts import AccountState
from zerodesk.fee_tiers import FeeTier, charged
from zerodesk.instruments import Market, TradingState
from zerodesk.money import format_minor
from zerodesk.turnover import turnover_minor
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.fees import AccountFees, FeeTierView, MarketFees, Turnover
from zerodesk_aws.limits import LimitRegister, VenueLimits
from zerodesk_aws.tables.market import Markets

LISTING: Final = "listing"


def tier_view(tier: FeeTier, currency: str) -> FeeTierView:
    """Return a tier in decimals."""
    return FeeTierView(
        from_turnover=format_minor(tier.from_minor, currency),
        maker_bps=tier.maker_bps,
        taker_bps=tier.taker_bps,
    )


class FeeViews:
    """Answers what an account is charged."""

    def __init__(self, accounts: AccountJournal, limits: LimitRegister, markets: Markets) -> None:
        self._accounts, self._limits, self._markets = accounts, limits, markets

    def of(self, account_id: str) -> AccountFees:
        """Return what the next order of an account would be charged, or NOT_FOUND."""
        account, at_ms = self._accounts.latest(account_id), now_ms()
        if not account.state.opened:
            raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
        venue = self._limits.latest()
        return AccountFees(
            account_id=account_id,
            account_sequence=account.sequence,
            limits_sequence=venue.sequence,
            turnovers=[
                Turnover(
                    currency=currency,
                    turnover=format_minor(turnover_minor(days, at_ms), currency),
                )
                for currency, days in sorted(account.state.turnover.items())
            ],
            markets=[
                _charged_in(listed.market, venue, account.state, at_ms)
                for listed in self._markets.all()
                if listed.state is not TradingState.DELISTED
            ],
        )


def _charged_in(market: Market, venue: VenueLimits, state: AccountState, at_ms: int) -> MarketFees:
    schedule = venue.schedule_for(market.symbol, market.quote)
    if schedule is None:
        return MarketFees(
            symbol=market.symbol,
            maker_bps=market.maker_bps,
            taker_bps=market.taker_bps,
            set_by=LISTING,
            tier=None,
            next_tier=None,
        )
    days = state.turnover.get(market.quote, {})
    rates = charged(schedule, turnover_minor(days, at_ms))
    following = schedule.tiers[rates.tier + 1 :]
    return MarketFees(
        symbol=market.symbol,
        maker_bps=rates.maker_bps,
        taker_bps=rates.taker_bps,
        set_by=schedule.scope,
        tier=rates.tier,
        next_tier=tier_view(following[0], market.quote) if following else None,
    )
