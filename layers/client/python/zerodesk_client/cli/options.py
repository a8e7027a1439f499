"""Options without a venue: ``price`` and ``surface``, on this machine by the library itself.

They alone of the command line need numpy, and ``--plot`` matplotlib; both are imported when asked.
"""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from zerodesk_client.cli.arguments import time_of
from zerodesk_client.cli.exits import CommandError
from zerodesk_client.cli.session import Session

DAYS_PER_YEAR: Final = 365.0
EXTRA: Final = "install it with the extra: pip install 'zerodesk[plot]'"

TypeArgument = Annotated[str, typer.Argument(metavar="call|put", help="What the option is.")]
StrikeArgument = Annotated[float, typer.Argument(metavar="STRIKE", help="In the currency.")]
YearsOption = Annotated[
    float | None, typer.Option("--years", help="Time to expiry, years; or give --days.")
]
DaysOption = Annotated[
    float | None, typer.Option("--days", help="Time to expiry, days of a year of 365.")
]
SpotOption = Annotated[
    float | None, typer.Option("--spot", help="The underlying's price, in the currency.")
]
RateOption = Annotated[
    float | None,
    typer.Option("--rate", help="For discounting: continuous, per year; 0.03 is 3 %."),
]


def price(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    *,
    option_type: TypeArgument,
    strike: StrikeArgument,
    years: YearsOption = None,
    days: DaysOption = None,
    spot: SpotOption = None,
    forward: Annotated[
        float | None, typer.Option("--forward", help="The forward, instead of --spot.")
    ] = None,
    rate: RateOption = None,
    dividend_yield: Annotated[
        float, typer.Option("--dividend-yield", help="Continuous, per year.")
    ] = 0.0,
    volatility: Annotated[
        float | None, typer.Option("--volatility", help="Per square root of a year; 0.2 is 20 %.")
    ] = None,
    quoted: Annotated[
        float | None, typer.Option("--price", help="A price, to be told its volatility.")
    ] = None,
    surface: Annotated[
        Path | None,
        typer.Option(
            "--surface",
            exists=True,
            dir_okay=False,
            help="A surface kept by `zerodesk surface --save`, for forward, rate and volatility.",
        ),
    ] = None,
) -> None:
    """Price a European option: its worth, volatility and Greeks.

    Give the time as --years or --days; the underlying as --spot or --forward; and a --volatility,
    or a --price to find it. Or all of it at once with --surface.
    """
    from zerodesk_client.cli.option_report import price_card

    session = Session.of(context)
    expiry_years = _years(years, days)
    if option_type not in ("call", "put"):
        raise CommandError(f"{option_type!r} is neither call nor put")
    pricing = _pricing()
    if surface is not None:
        given = (spot, forward, rate, volatility, quoted)
        if any(value is not None for value in given) or dividend_yield:
            raise CommandError("--surface has forward, rate and volatility: leave out the others")
        document = pricing.by_surface(surface, option_type, strike, expiry_years)
    else:
        terms = pricing.Terms(
            option_type, strike, expiry_years, spot, forward, rate or 0.0, dividend_yield
        )
        document = pricing.by_terms(terms, volatility, quoted)
    session.show(document, lambda: price_card(document))


def surface(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="Draw smiles, surface and residuals: a .png or .svg."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Keep the surface as JSON, for `zerodesk price`.")
    ] = None,
    quotes: Annotated[
        Path | None,
        typer.Option(
            "--quotes", help="Write every quote as CSV: its use, volatilities, the surface's."
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option("--model", help="auto: essvi, or a mixture of two if it takes one; or ssvi."),
    ] = "auto",
    exercise: Annotated[
        str | None,
        typer.Option("--exercise", help="american or european, if the file does not say."),
    ] = None,
    rate: RateOption = None,
    spot: SpotOption = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="When the quotes were, ISO 8601, if the file does not say."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="The minute to take, 15:30, New York, of a file with many."),
    ] = None,
) -> None:
    """Fit a volatility surface to a chain of options, without arbitrage.

    FILE is a CSV, plain or gzip, with the header expiry,strike,type,bid,ask, or one of LEAN's:
    minute quotes of index options, or a daily universe. Every quote that is not used is accounted
    for. Without --rate the discounts are implied by put-call parity. American quotes are freed of
    their right of early exercise first.
    """
    session = Session.of(context)
    fitting = _fitting()
    options = fitting.options(as_of=time_of(as_of, "--as-of"), at=at, spot=spot)
    found = fitting.fit(file, options, model=model, rate=rate, exercise=exercise)
    if save is not None:
        fitting.keep(found, save)
    if quotes is not None:
        fitting.keep_quotes(found, quotes)
    if plot is not None:
        _draw(found, plot)
    document = fitting.document(found)
    from zerodesk_client.cli.option_report import surface_report

    session.show(document, lambda: surface_report(document))


def _years(years: float | None, days: float | None) -> float:
    if (years is None) == (days is None):
        raise CommandError("give the time to expiry, as --years or as --days")
    return days / DAYS_PER_YEAR if days is not None else float(years or 0.0)


def _pricing() -> Any:
    try:
        from zerodesk_client.cli import option_prices
    except ModuleNotFoundError as error:
        raise CommandError(f"this needs {error.name}", EXTRA) from error
    return option_prices


def _fitting() -> Any:
    try:
        from zerodesk_client.cli import surface_fits
    except ModuleNotFoundError as error:
        raise CommandError(f"this needs {error.name}", EXTRA) from error
    return surface_fits


def _draw(found: Any, path: Path) -> None:
    try:
        from zerodesk_client.plots.surface import draw
    except ModuleNotFoundError as error:
        raise CommandError(f"--plot needs {error.name}", EXTRA) from error
    try:
        draw(found.calibration, path, found.recorded.expiries)
    except (OSError, ValueError) as error:
        raise CommandError(f"--plot {path}: {error}") from error
