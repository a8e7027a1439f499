"""The limits of the venue and of its groups: one control stream, every change a record."""

from typing import Any, Final, NamedTuple

from zerodesk.limits import Limits, tightest
from zerodesk.terms import AccountTerms
from zerodesk_aws.journal import Journal
from zerodesk_aws.registers import LIMITS, Entry, Register

VENUE: Final = "venue"
GROUP: Final = "group:"

MAX_GROUPS: Final = 200
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
