"""A surface as a picture: smiles with the quotes that they were fitted to, the whole, what is left.

A page has a panel an expiry, each with bid to ask of every quote and the fitted smile, in standard
deviations of its own time so that a near expiry is as wide as a far one; then the surface itself,
the variance at the money with its skew, and the residuals in halves of the spread.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.surfaces.calibration import Calibration
from zerodesk.pricing.surfaces.chain import QuoteUse
from zerodesk.pricing.surfaces.surface import VolatilitySurface

FORMATS: Final = ("png", "svg")
COLUMNS: Final = 4
POINTS: Final = 160
DPI: Final = 150

_INK: Final = "#1c2430"
_GREY: Final = "#9aa3ad"
_GRID: Final = "#e6e9ed"
_CALL: Final = "#1f77b4"
_PUT: Final = "#c2452d"
_FIT: Final = "#111111"
_OUT: Final = "#d9a400"
_DEVIATIONS: Final = 6.0
_WHOLE_DEVIATIONS: Final = 4.0
_BAND: Final = 1.0
# Of the width of a panel: a number of days, written small.
_LABEL_GAP: Final = 0.04
_STYLE: Final[dict[Any, Any]] = {
    "font.size": 8,
    "axes.titlesize": 8.5,
    "axes.edgecolor": _GREY,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


def draw(calibration: Calibration, path: Path, expiries: Mapping[float, datetime]) -> None:
    """Write the picture of a fit to a file, PNG or SVG by its name.

    Parameters
    ----------
    calibration
        What was fitted.
    path
        Where to; its suffix is one of `FORMATS`.
    expiries
        The expiries by their time in years.

    Raises
    ------
    ValueError
        The suffix is none of them.
    """
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in FORMATS:
        raise ValueError(f"{path}: expected a name that ends with .png or .svg")
    from matplotlib import rc_context

    with rc_context(_STYLE):
        figure = _figure(calibration, expiries)
        FigureCanvasAgg(figure)
        figure.savefig(path, dpi=DPI, format=suffix)


def _figure(calibration: Calibration, expiries: Mapping[float, datetime]) -> Figure:
    times = calibration.surface.variance.expiry_years
    rows = -(-times.size // COLUMNS)
    height = 2.05 * rows + 6.4
    figure = Figure(figsize=(13.0, height), layout="constrained", facecolor="white")
    figure.suptitle(
        _title(calibration), fontsize=10.5, color=_INK, x=0.01, ha="left", weight="bold"
    )
    halves: Any = figure.subfigures(2, 1, height_ratios=(2.05 * rows, 5.8))
    smiles, whole = halves
    panels = smiles.subplots(rows, COLUMNS, squeeze=False)
    for panel, years in zip(panels.flat, times, strict=False):
        _smile(panel, calibration, float(years), expiries)
    for panel in panels.flat[times.size :]:
        panel.set_axis_off()
    for row in panels:
        row[0].set_ylabel("implied volatility")
    for panel in panels[-1]:
        panel.set_xlabel("ln(K / F) in standard deviations")
    _legend(figure)
    _overview(whole, calibration)
    return figure


def _title(calibration: Calibration) -> str:
    provenance = calibration.surface.provenance
    used = int(calibration.is_used.sum())
    return (
        f"{provenance.underlying}   {provenance.as_of[:16].replace('T', ' ')} UTC   "
        f"{provenance.model.replace('svi', 'SVI')}, {used:,} quotes used of "
        f"{calibration.use.size:,}, free of arbitrage"
    )


def _smile(
    panel: Axes, calibration: Calibration, years: float, expiries: Mapping[float, datetime]
) -> None:
    """Draw the quotes of one expiry and the smile through them."""
    surface = calibration.surface
    here = calibration.chain.expiry_years == years
    forward = surface.forward_at(np.array(years))
    at_the_money = surface.evaluate("call", forward, years, ("volatility",))["volatility"]
    scale = float(at_the_money) * np.sqrt(years)
    x = calibration.moneyness / scale
    used = here & calibration.is_used
    for sign, colour in ((1.0, _CALL), (-1.0, _PUT)):
        shown = used & (calibration.chain.sign == sign)
        low = np.nan_to_num(calibration.bid_volatility[shown])
        panel.vlines(x[shown], low, calibration.ask_volatility[shown], colour, lw=1.0, alpha=0.55)
        panel.plot(x[shown], calibration.volatility[shown], ".", c=colour, ms=2.6)
    off = here & (calibration.use == QuoteUse.OFF_SMILE)
    panel.plot(x[off], calibration.volatility[off], "x", c=_OUT, ms=4, mew=1.0)
    low, high = _range(np.clip(x[used], -_DEVIATIONS, _DEVIATIONS))
    grid = np.linspace(low, high, POINTS)
    fitted = surface.evaluate("call", forward * np.exp(grid * scale), years, ("volatility",))
    panel.plot(grid, fitted["volatility"], c=_FIT, lw=1.3)
    panel.axvline(0.0, c=_GREY, lw=0.6, ls=":")
    panel.set_xlim(low, high)
    seen = used & (np.abs(x) <= _DEVIATIONS)
    both = np.concatenate([fitted["volatility"], calibration.volatility[seen]])
    margin = 0.08 * float(np.ptp(both)) + 0.005
    panel.set_ylim(max(float(both.min()) - margin, 0.0), float(both.max()) + margin)
    panel.yaxis.set_major_formatter(PercentFormatter(1.0))
    panel.set_title(_heading(years, expiries, used), loc="left", color=_INK)
    _clean(panel)


def _heading(years: float, expiries: Mapping[float, datetime], used: Any) -> str:
    expiry = expiries.get(years)
    day = f"{expiry:%d %b %Y}, " if expiry else ""
    return f"{day}{_days(years)}, {int(used.sum())} quotes"


def _deviation(surface: VolatilitySurface, years: FloatArray) -> FloatArray:
    """Return the standard deviation of the logarithm that volatility at the money makes."""
    deviation: FloatArray = np.sqrt(surface.variance.total_variance(np.zeros_like(years), years))
    return deviation


def _days(years: float) -> str:
    days = 365.0 * years
    return f"{days:.0f} d" if days >= 1.0 else f"{24.0 * days:.1f} h"


def _legend(figure: Figure) -> None:
    entries = [
        Line2D([], [], c=_PUT, marker=".", label="puts, bid to ask"),
        Line2D([], [], c=_CALL, marker=".", label="calls, bid to ask"),
        Line2D([], [], c=_FIT, lw=1.3, label="surface"),
        Line2D([], [], c=_OUT, marker="x", ls="", label="off the smile, left out"),
    ]
    figure.legend(handles=entries, loc="upper right", ncols=len(entries), frameon=False)


def _overview(figure: Any, calibration: Calibration) -> None:
    grid = figure.add_gridspec(2, 2, width_ratios=(1.15, 1.0))
    _whole(figure.add_subplot(grid[:, 0], projection="3d"), calibration)
    _term_structure(figure.add_subplot(grid[0, 1]), calibration)
    _residuals(figure.add_subplot(grid[1, 1]), calibration)


def _whole(panel: Any, calibration: Calibration) -> None:
    """Draw the surface over log-moneyness and the root of time."""
    surface = calibration.surface
    times = surface.variance.expiry_years
    last, first = float(np.sqrt(times[-1])), float(np.sqrt(times[0]))
    root = np.linspace(first, max(last, first * 1.5), 60)
    low, high = _range(calibration.moneyness[calibration.is_used])
    # Further out there is nothing to be seen but extrapolation.
    reach = _WHOLE_DEVIATIONS * float(_deviation(surface, times)[-1])
    moneyness = np.linspace(max(low, -reach), min(high, reach), 80)
    x, y = np.meshgrid(moneyness, root)
    years = y * y
    volatility = surface.evaluate(
        "call", surface.forward_at(years) * np.exp(x), years, ("volatility",)
    )["volatility"]
    deviations = np.abs(x) / _deviation(surface, years)
    shown = np.where(deviations < _WHOLE_DEVIATIONS, volatility, np.nan)
    panel.plot_surface(
        x, y, shown, cmap=colormaps["viridis"], lw=0.15, edgecolor="white", rcount=60, ccount=80
    )
    panel.set_xlabel("ln(K / F)")
    panel.set_ylabel("time to expiry")
    panel.set_yticks(*_time_ticks(first, last))
    panel.zaxis.set_major_formatter(PercentFormatter(1.0))
    panel.set_title("implied volatility", loc="left", color=_INK, y=0.92)
    panel.view_init(elev=24, azim=-58)
    panel.set_box_aspect((1.25, 1.25, 0.75), zoom=1.12)


def _time_ticks(first: float, last: float) -> tuple[list[float], list[str]]:
    wanted = (("1w", 7.0), ("1m", 30.4), ("3m", 91.3), ("6m", 182.5), ("1y", 365.0), ("2y", 730.0))
    ticks = [(float(np.sqrt(days / 365.0)), name) for name, days in wanted]
    kept = [(at, name) for at, name in ticks if first <= at <= last * 1.02]
    if not kept:
        kept = [(at, _days(at * at)) for at in (first, last)]
    return [at for at, _ in kept], [name for _, name in kept]


def _term_structure(panel: Axes, calibration: Calibration) -> None:
    surface = calibration.surface
    times = surface.variance.expiry_years
    days = 365.0 * times
    deviation = _deviation(surface, times)
    at_the_money = deviation / np.sqrt(times)
    # Of volatility by log-moneyness, over a tenth of it: what 90 % costs more than 100 %, about.
    skew = 0.5 * surface.variance.skew(times) / (deviation * np.sqrt(times))
    panel.plot(days, at_the_money, "o-", c=_INK, ms=3.5, lw=1.2, label="volatility at the money")
    panel.yaxis.set_major_formatter(PercentFormatter(1.0))
    panel.set_xscale("log")
    shown = _apart(np.log(days))
    panel.set_xticks(days[shown], [f"{day:.3g}" for day in days[shown]])
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_xlabel("days to expiry")
    right = panel.twinx()
    right.plot(days, skew, "s--", c=_PUT, ms=3, lw=1.0, label="its slope by ln(K / F), right")
    right.tick_params(colors=_PUT)
    right.spines["top"].set_visible(False)
    lines = panel.get_lines() + right.get_lines()
    names = [str(line.get_label()) for line in lines]
    panel.legend(
        lines, names, frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2
    )
    _clean(panel)


def _apart(values: FloatArray) -> list[int]:
    """Return which values can be written below each other's place without touching."""
    gap = _LABEL_GAP * float(np.ptp(values))
    kept: list[int] = []
    for i, value in enumerate(values):
        if not kept or value - values[kept[-1]] >= gap:
            kept.append(i)
    return kept


def _residuals(panel: Axes, calibration: Calibration) -> None:
    """Draw how far the surface is from each middle, in halves of the spread."""
    used = calibration.is_used
    times = calibration.chain.expiry_years[used]
    x = calibration.moneyness[used] / _deviation(calibration.surface, times)
    y = calibration.residual_half_spreads[used]
    clipped = np.clip(y, -_DEVIATIONS, _DEVIATIONS)
    panel.axhspan(-_BAND, _BAND, color="#dff0e0", zorder=0)
    drawn = panel.scatter(
        x, clipped, c=365.0 * times, s=5, cmap=colormaps["viridis"], norm="log", alpha=0.8
    )
    bar = panel.figure.colorbar(drawn, ax=panel, pad=0.01)
    bar.set_label("days to expiry")
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    finite = np.isfinite(y)
    inside, median = np.mean(np.abs(y[finite]) <= _BAND), np.median(np.abs(y[finite]))
    panel.set_ylim(-_DEVIATIONS, _DEVIATIONS)
    panel.set_xlim(*_range(np.clip(x, -_DEVIATIONS, _DEVIATIONS)))
    panel.set_xlabel("ln(K / F) in standard deviations")
    panel.set_title(
        f"surface less middle, half spreads: median {median:.2f}, {inside:.0%} within bid and ask",
        loc="left",
        color=_INK,
    )
    _clean(panel)


def _range(values: FloatArray) -> tuple[float, float]:
    """Return where to draw: from the first to the last value and a little more."""
    low, high = float(values.min()), float(values.max())
    margin = 0.04 * (high - low) + 0.01
    return low - margin, high + margin


def _clean(panel: Axes) -> None:
    panel.grid(visible=True, color=_GRID, lw=0.6)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
