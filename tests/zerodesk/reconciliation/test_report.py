"""The report: balanced only when everything was read and nothing is wrong."""

from zerodesk.reconciliation import (
    BookAudit,
    Breach,
    BreachCode,
    Check,
    Findings,
    Readings,
    Totals,
    report,
)

NONE = frozenset[str]()


def readings(*, whole: bool = True) -> Readings:
    book = BookAudit("BTC-USD")
    book.fees["USD"] = 1_500_000
    return Readings({"BTC-USD": 3}, {}, {}, {"BTC-USD": book}, {}, NONE, NONE, whole=whole)


def test_amounts_are_decimal_strings() -> None:
    totals = Totals(
        currency="USD",
        deposits_minor=10_000_000,
        withdrawals_minor=3_000_000,
        users_minor=4_750_000,
        in_transit_minor=250_000,
        fees_minor=1_000_000,
        house_minor=500_000,
        owed_minor=500_000,
        open_minor=-250_000,
    )
    told = report(readings(), Findings(), [totals], "now")
    assert told["books"][0]["fees"] == {"USD": "1.5"}
    assert told["totals"] == [
        {
            "currency": "USD",
            "deposits": "10",
            "withdrawals": "3",
            "users": "4.75",
            "in_transit": "0.25",
            "fees": "1",
            "house": "0.5",
            "open": "-0.25",
            "in_clearing": "0.75",
        }
    ]


def test_every_check_is_in_the_report_with_its_counts() -> None:
    findings = Findings()
    findings.checked[Check.HOLDS] += 4
    findings.breach(Breach(BreachCode.HOLD_MISSING, "hold", "gone"))
    told = report(readings(), findings, [], "now")
    assert [check["name"] for check in told["checks"]] == [check.value for check in Check]
    assert {"name": "holds equal open orders", "checked": 4, "breaches": 1} in told["checks"]
    assert not told["balanced"]


def test_what_was_not_read_to_its_end_is_not_called_balanced() -> None:
    assert report(readings(), Findings(), [], "now")["balanced"]
    cut_short = report(readings(whole=False), Findings(), [], "now")
    assert (cut_short["balanced"], cut_short["complete"]) == (False, False)


def test_a_book_tells_how_far_it_is_settled() -> None:
    [book] = report(readings(), Findings(), [], "now")["books"]
    assert (book["settled_sequence"], book["sequence"]) == (3, 0)
