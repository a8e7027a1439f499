"""Options over HTTPS: the library's own values in columns, and every bad batch refused by field."""

import json
from typing import Any, get_args

import numpy as np
import pytest

from tests.functions.gateway import Answered, Gateway
from tests.zerodesk.pricing.surfaces.chains import EXPIRIES, a_chain, a_surface
from zerodesk.pricing import black_scholes as bs
from zerodesk.pricing._american import OUTPUTS as AMERICAN_OUTPUTS
from zerodesk.pricing.american import american
from zerodesk.pricing.asian import arithmetic_asian, geometric_asian
from zerodesk.pricing.bachelier import bachelier_implied_volatility
from zerodesk.pricing.barrier import BARRIER_TYPES, barrier
from zerodesk.pricing.digital import digital
from zerodesk.pricing.forward import forward_value
from zerodesk.pricing.lookback import fixed_lookback, floating_lookback
from zerodesk.pricing.quotes import QuoteStatus
from zerodesk.pricing.surfaces import chain as chains
from zerodesk.pricing.surfaces import surface as surfaces
from zerodesk_aws.contracts import pricing as contracts
from zerodesk_aws.contracts.numbers import MAX_OPTIONS

OPTION = {"option_type": "call", "spot": 42, "strike": 40, "expiry_years": 0.5, "rate": 0.1}
HULL = {**OPTION, "volatility": 0.2}
QUOTE = {"option_type": "call", "price": 5.5, "forward": 100, "strike": 100, "expiry_years": 0.5}
TERMS = {"expiry_years": 0.5, "rate": 0.02, "dividend_yield": 0.01}
EXOTIC = {"spot": 100, **TERMS, "option_type": "call", "volatility": 0.3}


def ask(gateway: Gateway, place: str, body: Any, **options: Any) -> Answered:
    return gateway.call("POST", f"/v1/pricing/{place}", body, **options)


def results(answer: Answered) -> Any:
    assert answer.status == 200, answer.text
    return answer.json["results"]


def test_hulls_example_is_worth_what_hull_says(shared_gateway: Gateway) -> None:
    answer = ask(shared_gateway, "options", {**HULL, "outputs": ["price", "delta"]})
    assert (answer.json["count"], answer.json["status"]) == (1, ["OK"])
    assert results(answer)["price"][0] == pytest.approx(4.7594, abs=1e-4)
    assert results(answer)["delta"][0] == pytest.approx(0.7791, abs=1e-4)


def test_a_batch_has_the_library_s_own_values(shared_gateway: Gateway) -> None:
    strikes = np.linspace(80.0, 120.0, 5)
    types = ["call", "put", "call", "put", "call"]
    body = {
        "option_type": types,
        "forward": 100.5,
        "strike": strikes.tolist(),
        "expiry_years": 1e-1,
        "rate": -0.01,
        "volatility": 0.25,
        "outputs": list(contracts.OUTPUTS),
    }
    got = results(ask(shared_gateway, "options", body))
    expected = bs.black76(types, 100.5, strikes, 0.1, -0.01, 0.25, contracts.OUTPUTS)
    assert {name: values.tolist() for name, values in expected.items()} == got


def test_a_value_that_makes_no_sense_is_null_in_its_own_place(shared_gateway: Gateway) -> None:
    body = {**HULL, "strike": [40, -1, 40], "volatility": [0.2, 0.2, -0.2]}
    answer = ask(shared_gateway, "options", body)
    assert answer.json["status"] == ["OK", "INVALID", "INVALID"]
    assert [value is None for value in results(answer)["price"]] == [False, True, True]


def test_volatilities_are_found_or_it_is_said_why_not(shared_gateway: Gateway) -> None:
    body = {**QUOTE, "price": [5.5, 0, -1, 100, 5.5], "expiry_years": [0.5, 0.5, 0.5, 0.5, 0]}
    answer = ask(shared_gateway, "implied-volatility", body)
    assert answer.json["status"] == ["OK", "ZERO", "BELOW_INTRINSIC", "ABOVE_MAXIMUM", "INVALID"]
    assert answer.json["volatility"][0] == pytest.approx(0.195, abs=1e-3)
    assert answer.json["volatility"][1:] == [0.0, None, None, None]
    normal = ask(shared_gateway, "implied-volatility", {**QUOTE, "model": "bachelier"}).json
    expected = bachelier_implied_volatility("call", 5.5, 100.0, 100.0, 0.5, 1.0)
    assert normal["volatility"] == [float(expected.volatility)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"kind": "barrier", "strike": 95, "barrier_type": "up-out", "barrier_level": 130},
            barrier("up-out", "call", 100, 95, 130, 0.5, 0.02, 0.01, 0.3),
        ),
        (
            {"kind": "barrier", "strike": 95, "barrier_type": "down-in", "barrier_level": 90}
            | {"rebate": 2},
            barrier("down-in", "call", 100, 95, 90, 0.5, 0.02, 0.01, 0.3, 2),
        ),
        (
            {"kind": "digital", "strike": 95, "payoff": "asset"},
            digital("asset", "call", 100, 95, 0.5, 0.02, 0.01, 0.3),
        ),
        (
            {"kind": "floating_lookback", "running_extremum": 93},
            floating_lookback("call", 100, 93, 0.5, 0.02, 0.01, 0.3),
        ),
        (
            {"kind": "fixed_lookback", "strike": 95, "running_extremum": 104},
            fixed_lookback("call", 100, 95, 104, 0.5, 0.02, 0.01, 0.3),
        ),
        (
            {"kind": "geometric_asian", "strike": 95, "fixings": 0},
            geometric_asian("call", 100, 95, 0.5, 0.02, 0.01, 0.3, 0),
        ),
        (
            {"kind": "arithmetic_asian", "strike": 95, "fixings": 6},
            arithmetic_asian("call", 100, 95, 0.5, 0.02, 0.01, 0.3, 6),
        ),
    ],
)
def test_each_exotic_is_the_library_s(
    shared_gateway: Gateway, fields: dict[str, Any], expected: Any
) -> None:
    assert results(ask(shared_gateway, "exotics", {**EXOTIC, **fields}))["price"] == [
        float(expected)
    ]


def test_a_forward_is_no_option(shared_gateway: Gateway) -> None:
    body = {"kind": "forward", "spot": 100, "strike": 95, **TERMS}
    value = results(ask(shared_gateway, "exotics", body))["price"]
    assert value == [float(forward_value(100, 95, 0.5, 0.02, 0.01))]
    refused = ask(shared_gateway, "exotics", {**body, "volatility": 0.2})
    assert (refused.code, refused.json["field"]) == ("INTAKE_BAD_VALUE", "volatility")


PUT = {"option_type": "put", "spot": 36, "strike": 40, "expiry_years": 1, "rate": 0.06}


def test_longstaff_and_schwartz_s_put_is_worth_what_the_library_says(
    shared_gateway: Gateway,
) -> None:
    body = {**PUT, "volatility": 0.2, "outputs": list(contracts.AMERICAN_OUTPUTS)}
    answer = ask(shared_gateway, "american", body)
    expected = american("put", 36, 40, 1, 0.06, 0, 0.2, contracts.AMERICAN_OUTPUTS, accuracy="fast")
    assert results(answer) == {name: [float(value)] for name, value in expected.items()}
    assert (answer.json["volatility"], answer.json["status"]) == ([0.2], ["OK"])
    precise = results(ask(shared_gateway, "american", {**body, "accuracy": "precise"}))
    assert precise["price"][0] == pytest.approx(4.486674, abs=1e-6)


def test_an_american_price_has_its_volatility_or_it_is_said_why_not(
    shared_gateway: Gateway,
) -> None:
    answer = ask(shared_gateway, "american", {**PUT, "price": [4.486674, 4.0, 41.0, 3.0]})
    assert answer.json["status"] == ["OK", "ZERO", "ABOVE_MAXIMUM", "BELOW_INTRINSIC"]
    assert answer.json["volatility"][0] == pytest.approx(0.2, abs=1e-6)
    assert answer.json["volatility"][2:] == [None, None]
    assert results(answer)["price"][:2] == pytest.approx([4.486674, 4.0], abs=1e-6)
    assert results(answer)["price"][2:] == [None, None]
    invalid = ask(shared_gateway, "american", {**PUT, "volatility": [0.2, -1]})
    assert invalid.json["status"] == ["OK", "INVALID"]


def a_fit(**changed: Any) -> dict[str, Any]:
    chain = a_chain(noise=0.3).chain
    quotes = {
        "option_type": ["call" if sign > 0 else "put" for sign in chain.sign.tolist()],
        "strike": chain.strike.tolist(),
        "expiry_years": chain.expiry_years.tolist(),
        "bid": [None, *chain.bid.tolist()[1:]],
        "ask": chain.ask.tolist(),
    }
    return {"underlying": "XYZ", "as_of": "2026-11-02T16:00:00Z", "quotes": quotes} | changed


def test_a_surface_is_fitted_asked_kept_and_asked_again(shared_gateway: Gateway) -> None:
    question = {"option_type": "put", "strike": [90, 100, -1], "expiry_years": 0.5}
    fitted = ask(shared_gateway, "surface", {"fit": a_fit(), "ask": question}).json
    truth = a_surface().evaluate("put", [90.0, 100.0], 0.5, ("volatility", "price"))
    for name in ("volatility", "price"):
        assert fitted["values"]["results"][name][:2] == pytest.approx(truth[name], rel=5e-3)
        assert fitted["values"]["results"][name][2] is None
    assert fitted["values"]["status"] == ["OK", "OK", "INVALID"]
    quotes = fitted["quotes"]
    assert quotes["use"][0] == "NO_BID"
    assert quotes["use"].count("USED") > 200
    assert quotes["median_half_spreads"] < 1.0
    assert len(fitted["surface"]["expiries"]) == EXPIRIES.size

    kept = ask(shared_gateway, "surface", {"surface": fitted["surface"], "ask": question}).json
    assert kept == {**fitted, "quotes": None}


def test_a_surface_may_be_fitted_and_asked_nothing(shared_gateway: Gateway) -> None:
    answer = ask(shared_gateway, "surface", {"fit": a_fit(model="ssvi", rate=0.04, spot=100)})
    assert answer.json["values"] is None
    assert answer.json["surface"]["model"] == "ssvi"


def test_american_quotes_are_freed_of_early_exercise(shared_gateway: Gateway) -> None:
    strikes, types = [80.0, 90.0, 95.0, 100.0, 105.0, 110.0, 120.0], ("call", "put")
    terms = (100.0, strikes, 1.0, 0.08, 0.0, 0.25)
    price = np.concatenate([american(kind, *terms)["price"] for kind in types])
    quotes = {
        "option_type": [kind for kind in types for _ in strikes],
        "strike": strikes * 2,
        "expiry_years": 1.0,
        "bid": (price - 0.01).tolist(),
        "ask": (price + 0.01).tolist(),
    }
    fit = {"underlying": "XYZ", "as_of": "2026-11-02", "rate": 0.08, "spot": 100, "quotes": quotes}
    answer = ask(shared_gateway, "surface", {"fit": {**fit, "exercise": "american"}}).json
    assert answer["surface"]["expiries"][0]["forward"] == pytest.approx(108.3287, abs=1e-2)
    found = [value for value in answer["quotes"]["volatility"] if value is not None]
    assert found == pytest.approx([0.25] * len(found), abs=2e-4)
    assert answer["quotes"]["use"].count("DEEP") == 1
    assert answer["quotes"]["surface_price"] == pytest.approx(price.tolist(), abs=0.01)


@pytest.mark.parametrize(
    ("place", "good", "change", "code", "field"),
    [
        ("options", HULL, {"strike": "40"}, "INTAKE_WRONG_TYPE", "strike"),
        ("options", HULL, {"strike": True}, "INTAKE_WRONG_TYPE", "strike"),
        ("options", HULL, {"strike": [40, None]}, "INTAKE_WRONG_TYPE", "strike.1"),
        ("options", HULL, {"strike": []}, "INTAKE_BAD_VALUE", "strike"),
        ("options", HULL, {"strike": [40] * (MAX_OPTIONS + 1)}, "INTAKE_BAD_VALUE", "strike"),
        ("options", HULL, {"option_type": "straddle"}, "INTAKE_BAD_VALUE", "option_type"),
        ("options", HULL, {"option_type": ["call", 1]}, "INTAKE_WRONG_TYPE", "option_type.1"),
        ("options", HULL, {"outputs": ["price", "smell"]}, "INTAKE_BAD_VALUE", "outputs.1"),
        ("options", HULL, {"outputs": ["price", "price"]}, "INTAKE_BAD_VALUE", "outputs.1"),
        ("options", HULL, {"outputs": []}, "INTAKE_BAD_VALUE", "outputs"),
        ("options", HULL, {"outputs": "price"}, "INTAKE_WRONG_TYPE", "outputs"),
        ("options", HULL, {"surprise": 1}, "INTAKE_UNKNOWN_FIELD", "surprise"),
        ("options", HULL, {"volatility": ...}, "INTAKE_MISSING_FIELD", "volatility"),
        ("options", HULL, {"spot": ...}, "INTAKE_MISSING_FIELD", "spot"),
        ("options", HULL, {"forward": 42}, "INTAKE_BAD_VALUE", "spot"),
        (
            *("options", HULL, {"spot": ..., "forward": 42, "dividend_yield": 0.1}),
            *("INTAKE_BAD_VALUE", "dividend_yield"),
        ),
        (
            *("options", HULL, {"strike": [1, 2], "spot": [1, 2, 3]}),
            *("INTAKE_BAD_VALUE", "strike"),
        ),
        ("american", PUT, {}, "INTAKE_MISSING_FIELD", "volatility"),
        ("american", PUT, {"volatility": 1, "price": 5}, "INTAKE_BAD_VALUE", "price"),
        (
            *("american", PUT, {"volatility": [1] * 2_001, "accuracy": "precise"}),
            *("INTAKE_BAD_VALUE", "volatility"),
        ),
        (
            *("american", PUT, {"volatility": 1, "outputs": ["vanna"]}),
            *("INTAKE_BAD_VALUE", "outputs.0"),
        ),
        ("implied-volatility", QUOTE, {"model": "heston"}, "INTAKE_BAD_VALUE", "model"),
        ("implied-volatility", QUOTE, {"discount": None}, "INTAKE_WRONG_TYPE", "discount"),
        ("exotics", EXOTIC, {"kind": "chooser"}, "INTAKE_BAD_VALUE", "kind"),
        ("exotics", EXOTIC, {"kind": "barrier"}, "INTAKE_MISSING_FIELD", "strike"),
        (
            *("exotics", EXOTIC, {"kind": "digital", "strike": 1, "payoff": "gold"}),
            *("INTAKE_BAD_VALUE", "payoff"),
        ),
        (
            *("exotics", EXOTIC, {"kind": "arithmetic_asian", "strike": 95, "fixings": [1500] * 2}),
            *("INTAKE_BAD_VALUE", "fixings"),
        ),
        ("surface", {}, {}, "INTAKE_MISSING_FIELD", "fit"),
    ],
)
def test_a_malformed_batch_is_refused_by_field(
    shared_gateway: Gateway, place: str, good: dict[str, Any], change: Any, code: str, field: str
) -> None:
    body = {name: value for name, value in {**good, **change}.items() if value is not ...}
    answer = ask(shared_gateway, place, body)
    assert (answer.status, answer.code, answer.json["field"]) == (400, code, field)
    assert answer.json["rule"]


def test_the_problem_shows_the_one_value_and_not_its_whole_column(shared_gateway: Gateway) -> None:
    answer = ask(shared_gateway, "options", {**HULL, "strike": [40.5, "forty", 41.5]})
    assert (answer.json["field"], answer.json["value"]) == ("strike.1", "forty")


@pytest.mark.parametrize("number", ["1e400", "-1e400", "0." + "1" * 60, "NaN", "Infinity"])
def test_a_number_that_binary64_does_not_have_is_refused(
    shared_gateway: Gateway, number: str
) -> None:
    raw = json.dumps(HULL).replace('"strike": 40', f'"strike": {number}')
    answer = ask(shared_gateway, "options", None, raw=raw)
    assert answer.status == 400
    assert answer.code in ("INTAKE_BAD_NUMBER", "INTAKE_MALFORMED_JSON")


def test_a_body_beyond_the_bound_is_refused_before_it_is_read(shared_gateway: Gateway) -> None:
    raw = " " * contracts.PRICING_BODY_BYTES + "{}"
    answer = ask(shared_gateway, "options", None, raw=raw)
    assert (answer.status, answer.code) == (413, "INTAKE_BODY_TOO_LARGE")


def test_a_full_batch_is_answered_within_what_lambda_can_send(shared_gateway: Gateway) -> None:
    strikes = np.linspace(20.0, 60.0, MAX_OPTIONS).tolist()
    body = {**HULL, "strike": strikes, "outputs": list(contracts.OUTPUTS)}
    answer = ask(shared_gateway, "options", body)
    assert answer.json["status"] == ["OK"] * MAX_OPTIONS
    assert len(answer.text) < 6_000_000


def changed_surface(path: list[Any], value: object) -> dict[str, Any]:
    document: Any = a_surface().to_dict() | {"inputs_sha256": "0" * 64}
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    question = {"option_type": "put", "strike": 90, "expiry_years": 0.5}
    return {"surface": document, "ask": question}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (changed_surface(["version"], 3), "surface.version"),
        (changed_surface(["version"], 2), "surface.expiries.0.second_theta"),
        (changed_surface(["expiries"], []), "surface.expiries"),
        (changed_surface(["expiries", 0, "rho"], "low"), "surface.expiries.0.rho"),
        (changed_surface(["expiries", 5, "theta"], 1e-3), "surface.psi"),
        (changed_surface(["expiries", 5, "forward"], -1), "surface.forward"),
        (changed_surface(["format"], "zerodesk.surface") | {"ask": None}, "ask"),
        ({**changed_surface(["version"], 1), "fit": a_fit()}, "surface"),
        ({"fit": a_fit(model="sabr")}, "fit.model"),
        ({"fit": a_fit(exercise="bermudan")}, "fit.exercise"),
        (
            {
                "fit": a_fit(
                    exercise="american",
                    quotes={
                        "option_type": "call",
                        "strike": [100] * (contracts.MAX_AMERICAN_QUOTES + 1),
                        "bid": 1,
                        "ask": 2,
                        "expiry_years": 1,
                    },
                )
            },
            "fit.quotes",
        ),
        ({"fit": a_fit(quotes={**a_fit()["quotes"], "bid": 1.0, "ask": 0.5})}, "fit.quotes"),
        ({"fit": a_fit(quotes={**a_fit()["quotes"], "strike": [1, 2]})}, "fit.quotes.strike"),
        (
            {
                "fit": a_fit(
                    quotes={
                        "option_type": "call",
                        "strike": 100,
                        "bid": 1,
                        "ask": 2,
                        "expiry_years": [0.01 * i for i in range(1, 102)],
                    }
                )
            },
            "fit.quotes.expiry_years",
        ),
    ],
)
def test_a_surface_that_is_none_is_refused_by_field(
    shared_gateway: Gateway, body: dict[str, Any], field: str
) -> None:
    answer = ask(shared_gateway, "surface", body)
    assert answer.status == 400, answer.text
    assert answer.json["field"] == field


def test_a_stranger_without_a_key_prices_nothing(shared_gateway: Gateway) -> None:
    assert ask(shared_gateway, "options", HULL, who=None).code == "UNAUTHENTICATED"


def test_the_contract_names_what_the_library_has() -> None:
    assert contracts.OUTPUTS == bs.OUTPUTS
    assert contracts.AMERICAN_OUTPUTS == AMERICAN_OUTPUTS
    assert {*contracts.SURFACE_OUTPUTS} == {*surfaces.OUTPUTS}
    assert get_args(contracts.VolatilityStatus) == tuple(QuoteStatus.__members__)
    assert get_args(contracts.QuoteUse) == tuple(chains.QuoteUse.__members__)
    assert {*contracts.BARRIERS} == {*BARRIER_TYPES}
    assert {*contracts.FIELDS_OF} == {*get_args(contracts.Exotic)}
