"""Fee tiers: set by an operator with a reason, kept in the journal of the limits."""

from zerodesk.fee_tiers import FeeTier, FeeTiersError, Schedule, checked
from zerodesk.money import NumberError, format_minor, to_minor
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.contracts.fees import AskedTier, FeeSchedules, FeeScheduleView, SetFees
from zerodesk_aws.entry import count, logger
from zerodesk_aws.fee_views import tier_view
from zerodesk_aws.limits import MAX_SCHEDULES, LimitRegister
from zerodesk_aws.registers import Register


class FeeOffice:
    """Sets what accounts are charged."""

    def __init__(self, limits: LimitRegister, markets: Register) -> None:
        self._limits, self._markets = limits, markets

    def all(self) -> FeeSchedules:
        """Return every schedule that has tiers."""
        venue, currencies = self._limits.latest(), self._currencies()
        return FeeSchedules(
            limits_sequence=venue.sequence,
            schedules=[
                FeeScheduleView(
                    scope=scope,
                    currency=currencies[scope],
                    tiers=[tier_view(tier, currencies[scope]) for tier in schedule.tiers],
                    author=entry["author"],
                    reason=entry["reason"],
                )
                for scope, (schedule, entry) in sorted(venue.schedules.items())
                if schedule.tiers
            ],
        )

    def set(self, scope: str, asked: SetFees, author: str) -> FeeSchedules:
        """Set the tiers of a quote currency or of a market.

        Raises
        ------
        ProblemError
            INTAKE_BAD_VALUE: nothing is quoted in that, or tiers that break a rule.
            INTAKE_OFF_PRECISION: a turnover finer than its currency. REGISTER_FULL.
        """
        currency = self._currencies().get(scope)
        if currency is None:
            rule = "a listed market, or a currency that one is quoted in"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "fee_scope", scope, rule)
        schedules = self._limits.latest().schedules
        if scope not in schedules and len(schedules) >= MAX_SCHEDULES:
            detail = f"A venue has {MAX_SCHEDULES} fee schedules at most."
            raise ended(ProblemCode.REGISTER_FULL, detail)
        schedule = Schedule(scope, _tiers(asked.tiers, currency))
        self._limits.put_fees(schedule, author=author, reason=asked.reason)
        count("FeesSet")
        logger.info("fees set", scope=scope, author=author, reason=asked.reason)
        return self.all()

    def _currencies(self) -> dict[str, str]:
        """Return what each market, and each quote currency, is priced in."""
        markets = self._markets.entries()
        quotes = {symbol: str(listing["quote"]) for symbol, listing in markets.items()}
        return quotes | {quote: quote for quote in quotes.values()}


def _tiers(asked: list[AskedTier], currency: str) -> tuple[FeeTier, ...]:
    try:
        return checked([_tier(number, tier, currency) for number, tier in enumerate(asked)])
    except FeeTiersError as error:
        value = error.value
        told = format_minor(value, currency) if error.field == "from_turnover" else value
        place = f"tiers.{error.tier}.{error.field}"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, place, told, error.rule) from error


def _tier(number: int, asked: AskedTier, currency: str) -> FeeTier:
    try:
        from_minor = to_minor(asked.from_turnover, currency)
    except NumberError as error:
        place, value = f"tiers.{number}.from_turnover", format(asked.from_turnover, "f")
        raise refused(ProblemCode.INTAKE_OFF_PRECISION, place, value, error.rule) from error
    return FeeTier(from_minor, asked.maker_bps, asked.taker_bps)
