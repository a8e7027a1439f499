"""Each rule of the protocol is needed: leaving it out is found."""

import sys

import pytest

from tests.protocol.scenarios import SCENARIOS

SEEDS = 60


def _names() -> list[str]:
    from tests.protocol.rules import RULES

    return [rule.name for rule in RULES]


@pytest.mark.parametrize("name", _names())
def test_a_rule_that_is_left_out_is_missed(name: str) -> None:
    from tests.protocol.rules import RULES, explored_without

    rule = next(one for one in RULES if one.name == name)
    scenario = next(one for one in SCENARIOS if one.name == rule.scenario)
    tally = explored_without(rule, scenario, 1, SEEDS)
    sys.stdout.write(f"{rule.number or '-'} {name}: {tally.schedules} schedules\n")
    assert tally.found is not None


def test_what_was_left_out_is_back_afterwards() -> None:
    from tests.protocol.explore import first_broken, with_deviations
    from tests.protocol.rules import RULES, left_out

    for rule in RULES:
        scenario = next(one for one in SCENARIOS if one.name == rule.scenario)
        with left_out(rule.left_out):
            pass
        assert first_broken(with_deviations(scenario, 0)).found is None
