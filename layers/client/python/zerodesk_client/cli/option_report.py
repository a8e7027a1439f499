"""What ``price`` and ``surface`` print for people."""

from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from zerodesk_client.cli.tables import card, table

UNITS: Final = {
    "price": "in the currency of the strike",
    "volatility": "per square root of a year",
    "delta": "of the price by the underlying",
    "gamma": "of delta by the underlying",
    "vega": "of the price, per 1.00 of volatility",
    "theta": "of the price with the passing of a year",
    "rho": "of the price, per 1.00 of rate",
    "vanna": "of delta, per 1.00 of volatility",
    "volga": "of vega, per 1.00 of volatility",
    "forward": "in the currency of the strike",
    "discount": "what one unit at expiry is worth now",
    "local_volatility": "per square root of a year",
}
FIRST: Final = ("price", "volatility", "local_volatility", "forward", "discount")


def price_card(document: dict[str, Any]) -> RenderableType:
    """Return an option's price and Greeks with their units."""
    days = 365.0 * document["expiry_years"]
    title = f"{document['option_type']} {document['strike']:g}, {days:g} days, European"
    if "surface" in document:
        title += f", off {document['surface']['underlying']} {document['surface']['as_of']}"
    names = [name for name in (*FIRST, *UNITS) if document.get(name) is not None]
    rows = [
        (name.replace("_", " "), f"{document[name]:,.10g}", UNITS[name])
        for name in dict.fromkeys(names)
    ]
    return table(title, ("", ">value", "unit"), rows)


def surface_report(document: dict[str, Any]) -> RenderableType:
    """Return a fit: its expiries, what became of the quotes, and what to know of the file."""
    model = document["surface"]["model"]
    title = f"{document['underlying']}, {document['as_of']:%Y-%m-%d %H:%M} UTC, {model}"
    if document["spot"] is not None:
        title += f", freed of early exercise at {document['spot']:.2f}"
    headings = (
        *("expiry", ">days", ">forward", ">rate", ">at the money", ">its skew", ">quotes"),
        *(">off by, vol", ">half spreads", ">inside"),
    )
    expiries = table(title, headings, [_row(expiry) for expiry in document["expiries"]])
    uses = [(entry["meaning"], f"{entry['quotes']:,}") for entry in document["uses"]]
    residuals = document["residuals"]
    facts = [
        ("arbitrage", "none: neither butterflies nor calendars, at any strike"),
        ("with a volatility", f"{document['with_volatility']:,} of {document['quotes']:,} quotes"),
        ("median off by", _off(residuals)),
        *(("note", note) for note in document["notes"]),
    ]
    return Group(
        expiries, table("What became of the quotes", ("", ">quotes"), uses), card("Fit", facts)
    )


def _row(expiry: dict[str, Any]) -> tuple[str | Text, ...]:
    half_spreads = expiry["median_half_spreads"]
    return (
        f"{expiry['expiry']:%Y-%m-%d}",
        f"{expiry['days']:.1f}",
        f"{expiry['forward']:,.4f}",
        f"{expiry['rate']:z.3%}",
        f"{expiry['at_the_money_volatility']:.2%}",
        f"{expiry['skew']:+z.3f}",
        str(expiry["quotes_used"]),
        f"{expiry['median_volatility_error']:.2%}",
        "-" if half_spreads is None else f"{half_spreads:.2f}",
        f"{expiry['share_within_bid_and_ask']:.0%}",
    )


def _off(residuals: dict[str, float | None]) -> str:
    half_spreads = residuals["median_half_spreads"]
    told = "" if half_spreads is None else f", {half_spreads:.2f} half spreads"
    return (
        f"{residuals['median_volatility_error']:.3%} of volatility{told}; "
        f"{residuals['share_within_bid_and_ask']:.0%} within bid and ask"
    )
