"""Limits and standings: set by an operator with a reason, kept in journals."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from back_office.accounts import opened
from zerodesk.accounts import Change, set_terms
from zerodesk.limits import Limits
from zerodesk.money import NumberError, to_minor
from zerodesk_aws import accounts as journals
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.contracts.limits import (
    AccountLimits,
    LimitList,
    ScopeLimits,
    SetAccountLimits,
    SetLimits,
    SetStanding,
)
from zerodesk_aws.entry import count, logger
from zerodesk_aws.limit_views import LimitViews, limit_set
from zerodesk_aws.limits import GROUP, MAX_GROUPS, VENUE, LimitRegister
from zerodesk_aws.registers import Register


class LimitOffice:
    """Sets what accounts may do."""

    def __init__(
        self,
        limits: LimitRegister,
        markets: Register,
        accounts: journals.AccountJournal,
        views: LimitViews,
    ) -> None:
        self._limits, self._markets, self._accounts = limits, markets, accounts
        self._views = views

    def all(self) -> LimitList:
        """Return the limits of the venue and its groups."""
        venue = self._limits.latest()
        return LimitList(
            limits_sequence=venue.sequence,
            scopes=[
                ScopeLimits(
                    scope=name,
                    author=entry["author"],
                    reason=entry["reason"],
                    limits=limit_set(Limits.from_dict(entry["limits"])),
                )
                for name, entry in sorted(venue.limited.items())
            ],
        )

    def set_venue(self, asked: SetLimits, author: str) -> LimitList:
        """Set what holds for every account."""
        return self._set(VENUE, asked, author)

    def set_group(self, group: str, asked: SetLimits, author: str) -> LimitList:
        """Set what holds for the accounts of a group; a group begins with its limits."""
        venue = self._limits.latest()
        if not venue.knows(group) and venue.groups >= MAX_GROUPS:
            raise ended(ProblemCode.REGISTER_FULL, f"A venue has {MAX_GROUPS} groups at most.")
        return self._set(GROUP + group, asked, author)

    def _set(self, scope: str, asked: SetLimits, author: str) -> LimitList:
        limits = self._read(asked)
        self._limits.put(scope, limits, author=author, reason=asked.reason)
        count("LimitsSet")
        logger.info("limits set", scope=scope, author=author, reason=asked.reason)
        return self.all()

    def set_account(self, account_id: str, asked: SetAccountLimits, author: str) -> AccountLimits:
        """Set what holds for one account, and its group; a stop for a day's loss is over by it.

        Where the loss is still beyond what holds then, the next look stops the account again.
        """
        opened(self._accounts, account_id)
        if asked.group is not None and not self._limits.latest().knows(asked.group):
            rule = "a group that has limits"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "group", asked.group, rule)
        limits = self._read(asked)
        return self._change(
            account_id, author, asked.reason, group=asked.group, limits=limits, loss_stop=None
        )

    def set_standing(self, account_id: str, asked: SetStanding, author: str) -> AccountLimits:
        """Say whether an account may trade, and how far it is verified."""
        opened(self._accounts, account_id)
        return self._change(
            account_id,
            author,
            asked.reason,
            status=asked.status,
            verification_level=asked.verification_level,
        )

    def _change(self, account_id: str, author: str, reason: str, **changes: Any) -> AccountLimits:
        """Change the terms in one record; nothing is written where they stand already."""

        def decide(account: journals.Account) -> Change | None:
            terms = account.state.terms._replace(**changes)
            if terms == account.state.terms:
                return None
            return set_terms(account.state, terms, author=author, reason=reason)

        self._accounts.commit(account_id, decide)
        count("TermsSet")
        logger.info("terms set", account_id=account_id, author=author, reason=reason)
        return self._views.of(account_id)

    def _read(self, asked: SetLimits) -> Limits:
        """Return limits in minor units, of markets and currencies that the venue knows."""
        markets = self._markets.entries()
        bases = {listing["base"] for listing in markets.values()}
        quotes = {listing["quote"] for listing in markets.values()}
        return Limits(
            open_orders=asked.open_orders,
            orders_per_minute=asked.orders_per_minute,
            mark_age_ms=asked.mark_age_ms,
            order_volume_bps=asked.order_volume_bps,
            leverage=asked.leverage,
            free_notional_minor=_minor("free_notional", asked.free_notional, quotes),
            order_notional_minor=_minor("order_notional", asked.order_notional, quotes),
            position_minor=_minor("position", asked.position, markets),
            underlying_minor=_minor("underlying", asked.underlying, bases),
            daily_loss_minor=_minor("daily_loss", asked.daily_loss, quotes),
        )


def _minor(field: str, amounts: dict[str, Decimal], known: Iterable[str]) -> dict[str, int]:
    """Return amounts by key in minor units of the key's currency, a market's base."""
    names, read = set(known), {}
    for key, amount in amounts.items():
        place = f"{field}.{key}"
        if key not in names:
            rule = "a listed market, or a currency that one is listed with"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, place, key, rule)
        try:
            read[key] = to_minor(amount, key.partition("-")[0])
        except NumberError as error:
            raise refused(
                ProblemCode.INTAKE_OFF_PRECISION, place, format(amount, "f"), error.rule
            ) from error
    return read
