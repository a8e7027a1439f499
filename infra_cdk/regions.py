"""Which functions run in which region, by the profile of the journal.

A profile says where the truth lives: in one region, in three of one continent, or in three of
three continents. With it go the regions of a deployment, and what each of them does: take requests
(the API), trade, or both and oversee the whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Profile = Literal["single", "continental", "global"]
PROFILES: Final[tuple[Profile, ...]] = get_args(Profile)

REPLICAS: Final = 3
"""Of a strongly consistent table: neither more nor fewer can be had."""

CONTINENTS: Final[Mapping[str, frozenset[str]]] = {
    "America": frozenset({"us-east-1", "us-east-2", "us-west-2"}),
    "Europe": frozenset({"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"}),
    "Asia": frozenset({"ap-northeast-1", "ap-northeast-2", "ap-northeast-3"}),
}
"""Sets of regions within which DynamoDB keeps strongly consistent replicas (AWS, "How DynamoDB
global tables work"). Since September 2026 a table may also have its three replicas in three of
them, or in ap-southeast-1."""

ELSEWHERE: Final = frozenset({"ap-southeast-1"})
"""Takes part in tables across continents only."""

API: Final = frozenset(
    {
        # A region that answers about books keeps its own snapshots of them.
        "archivist",
        "authorizer",
        "back_office",
        # A pricing job is priced where it was taken in.
        "chunk_pricing",
        "funds",
        "job_chunks",
        "option_quotes",
        "order_intake",
        "price_source",
        "pricing_api",
        "pricing_jobs",
        "queries",
    }
)
TRADING: Final = frozenset(
    {
        "archivist",
        "liquidation",
        "matching",
        "partner_intake",
        "pricing",
        "risk_check",
        "risk_monitor",
        "settlement",
        "sweeper",
    }
)
OVERSIGHT: Final = frozenset({"reconciliation"})
"""Recounts everything, and need not do so three times."""

EVERY_FUNCTION: Final = API | TRADING | OVERSIGHT


class RegionsError(ValueError):
    """The regions of an environment do not fit its profile; the text names them."""


@dataclass(frozen=True, slots=True)
class Region:
    """One region of a deployment and the functions that run there."""

    name: str
    functions: frozenset[str]

    def __post_init__(self) -> None:
        """Refuse what could not work.

        Raises
        ------
        RegionsError
            A function is unknown, or only some of those that trade are here.
        """
        if unknown := self.functions - EVERY_FUNCTION:
            raise RegionsError(f"{self.name} runs unknown functions: {', '.join(sorted(unknown))}")
        missing = TRADING - self.functions
        if missing and not self.functions & TRADING <= API:
            raise RegionsError(f"{self.name} trades without {', '.join(sorted(missing))}")

    @property
    def trades(self) -> bool:
        """Say whether the whole way of an order is here."""
        return self.functions >= TRADING


REGIONS: Final[Mapping[Profile, tuple[Region, ...]]] = {
    "single": (Region("us-east-1", EVERY_FUNCTION),),
    "continental": (
        Region("us-east-1", EVERY_FUNCTION),
        Region("us-west-2", API | TRADING),
        Region("us-east-2", API),
    ),
    "global": (
        Region("us-east-1", EVERY_FUNCTION),
        Region("eu-west-1", API | TRADING),
        Region("ap-southeast-1", API),
    ),
}
"""The regions of each profile. The first is home: its stacks declare the tables of all of them, and
a book is there until another region takes it over."""


def check(profile: Profile, regions: tuple[Region, ...]) -> None:
    """Refuse regions that do not fit a profile.

    Raises
    ------
    RegionsError
        Too many or too few, twice the same, none at home that trades, or a set of regions in which
        DynamoDB keeps no strongly consistent table.

    Examples
    --------
    >>> check("global", REGIONS["global"])
    >>> check("continental", REGIONS["global"])
    Traceback (most recent call last):
    infra_cdk.regions.RegionsError: us-east-1, eu-west-1, ap-southeast-1 are not of one continent
    """
    names = tuple(region.name for region in regions)
    wanted = 1 if profile == "single" else REPLICAS
    if len(set(names)) != wanted or len(names) != wanted:
        raise RegionsError(f"{profile} needs {wanted} regions, not {', '.join(names)}")
    if not regions[0].trades:
        raise RegionsError(f"{names[0]} is home and does not trade")
    if not {name for region in regions for name in region.functions} >= OVERSIGHT:
        raise RegionsError(f"nobody runs {', '.join(sorted(OVERSIGHT))}")
    if profile == "continental" and not any(set(names) <= one for one in CONTINENTS.values()):
        raise RegionsError(f"{', '.join(names)} are not of one continent")
    known = ELSEWHERE.union(*CONTINENTS.values())
    if profile == "global" and not set(names) <= known:
        raise RegionsError(f"no strongly consistent tables in {', '.join(set(names) - known)}")
