"""The routes of back_office, a module a resource. Importing them needs no environment."""

from back_office.routes import accounts, halts, limits, markets, money  # noqa: F401 - they declare
from back_office.routes.table import api

__all__ = ["api", "app"]

app = api.app
