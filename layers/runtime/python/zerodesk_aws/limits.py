"""The limits of the venue and of its groups: one control stream, every change a record."""

from typing import Any, Final, NamedTuple

from zerodesk.fee_tiers import Schedule
from zerodesk.kills import Kill
from zerodesk.limits import Limits, tightest
from zerodesk.terms import AccountTerms
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import LIMITS, Entry, Register

VENUE: Final = "venue"
GROUP: Final = "group:"

KILL: Final = "kill:"
MARKET: Final = "market:"

FEES: Final = "fees:"

MAX_GROUPS: Final = 200
MAX_SCHEDULES: Final = 200
"""Every order reads all of them at once."""


class VenueLimits(NamedTuple):
    """What the venue and its groups are limited to, as of a record; sequence 0 for nothing yet."""

    sequence: int
    entries: dict[str, Entry]

    @property
    def venue(self) -> Limits:
        """What holds for every account."""
        return self._of(VENUE)

    def group(self, name: str) -> Limits:
        """Return what holds for the accounts of a group."""
        return self._of(GROUP + name)

    def knows(self, name: str) -> bool:
        """Whether a group was ever given limits."""
        return GROUP + name in self.entries

    @property
    def groups(self) -> int:
        """How many groups have limits."""
        return sum(name.startswith(GROUP) for name in self.entries)

    @property
    def limited(self) -> dict[str, Entry]:
        """The limits that were set, by whom they hold for."""
        others = (KILL, FEES)
        return {name: one for name, one in self.entries.items() if not name.startswith(others)}

    @property
    def schedules(self) -> dict[str, tuple[Schedule, Entry]]:
        """The fee schedules that were ever set, by currency or market, and who set them why."""
        return {
            scope: (Schedule.of(scope, entry["tiers"]), entry)
            for name, entry in self.entries.items()
            if name.startswith(FEES) and (scope := name.removeprefix(FEES))
        }

    def schedule_for(self, symbol: str, currency: str) -> Schedule | None:
        """Return the fee tiers of a market: its own, else those of its quote currency, if any."""
        for scope in (symbol, currency):
            tiers = self.entries.get(FEES + scope, {}).get("tiers")
            if tiers:
                return Schedule.of(scope, tiers)
        return None

    @property
    def switches(self) -> dict[str, tuple[Kill, bool]]:
        """The kill switches that were ever used, by whom they stop, and whether they are on."""
        return {
            name.removeprefix(KILL): (Kill.of(entry), entry["is_on"])
            for name, entry in self.entries.items()
            if name.startswith(KILL)
        }

    def kill_of(self, name: str) -> Kill | None:
        """Return a kill switch that is on: the venue's, or a market's, ``MARKET`` and symbol."""
        entry = self.entries.get(KILL + name)
        if entry is None or not entry["is_on"]:
            return None
        return Kill.of(entry)

    def kills(self, symbol: str) -> dict[str, Kill]:
        """Return the kill switches that are on for a market, by whom they stop."""
        found = {name: self.kill_of(name) for name in (VENUE, MARKET + symbol)}
        return {name: kill for name, kill in found.items() if kill is not None}

    def scopes(self, terms: AccountTerms) -> list[tuple[str, Limits]]:
        """Return what an account is limited to, each with who it holds for."""
        grouped = [] if terms.group is None else [(GROUP + terms.group, self.group(terms.group))]
        return [("account", terms.limits), *grouped, (VENUE, self.venue)]

    def effective(self, terms: AccountTerms) -> Limits:
        """Return the tightest of all that an account is limited to."""
        return tightest(limits for _, limits in self.scopes(terms))

    def _of(self, name: str) -> Limits:
        entry: dict[str, Any] = self.entries.get(name, {})
        return Limits.from_dict(entry.get("limits", {}))


class LimitRegister:
    """The register of limits of one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal, self._register = journal, Register(journal, LIMITS)

    def latest(self) -> VenueLimits:
        """Return all limits as they stand now, read strongly."""
        record = self._journal.latest(LIMITS)
        if record is None:
            return VenueLimits(0, {})
        return VenueLimits(record.sequence, record.body["state"])

    def put(self, name: str, limits: Limits, *, author: str, reason: str) -> None:
        """Set the limits of a scope; what was set before is replaced as a whole."""
        self._register.put(name, {"limits": limits.to_dict(), "author": author, "reason": reason})

    def put_fees(self, schedule: Schedule, *, author: str, reason: str) -> None:
        """Set the fee tiers of a currency or of a market; without any, those of before are over."""
        entry = {"tiers": schedule.rows(), "author": author, "reason": reason}
        self._register.put(FEES + schedule.scope, entry)

    def switch(self, name: str, kill: Kill, *, is_on: bool) -> None:
        """Turn a kill switch on or off; one that is so already stays as it is."""
        is_on_now = self.latest().kill_of(name) is not None
        if is_on_now is not is_on:
            self._register.put(KILL + name, kill.to_dict() | {"is_on": is_on})
