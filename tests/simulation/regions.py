"""The regions of the simulated venue, and what each tells its functions in their environment."""

from typing import Final

from tests.handler_settings import SETTINGS

HOME: Final = "us-east-1"
AWAY: Final = "eu-west-1"
REGIONS: Final = (HOME, AWAY)
"""Where books are at home that nobody ever took over, and where they may be taken to. The tables
are one for both, as a strongly consistent global table is; queues, the bus and workflows are each
region's own."""


def environment(region: str) -> dict[str, str]:
    """Return the environment of the functions of a region; all agree on the home of the books."""
    told = {name: value.replace(HOME, region) for name, value in SETTINGS.items()}
    return told | {"HOME_REGION": HOME}


QUEUE_URLS: Final = {region: environment(region)["COMMAND_QUEUE_URL"] for region in REGIONS}
"""The queue of commands of each region."""
