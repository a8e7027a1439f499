"""A function's environment, read once, and loudly when something is missing."""

import os


class MissingSettingError(RuntimeError):
    """A function was deployed without a variable that it needs."""


def required(name: str) -> str:
    """Return an environment variable, or fail at import, not at the first request."""
    value = os.environ.get(name)
    if not value:
        raise MissingSettingError(f"environment variable {name} is not set")
    return value


def this_region() -> str:
    """Return the region that the function runs in, as Lambda tells it."""
    return required("AWS_REGION")
