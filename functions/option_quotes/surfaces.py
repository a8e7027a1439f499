"""Surfaces of the market table: published by operators, warm by version."""

from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.option_quote import MarketSurface
from zerodesk.pricing.surfaces.surface import VolatilitySurface
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import as_ms, now_ms
from zerodesk_aws.contracts.option_quotes import PublishedSurface, PublishSurface
from zerodesk_aws.contracts.pricing import Surface
from zerodesk_aws.entry import count, logger
from zerodesk_aws.listings import Listings
from zerodesk_aws.surfaces import WarmSurfaces
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.stored_surface import StoredSurface


class Surfaces:
    """The surfaces of one market table. Each question reads the table first."""

    def __init__(self, markets: Markets, listings: Listings) -> None:
        self._markets, self._listings = markets, listings
        self._warm = WarmSurfaces()

    def publish(self, symbol: str, asked: PublishSurface) -> PublishedSurface:
        """Store a surface; the same one again is the same.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. INTAKE_BAD_VALUE: the surface has arbitrage, or is of a time
            to come. INTAKE_IDEMPOTENCY_CONFLICT: there is a later one, or another of that time.
        """
        self._listings.listed(symbol)
        document = asked.surface.model_dump(mode="json")
        try:
            VolatilitySurface.from_dict(document)
        except MalformedCallError as error:
            field, _, told = str(error).partition(": ")
            rule, _, value = told.partition(", was ")
            raise refused(ProblemCode.INTAKE_BAD_VALUE, f"surface.{field}", value, rule) from error
        as_of_ms = as_ms(asked.as_of)
        if as_of_ms > now_ms():
            rule = "a time that has been"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "as_of", iso_ms(as_of_ms), rule)
        stored = StoredSurface(
            document, as_of_ms, f"{asked.spot:f}", as_of_ms + 1_000 * asked.valid_seconds
        )
        if not self._markets.keep_surface(symbol, stored):
            standing = self._markets.surface(symbol, consistent=True)
            if standing != stored:
                rule = "later than the one that stands"
                raise refused(
                    ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT, "as_of", iso_ms(as_of_ms), rule
                )
        count("SurfacesPublished")
        logger.info("surface published", symbol=symbol, version=as_of_ms)
        return _shown(symbol, stored)

    def shown(self, symbol: str) -> PublishedSurface:
        """Return the surface of a market, or refuse with NOT_FOUND."""
        return _shown(symbol, self._stored(symbol))

    def current(self, symbol: str) -> MarketSurface:
        """Return the surface of a market, ready to be asked.

        Raises
        ------
        ProblemError
            NOT_FOUND: there is none. UNAVAILABLE: it has run out.
        """
        stored = self._stored(symbol)
        if now_ms() >= stored.valid_until_ms:
            count("SurfacesStale")
            raise ended(
                ProblemCode.UNAVAILABLE,
                f"The surface of {symbol} was valid until {iso_ms(stored.valid_until_ms)}.",
            )
        return self._warm.of(symbol, stored)

    def _stored(self, symbol: str) -> StoredSurface:
        stored = self._markets.surface(symbol, consistent=True)
        if stored is None:
            raise ended(ProblemCode.NOT_FOUND, "No surface is published for this market.")
        return stored


def _shown(symbol: str, stored: StoredSurface) -> PublishedSurface:
    return PublishedSurface(
        symbol=symbol,
        version=stored.as_of_ms,
        as_of=iso_ms(stored.as_of_ms),
        valid_until=iso_ms(stored.valid_until_ms),
        spot=stored.spot,
        surface=Surface.model_validate(stored.document),
    )
