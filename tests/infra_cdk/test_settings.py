"""Settings: an environment that could not work is refused before anything is synthesised."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra_cdk.settings import ENVIRONMENTS, SettingsError, load

LOCAL = ENVIRONMENTS["local"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("environment", "Local stage"),
        ("account", "12345"),
        ("alarm_email", "ops"),
        ("profile", "galactic"),
        ("log_level", "LOUD"),
        ("log_retention_days", 8),
        ("authorizer_cache_seconds", -1),
        ("authorizer_cache_seconds", 3_601),
        ("api_requests_per_second", 0),
        ("api_burst_requests", 1),
        ("intake_concurrency", 0),
        ("matching_timeout_seconds", 0),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(SettingsError, match=field):
        replace(LOCAL, **{field: value})  # type: ignore[arg-type]


def test_an_unknown_stage_is_told_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="'prod', known are local, dev, staging, production"):
        load("prod")


def test_a_layer_that_was_not_built_is_named(tmp_path: Path) -> None:
    (tmp_path / "built" / "python").mkdir(parents=True)
    built = str(tmp_path / "built")
    for name in ("vendor_layer", "numeric_layer"):
        layers = {"vendor_layer": built, "numeric_layer": built, name: str(tmp_path)}
        with pytest.raises(SettingsError, match=f"{name} {tmp_path} has no python"):
            load("local", layers.get)


def test_the_command_line_may_name_the_account_and_the_layer(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    layers = {"vendor_layer": str(tmp_path), "numeric_layer": str(tmp_path)}

    [settings] = load("dev", {"account": 123456789012, **layers}.get)

    assert (settings.account, settings.vendor_layer, settings.numeric_layer) == (
        "123456789012",
        tmp_path,
        tmp_path,
    )


def test_a_command_stays_hidden_for_six_time_outs() -> None:
    assert replace(LOCAL, matching_timeout_seconds=7).visibility_timeout_seconds == 42


def test_an_environment_has_settings_for_each_region_of_its_profile(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()
    layers = {"vendor_layer": str(tmp_path), "numeric_layer": str(tmp_path)}

    found = load("dev", {"profile": "continental", **layers}.get)

    assert [settings.stage for settings in found] == [
        "dev-us-east-1",
        "dev-us-west-2",
        "dev-us-east-2",
    ]
    assert [settings.trading_region for settings in found] == [
        "us-east-1",
        "us-west-2",
        "us-east-1",
    ]
    assert found[0].sibling_regions == ("us-west-2",)


def test_staging_is_as_production_in_all_but_size() -> None:
    sizes = ("log_retention_days", "api_requests_per_second", "api_burst_requests")
    staging, production = ENVIRONMENTS["staging"], ENVIRONMENTS["production"]
    same = {name: getattr(production, name) for name in (*sizes, "intake_concurrency")}

    assert replace(staging, environment="production", **same) == production
