"""Standstill: only time in which somebody watched counts."""

from zerodesk.reconciliation import BreachCode, Standing, Watch
from zerodesk.reconciliation.standstill import BOUND_MS, MAX_GAP_MS, MAX_WATCHED

MINUTE_MS = 60_000
NOON_MS = 1_000_000


def hold(order_id: str = "o1", anchor: int = 0) -> Standing:
    return Standing(BreachCode.HOLD_STANDS_STILL, order_id, anchor, "held", ("BTC-USD",))


def watched(minutes: int, standing: Standing, watch: Watch | None = None) -> list[str]:
    """Return which minutes found the standing too long."""
    watch = watch or Watch()
    found = []
    for minute in range(minutes):
        watch, lasting = watch.after([standing], NOON_MS + minute * MINUTE_MS)
        found += [f"minute {minute}" for _ in lasting]
    return found


def test_what_stands_longer_than_the_bound_is_a_breach_in_every_run_from_then_on() -> None:
    first = BOUND_MS // MINUTE_MS + 1
    assert watched(first + 2, hold()) == [f"minute {first}", f"minute {first + 1}"]


def test_what_moves_on_in_between_never_is() -> None:
    watch = Watch()
    for minute in range(20):
        watch, lasting = watch.after([hold(anchor=minute // 2)], NOON_MS + minute * MINUTE_MS)
        assert lasting == []


def test_what_was_away_for_a_run_begins_anew() -> None:
    watch = Watch()
    for minute in range(20):
        standing = [] if minute % 3 == 2 else [hold()]
        watch, lasting = watch.after(standing, NOON_MS + minute * MINUTE_MS)
        assert lasting == []


def test_a_night_in_which_nobody_watched_counts_as_one_gap() -> None:
    watch, _ = Watch().after([hold()], NOON_MS)
    watch, lasting = watch.after([hold()], NOON_MS + 1_000 * MINUTE_MS)
    assert lasting == []
    assert watch.watched_ms == MAX_GAP_MS


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    watch, _ = Watch().after([hold()], NOON_MS)
    watch, _ = watch.after([hold()], NOON_MS - MINUTE_MS)
    assert watch.watched_ms == 0


def test_the_watch_survives_as_json() -> None:
    watch, _ = Watch(told=("a", "b")).after([hold()], NOON_MS)
    watch, _ = watch.after([hold()], NOON_MS + MINUTE_MS)
    assert Watch.from_dict(watch.to_dict()) == watch


def test_of_too_many_standstills_the_longest_are_kept() -> None:
    many = [hold(f"o{number}") for number in range(MAX_WATCHED + 5)]
    watch, _ = Watch().after(many[5:], NOON_MS)
    watch, _ = watch.after(many, NOON_MS + MINUTE_MS)
    assert len(watch.since) == MAX_WATCHED
    assert many[0].key not in watch.since


def test_the_breach_says_for_how_long() -> None:
    breach = hold(anchor=7).lasting(200_900)
    assert (breach.detail, breach.sequence) == ("held, for 200 s", 7)
    assert breach.symbols == ("BTC-USD",)
