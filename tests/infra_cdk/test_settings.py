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
    with pytest.raises(SettingsError, match="'prod', known are local, dev"):
        load("prod")


def test_a_layer_that_was_not_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"vendor_layer {tmp_path}"):
        load("local", {"vendor_layer": str(tmp_path)}.get)


def test_the_command_line_may_name_the_account_and_the_layer(tmp_path: Path) -> None:
    (tmp_path / "python").mkdir()

    settings = load("dev", {"account": 123456789012, "vendor_layer": str(tmp_path)}.get)

    assert (settings.account, settings.vendor_layer) == ("123456789012", tmp_path)


def test_a_command_stays_hidden_for_six_time_outs() -> None:
    assert replace(LOCAL, matching_timeout_seconds=7).visibility_timeout_seconds == 42
