"""Findings: everything is counted, as much as fits is told, and trouble keeps its name."""

import pytest

from zerodesk.reconciliation import Breach, BreachCode, Check, Findings
from zerodesk.reconciliation.findings import CHECK_OF, MAX_BREACHES_KEPT

OVERDRAWN = Breach(BreachCode.OVERDRAWN, "account#alice", "-1 USD", 7, ("BTC-USD",))


def test_every_code_belongs_to_a_check_and_every_check_has_one() -> None:
    assert set(CHECK_OF) == set(BreachCode)
    assert set(CHECK_OF.values()) == set(Check)


@pytest.mark.parametrize(
    "other",
    [
        Breach(BreachCode.BALANCE_DIFFERS, "account#alice", "-1 USD", 7, ("BTC-USD",)),
        Breach(BreachCode.OVERDRAWN, "account#bob", "-1 USD", 7, ("BTC-USD",)),
        Breach(BreachCode.OVERDRAWN, "account#alice", "-1 USD", 8, ("BTC-USD",)),
        Breach(BreachCode.OVERDRAWN, "account#alice", "-1 USD", 7, ("ETH-USD",)),
    ],
)
def test_other_trouble_has_another_id(other: Breach) -> None:
    assert other.breach_id != OVERDRAWN.breach_id


def test_the_same_trouble_with_other_numbers_keeps_its_id() -> None:
    later = Breach(BreachCode.OVERDRAWN, "account#alice", "-2 USD", 7, ("BTC-USD",))
    assert later.breach_id == OVERDRAWN.breach_id


def test_a_flood_of_breaches_is_counted_and_kept_in_part() -> None:
    findings = Findings()
    for _ in range(MAX_BREACHES_KEPT + 5):
        findings.breach(OVERDRAWN)
    both = Findings().add(findings).add(findings)
    for found in (findings, both):
        assert len(found.breaches) == MAX_BREACHES_KEPT
    assert both.failed[Check.BALANCES] == 2 * (MAX_BREACHES_KEPT + 5)
    assert not both.clean


def test_a_breach_without_a_record_has_no_sequence_in_the_report() -> None:
    assert OVERDRAWN.to_dict() == {
        "code": "OVERDRAWN",
        "subject": "account#alice",
        "detail": "-1 USD",
        "sequence": 7,
    }
    assert "sequence" not in Breach(BreachCode.TOTALS_DIFFER, "USD", "").to_dict()
