"""Prices, Greeks and implied volatilities against the libraries that one would take otherwise.

    .venv/bin/python tests/benchmarks/pricing.py [--elements 1000000] [--rounds 7]

installs the peers into an environment of their own, .local/peers, when that is not there, and
measures all of them in one process on the same numbers. The clock is CPU time, so that it neither
sees other work on the machine nor lets anybody use a second core unseen; the best of the rounds
counts, and rounds of all libraries alternate. A library that works one option at a time gets fewer
of them. Errors are relative, against 40 digits (mpmath): of prices for the arguments as they are in
binary64, of volatilities for the price as it is in binary64.
"""

import argparse
import importlib
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import starmap
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

ROOT: Final = Path(__file__).parents[2]
PEERS: Final = ROOT / ".local" / "peers"
INSIDE: Final = "ZERODESK_INSIDE_PEERS"
PACKAGES: Final = (
    "mpmath",
    "QuantLib",
    "fast-vollib",
    "iv-engine",
    "py_lets_be_rational",
    "py_vollib",
)
GREEKS: Final = ("price", "delta", "gamma", "vega", "theta", "rho")
# For libraries that are called once an option.
SLOW_ELEMENTS: Final = 20_000
REFERENCES: Final = 400
AMERICANS: Final = 1_000
EPS: Final = 2.0**-52

Floats: TypeAlias = NDArray[np.float64]
Work: TypeAlias = Callable[["Options"], Any]


@dataclass(frozen=True)
class Options:
    """Calls, all different."""

    spot: Floats
    strike: Floats
    expiry_years: Floats
    rate: Floats
    dividend_yield: Floats
    volatility: Floats

    def __len__(self) -> int:
        return self.spot.size

    @property
    def terms(self) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
        return (
            self.spot,
            self.strike,
            self.expiry_years,
            self.rate,
            self.dividend_yield,
            self.volatility,
        )

    def first(self, count: int) -> "Options":
        return Options(*(values[:count] for values in self.terms))

    def rows(self) -> Iterator[list[float]]:
        columns = (values.tolist() for values in self.terms)
        return (list(row) for row in zip(*columns, strict=True))


@dataclass(frozen=True)
class Contender:
    """One library's way to do one work."""

    name: str
    work: Work
    at_once: bool = True
    elements_max: int = SLOW_ELEMENTS
    """How many of the options it gets that is called once an option."""


def some_options(count: int) -> Options:
    noise = np.random.default_rng(1)
    return Options(
        spot=noise.uniform(50.0, 150.0, count),
        strike=noise.uniform(50.0, 150.0, count),
        expiry_years=noise.uniform(0.05, 2.0, count),
        rate=noise.uniform(-0.01, 0.08, count),
        dividend_yield=noise.uniform(0.0, 0.05, count),
        volatility=noise.uniform(0.1, 0.6, count),
    )


def some_quotes(kind: str, count: int) -> Options:
    """Return out-of-the-money calls on forwards; ``dividend_yield`` holds their prices."""
    from zerodesk.pricing.black_scholes import black76

    noise = np.random.default_rng(2)
    forward = noise.uniform(50.0, 150.0, count)
    volatility = noise.uniform(0.08, 0.6, count)
    if kind == "listed":
        expiry = noise.uniform(0.02, 2.0, count)
        strike = forward * np.exp(noise.uniform(0.0, 2.5, count) * volatility * np.sqrt(expiry))
    elif kind == "short":
        expiry = 10.0 ** noise.uniform(-5.0, -2.0, count)
        strike = forward * np.exp(noise.uniform(0.0, 4.0, count) * volatility * np.sqrt(expiry))
    else:
        expiry = 10.0 ** noise.uniform(-2.0, 1.5, count)
        volatility = 10.0 ** noise.uniform(-1.5, 0.3, count)
        width = np.minimum(1.0, volatility * np.sqrt(expiry))
        strike = forward * np.exp(noise.uniform(0.0, 12.0, count) * width)
    price = black76("call", forward, strike, expiry, 0.0, volatility)["price"]
    # Near the maximum and near nothing no digits of the volatility are left in the price.
    kept = (price > 1e-280) & (price < 0.999 * forward)
    zero = np.zeros(count)
    quotes = Options(forward, strike, expiry, zero, price, volatility)
    return Options(*(values[kept] for values in quotes.terms))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--elements", type=int, default=1_000_000, help="options (default 10^6)")
    parser.add_argument("--rounds", type=int, default=7, help="of which the best counts")
    arguments = parser.parse_args()
    if not os.environ.get(INSIDE):
        install_peers()
        again = [str(PEERS / "bin" / "python"), __file__, *sys.argv[1:]]
        domain = ROOT / "layers" / "domain" / "python"
        one_core = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        environment = {**os.environ, **one_core, INSIDE: "1", "PYTHONPATH": str(domain)}
        sys.exit(subprocess.run(again, env=environment, check=False).returncode)
    warnings.simplefilter("ignore")
    measure(arguments.elements, arguments.rounds)


def install_peers() -> None:
    python = PEERS / "bin" / "python"
    if python.exists():
        return
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(PEERS)], check=True)
    for package in (f"numpy=={version('numpy')}", *PACKAGES):
        install = [*uv, "pip", "install", "--quiet", "--python", str(python), package]
        if subprocess.run(install, check=False).returncode:
            print(f"{package} does not install here: skipped")


def measure(elements: int, rounds: int) -> None:
    options = some_options(elements)
    print(f"European price, {elements} calls")
    report(timed(price_contenders(), options, rounds), price_errors)
    print(f"\nprice and five Greeks, {elements} calls")
    report(timed(greek_contenders(), options, rounds), None)
    for kind in ("listed", "short", "extreme"):
        quotes = some_quotes(kind, elements // 4)
        print(f"\nimplied volatility, {kind}, {len(quotes)} calls out of the money")
        report(timed(volatility_contenders(), quotes, rounds), volatility_errors)

    puts = some_days(AMERICANS)
    print(f"\nAmerican, {AMERICANS} puts; the greatest error in units of the currency")
    report(timed(american_contenders(), puts, rounds), american_errors)
    between = between_two_boundaries(puts)
    print(f"\nAmerican, {AMERICANS} puts at negative rates, two boundaries each")
    ours = [one for one in american_contenders() if one.name.startswith("zerodesk")]
    report(timed(ours, between, rounds), american_errors)


def some_days(count: int) -> Options:
    """Return options that expire in whole days, as QuantLib has it."""
    options = some_options(count)
    return replace(options, expiry_years=np.ceil(365.0 * options.expiry_years) / 365.0)


def between_two_boundaries(options: Options) -> Options:
    """Return the options at rates below zero and yields below these."""
    noise = np.random.default_rng(3)
    rate = -noise.uniform(0.002, 0.03, len(options))
    return replace(
        options, rate=rate, dividend_yield=rate - noise.uniform(0.001, 0.05, len(options))
    )


Measured: TypeAlias = list[tuple[str, float, Any, Options]]


def timed(contenders: list[Contender], options: Options, rounds: int) -> Measured:
    """Return the best CPU time of each an element, in ns, with what it answered."""
    best = [float("inf")] * len(contenders)
    answers: list[Any] = [None] * len(contenders)
    inputs = [options if c.at_once else options.first(c.elements_max) for c in contenders]
    for round_ in range(rounds):
        for i, contender in enumerate(contenders):
            if round_ >= 2 and not contender.at_once:
                continue
            began = time.process_time_ns()
            answers[i] = contender.work(inputs[i])
            best[i] = min(best[i], (time.process_time_ns() - began) / len(inputs[i]))
    names = [contender.name for contender in contenders]
    return list(zip(names, best, answers, inputs, strict=True))


def report(measured: Measured, errors: Callable[[Any, Options], str] | None) -> None:
    ours = measured[0][1]
    for name, nanoseconds, answer, options in measured:
        tail = errors(answer, options) if errors else ""
        print(f"  {name:34} {nanoseconds:9.1f} ns {nanoseconds / ours:7.1f} x  {tail}")


def library(name: str) -> Any:
    """Return a module, or None where its package did not install."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"  {name}: not installed, skipped")
        return None


def price_contenders() -> list[Contender]:
    from zerodesk.pricing.black_scholes import black_scholes

    found = [Contender("zerodesk", lambda o: black_scholes("call", *o.terms)["price"])]
    if fast := library("fast_vollib"):
        found.append(Contender("fast-vollib", lambda o: fast_price(fast, o)))
    if engine := library("iv_engine.batch"):
        found.append(
            Contender(
                "iv-engine",
                lambda o: engine.black_scholes_prices(*o.terms, is_call=True, parallel=False),
            )
        )
    if ql := library("QuantLib"):

        def one(spot: float, strike: float, *rest: float) -> float:
            expiry, rate, carry, volatility = rest
            forward = spot * float(np.exp((rate - carry) * expiry))
            discount = float(np.exp(-rate * expiry))
            deviation = volatility * expiry**0.5
            return float(ql.blackFormula(ql.Option.Call, strike, forward, deviation, discount))

        found.append(
            Contender(
                "QuantLib blackFormula", lambda o: list(starmap(one, o.rows())), at_once=False
            )
        )
    if vollib := library("py_vollib.black_scholes_merton"):

        def each(spot: float, strike: float, *rest: float) -> float:
            expiry, rate, carry, volatility = rest
            price = vollib.black_scholes_merton("c", spot, strike, expiry, rate, volatility, carry)
            return float(price)

        found.append(Contender("py_vollib", lambda o: list(starmap(each, o.rows())), at_once=False))
    return found


def fast_price(fast: Any, o: Options) -> Any:
    return fast.fast_black_scholes_merton(
        "c",
        o.spot,
        o.strike,
        o.expiry_years,
        o.rate,
        o.volatility,
        o.dividend_yield,
        return_as="numpy",
        backend="numpy",
    )


def greek_contenders() -> list[Contender]:
    from zerodesk.pricing.black_scholes import black_scholes

    found = [Contender("zerodesk", lambda o: black_scholes("call", *o.terms, outputs=GREEKS))]
    if fast := library("fast_vollib"):

        def fast_greeks(o: Options) -> Any:
            terms = (o.spot, o.strike, o.expiry_years, o.rate, o.volatility, o.dividend_yield)
            model = {"model": "black_scholes_merton", "backend": "numpy", "return_as": "dict"}
            return fast_price(fast, o), fast.get_all_greeks("c", *terms, **model)

        found.append(Contender("fast-vollib", fast_greeks))
    if engine := library("iv_engine.batch"):

        def six(o: Options) -> Any:
            terms = (o.spot, o.strike, o.expiry_years, o.volatility)
            typed = [
                getattr(engine, name)(*terms, is_call=True, parallel=False)
                for name in ("black_prices", "deltas")
            ]
            untyped = [
                getattr(engine, name)(*terms, parallel=False)
                for name in ("gammas", "vegas", "vannas", "vommas")
            ]
            return typed + untyped

        found.append(Contender("iv-engine (Black, no theta, rho)", six))
    if ql := library("QuantLib"):

        def one(spot: float, strike: float, *rest: float) -> tuple[float, ...]:
            expiry, rate, carry, volatility = rest
            forward = spot * float(np.exp((rate - carry) * expiry))
            payoff = ql.PlainVanillaPayoff(ql.Option.Call, strike)
            discount = float(np.exp(-rate * expiry))
            it = ql.BlackCalculator(payoff, forward, volatility * expiry**0.5, discount)
            by_spot = (it.delta(spot), it.gamma(spot), it.theta(spot, expiry))
            return (it.value(), *by_spot, it.vega(expiry), it.rho(expiry))

        found.append(
            Contender(
                "QuantLib BlackCalculator", lambda o: list(starmap(one, o.rows())), at_once=False
            )
        )
    return found


def volatility_contenders() -> list[Contender]:
    from zerodesk.pricing.implied_volatility import implied_volatility

    found = [Contender("zerodesk", lambda o: implied_volatility("call", *quote(o), 1.0).volatility)]
    if engine := library("iv_engine.batch"):
        invert_all = engine.implied_volatilities
        found.append(
            Contender("iv-engine", lambda o: invert_all(*quote(o), is_call=True, parallel=False))
        )
    found += fast_volatility_contenders()
    if rational := library("py_lets_be_rational"):
        invert = rational.implied_volatility_from_a_transformed_rational_guess

        def one(forward: float, strike: float, *rest: float) -> float:
            return float(invert(rest[2], forward, strike, rest[0], 1.0))

        found.append(
            Contender("py_lets_be_rational", lambda o: list(starmap(one, o.rows())), at_once=False)
        )
    return found


def fast_volatility_contenders() -> list[Contender]:
    fast, jackel = library("fast_vollib"), library("fast_vollib.jackel")
    if not fast or not jackel:
        return []

    def default(o: Options) -> Any:
        price, forward, strike, expiry = quote(o)
        options = {"return_as": "numpy", "backend": "numpy", "on_error": "ignore"}
        terms = (price, forward, strike, o.rate, expiry)
        return fast.fast_implied_volatility_black(*terms, "c", **options)

    return [
        Contender("fast-vollib, default", default),
        Contender(
            "fast-vollib, its Jaeckel module",
            lambda o: jackel.jackel_iv_black(*quote(o), is_call=True),
        ),
    ]


def american_contenders() -> list[Contender]:
    from zerodesk.pricing.american import american

    def ours(accuracy: str, outputs: tuple[str, ...]) -> Work:
        return lambda o: american("put", *o.terms, outputs, accuracy=accuracy)["price"]

    found = [
        Contender("zerodesk, fast", ours("fast", ("price",))),
        Contender("zerodesk, precise", ours("precise", ("price",))),
        Contender("zerodesk, fast, five Greeks", ours("fast", GREEKS)),
        Contender("zerodesk, precise, five Greeks", ours("precise", GREEKS)),
    ]
    if ql := library("QuantLib"):
        engine = ql.QdFpAmericanEngine
        schemes = {
            "fast": (engine.fastScheme(), AMERICANS),
            "accurate": (engine.accurateScheme(), AMERICANS),
            "high precision": (engine.highPrecisionScheme(), 100),
        }
        for name, (scheme, count) in schemes.items():
            work = quantlib_puts(ql, scheme)
            found.append(
                Contender(f"QuantLib QdFp {name}", work, at_once=False, elements_max=count)
            )
    return found


def quantlib_puts(ql: Any, scheme: Any) -> Work:
    """Return what prices American puts one by one; all that can be kept is kept."""
    today, days = ql.Date(2, 1, 2026), ql.Actual365Fixed()
    ql.Settings.instance().evaluationDate = today
    spot, rate, carry, volatility = (ql.SimpleQuote(0.0) for _ in range(4))

    def curve(quote: Any) -> Any:
        return ql.YieldTermStructureHandle(ql.FlatForward(today, ql.QuoteHandle(quote), days))

    flat = ql.BlackConstantVol(today, ql.NullCalendar(), ql.QuoteHandle(volatility), days)
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(spot), curve(carry), curve(rate), ql.BlackVolTermStructureHandle(flat)
    )
    engine = ql.QdFpAmericanEngine(process, scheme)

    def one(*terms: float) -> float:
        for quote, value in zip(
            (spot, rate, carry, volatility), (terms[0], *terms[3:]), strict=True
        ):
            quote.setValue(value)
        exercise = ql.AmericanExercise(today, today + round(365.0 * terms[2]))
        option = ql.VanillaOption(ql.PlainVanillaPayoff(ql.Option.Put, terms[1]), exercise)
        option.setPricingEngine(engine)
        return float(option.NPV())

    return lambda o: np.array(list(starmap(one, o.rows())))


def american_errors(answer: Any, options: Options) -> str:
    """Return the greatest error against the same equation on other and finer grids."""
    from zerodesk.pricing._american import EFFORTS, Effort
    from zerodesk.pricing._exercise import Accuracy
    from zerodesk.pricing.american import american

    EFFORTS["reference"] = (Effort(Accuracy(72, 101, 1e-13), 241),) * 3
    exact = american("put", *options.terms, accuracy="reference")["price"]
    return f"error {np.abs(answer - exact).max():.1e}"


def quote(o: Options) -> tuple[Floats, Floats, Floats, Floats]:
    """Return price, forward, strike and expiry of what `some_quotes` made."""
    return o.dividend_yield, o.spot, o.strike, o.expiry_years


def price_errors(answer: Any, options: Options) -> str:
    mp = importlib.import_module("mpmath")
    mp.mp.dps = 40
    worst, in_places = 0.0, 0.0
    for got, row in zip(answer, options.first(REFERENCES).rows(), strict=False):
        spot, strike, expiry, rate, carry, volatility = map(mp.mpf, row)
        asset, bond = spot * mp.exp(-carry * expiry), strike * mp.exp(-rate * expiry)
        deviation = volatility * mp.sqrt(expiry)
        d1 = mp.log(asset / bond) / deviation + deviation / 2
        exact = asset * mp.ncdf(d1) - bond * mp.ncdf(d1 - deviation)
        error = abs(float(mp.mpf(float(got)) - exact))
        worst = max(worst, error / float(exact))
        in_places = max(in_places, error / (EPS * float(asset)))
    return f"error {worst:.1e}, {in_places:.1f} eps of the asset"


def volatility_errors(answer: Any, options: Options) -> str:
    mp = importlib.import_module("mpmath")
    mp.mp.dps = 40
    worst, none = 0.0, 0
    for got, row in zip(answer, options.first(REFERENCES).rows(), strict=False):
        forward, strike, expiry, _, price, start = map(mp.mpf, row)
        exact = exact_volatility(mp, (forward, strike, expiry, price), start)
        if not got > 0.0:
            none += 1
            continue
        worst = max(worst, abs(float(mp.mpf(float(got)) / exact - 1)))
    return f"error {worst:.1e}" + (f", {none} of {REFERENCES} unanswered" if none else "")


def exact_volatility(mp: Any, quote: tuple[Any, Any, Any, Any], start: Any) -> Any:
    """Return the root by Newton's method from the volatility that made the price."""
    forward, strike, expiry, price = quote
    volatility = start
    for _ in range(4):
        deviation = volatility * mp.sqrt(expiry)
        d1 = mp.log(forward / strike) / deviation + deviation / 2
        model = forward * mp.ncdf(d1) - strike * mp.ncdf(d1 - deviation)
        volatility += (price - model) / (forward * mp.npdf(d1) * mp.sqrt(expiry))
    return volatility


if __name__ == "__main__":
    main()
