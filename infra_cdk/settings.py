"""What differs between environments, typed and checked before anything is synthesised.

Everything that is not a field here is the same on a laptop and on AWS.
"""

import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from infra_cdk.regions import PROFILES, REGIONS, Profile, Region, check

ROOT = Path(__file__).resolve().parent.parent

Architecture = Literal["arm64", "x86_64"]

RUNTIME = "python3.13"
"""What functions run on; layers are built for it, too."""

ACCOUNT = re.compile(r"[0-9]{12}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_RETENTION_DAYS = (1, 7, 30, 90, 365)
AUTHORIZER_CACHE_SECONDS = range(3_600 + 1)
MATCHING_TIMEOUT_SECONDS = range(1, 60 + 1)
VISIBILITY_PER_TIMEOUT = 6
"""A message stays hidden for six function time-outs, as AWS advises for event source mappings."""

LOCAL_CLOUD_REFUSES = frozenset({"AWS::Events::Archive"})
"""Resource types that the local cloud's CloudFormation does not know: one of them would refuse a
whole template. They are left out there, by name, and nothing else is."""


class SettingsError(ValueError):
    """A setting is missing or out of its range; the text names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One environment in one region."""

    environment: str
    profile: Profile
    """Where the journal lives. Chosen once: a table cannot change it while it holds anything."""
    account: str | None
    """None: CloudFormation fills in the account that the template is deployed to."""
    architecture: Architecture
    vendor_layer: Path
    """Folder with ``python/`` inside: the third-party packages, built for the architecture."""
    numeric_layer: Path
    """The same for numpy, which only the functions that price carry."""
    ships_byte_code: bool
    """Beside the source, where the interpreter that synthesises is the runtime's. The local cloud
    runs functions on the interpreter of the machine, and keeps byte code by itself."""
    data_outlives_stack: bool
    has_customer_key: bool
    """Tables are encrypted with a key of the account, one a region, and not with one of AWS."""
    log_level: str
    log_retention_days: int
    authorizer_cache_seconds: int
    """A revoked key keeps working for so long."""
    api_requests_per_second: int
    api_burst_requests: int
    pricing_concurrency: int
    """Reserved, and so the most chunks of pricing jobs at once: they must not starve the orders."""
    intake_concurrency: int
    """Reserved: orders wait for their answers inside intake, and must not starve the others."""
    matching_timeout_seconds: int
    """A book whose function process died waits six times this long for the next try."""
    alarm_email: str | None = None
    """Who is told of alarms; None: whoever subscribes to the topic."""
    omitted_resource_types: frozenset[str] = frozenset()
    here: int = 0
    """Which of the profile's regions this is about; the first is home."""

    def __post_init__(self) -> None:
        """Refuse what no deployment should meet.

        Raises
        ------
        SettingsError
            A field is out of its range.
        """
        holds = {
            "profile": self.profile in PROFILES,
            "environment": self.environment.isalnum() and self.environment.islower(),
            "account": self.account is None or ACCOUNT.fullmatch(self.account) is not None,
            "alarm_email": EMAIL.fullmatch(self.alarm_email or "nobody@nowhere") is not None,
            "log_level": self.log_level in LOG_LEVELS,
            "log_retention_days": self.log_retention_days in LOG_RETENTION_DAYS,
            "authorizer_cache_seconds": self.authorizer_cache_seconds in AUTHORIZER_CACHE_SECONDS,
            "api_requests_per_second": self.api_requests_per_second > 0,
            "api_burst_requests": self.api_burst_requests >= self.api_requests_per_second,
            "pricing_concurrency": self.pricing_concurrency > 0,
            "intake_concurrency": self.intake_concurrency > 0,
            "matching_timeout_seconds": self.matching_timeout_seconds in MATCHING_TIMEOUT_SECONDS,
        }
        for field, value_holds in holds.items():
            if not value_holds:
                raise SettingsError(f"{field} of {self.environment!r} is {getattr(self, field)!r}")
        check(self.profile, self.regions)

    @property
    def regions(self) -> tuple[Region, ...]:
        """All regions of the environment, home first."""
        return REGIONS[self.profile]

    @property
    def region(self) -> str:
        """The region that this is about."""
        return self.regions[self.here].name

    @property
    def home_region(self) -> str:
        """Where the tables are declared, and where a book is until another takes it over."""
        return self.regions[0].name

    @property
    def is_home(self) -> bool:
        """Say whether this region declares the tables of all."""
        return self.region == self.home_region

    @property
    def functions(self) -> frozenset[str]:
        """The functions that run here."""
        return self.regions[self.here].functions

    @property
    def trades(self) -> bool:
        """Say whether the whole way of an order is here."""
        return self.regions[self.here].trades

    @property
    def trading_region(self) -> str:
        """Where the orders that come in here are traded: here, or else at home."""
        return self.region if self.trades else self.home_region

    @property
    def sibling_regions(self) -> tuple[str, ...]:
        """The other regions that trade: commands are forwarded there after a takeover."""
        return tuple(one.name for one in self.regions if one.trades and one.name != self.region)

    @property
    def stage(self) -> str:
        """Name of this region's stage: ``production-eu-west-1``."""
        return f"{self.environment}-{self.region}"

    @property
    def prefix(self) -> str:
        """First part of every name in the account."""
        return f"zerodesk-{self.environment}"

    @property
    def metrics_namespace(self) -> str:
        """Where this environment's own figures are in CloudWatch, apart from all others'."""
        return self.prefix

    @property
    def data_key_alias(self) -> str:
        """Name of the key of the tables, the same in every region: stacks of others know it so."""
        return f"alias/{self.prefix}-data"

    @property
    def visibility_timeout_seconds(self) -> int:
        """How long a command stays hidden after a delivery."""
        return VISIBILITY_PER_TIMEOUT * self.matching_timeout_seconds

    def omits(self, resource_type: str) -> bool:
        """Say whether this environment leaves a CloudFormation type out."""
        return resource_type in self.omitted_resource_types


def load(
    environment: str, context: Callable[[str], object] = lambda _: None
) -> tuple[Settings, ...]:
    """Return the settings of one environment, region by region, with what the context overrides.

    Parameters
    ----------
    environment
        A name in ``ENVIRONMENTS``.
    context
        Looks up CDK context: ``account``, ``alarm_email``, ``profile``, ``vendor_layer`` and
        ``numeric_layer`` (folders) are read.

    Raises
    ------
    SettingsError
        The environment is unknown, a value is out of range, or the layer has not been built.
    """
    if environment not in ENVIRONMENTS:
        raise SettingsError(f"stage is {environment!r}, known are {', '.join(ENVIRONMENTS)}")
    settings = replace(ENVIRONMENTS[environment], **_overrides(context))
    for name in ("vendor_layer", "numeric_layer"):
        folder: Path = getattr(settings, name)
        if not (folder / "python").is_dir():
            raise SettingsError(
                f"{name} {folder} has no python/ folder: build the third-party packages for "
                f"{settings.architecture} there, or name another with -c {name}=..."
            )
    return everywhere(settings)


def everywhere(settings: Settings) -> tuple[Settings, ...]:
    """Return the settings of every region of an environment, home first."""
    return tuple(replace(settings, here=place) for place in range(len(settings.regions)))


def _overrides(context: Callable[[str], object]) -> dict[str, Any]:
    read: dict[str, Callable[[str], object]] = {
        "account": str,
        "alarm_email": str,
        "profile": str,
        "vendor_layer": Path,
        "numeric_layer": Path,
    }
    given = {field: context(field) for field in read}
    return {field: read[field](str(value)) for field, value in given.items() if value is not None}


def _host_architecture() -> Architecture:
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


ON_AWS = Settings(
    environment="dev",
    profile="single",
    account=None,
    architecture="arm64",
    vendor_layer=ROOT / ".local" / "layers" / "vendor-arm64",
    numeric_layer=ROOT / ".local" / "layers" / "numeric-arm64",
    ships_byte_code=True,
    data_outlives_stack=True,
    has_customer_key=True,
    log_level="INFO",
    log_retention_days=30,
    authorizer_cache_seconds=60,
    api_requests_per_second=1_000,
    api_burst_requests=2_000,
    pricing_concurrency=50,
    intake_concurrency=100,
    matching_timeout_seconds=10,
)

ENVIRONMENTS: Mapping[str, Settings] = {
    "local": replace(
        ON_AWS,
        environment="local",
        account="000000000000",
        architecture=_host_architecture(),
        vendor_layer=ROOT / ".local" / "layers" / "vendor",
        numeric_layer=ROOT / ".local" / "layers" / "numeric",
        ships_byte_code=False,
        data_outlives_stack=False,
        has_customer_key=False,
        log_retention_days=1,
        api_requests_per_second=5_000,
        api_burst_requests=5_000,
        matching_timeout_seconds=5,
        omitted_resource_types=LOCAL_CLOUD_REFUSES,
    ),
    "dev": ON_AWS,
    "staging": replace(ON_AWS, environment="staging", profile="global", log_retention_days=90),
    "production": replace(
        ON_AWS,
        environment="production",
        profile="global",
        log_retention_days=365,
        api_requests_per_second=5_000,
        api_burst_requests=10_000,
        intake_concurrency=400,
    ),
}
