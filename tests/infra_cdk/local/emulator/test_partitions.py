"""A window of a partition holds what a query returns, whatever happened to the partition before."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from infra_cdk.local.emulator.partitions import Item, Partition, Range

numbers = st.integers(0, 6)
"""Few, so that what is put, dropped and asked for often is the same."""

changes = st.lists(
    st.tuples(st.sampled_from(["put", "put", "drop", "look"]), numbers), min_size=4, max_size=30
)


def order(item: Item) -> int:
    return int(item["n"])


def seen(partition: Partition, wanted: Range) -> list[int]:
    return [order(item) for item in partition.window(wanted, order).values()]


def changed(history: list[tuple[str, int]]) -> Partition:
    partition = Partition()
    for change, number in history:
        if change == "put":
            partition[str(number)] = {"n": number}
        elif change == "drop":
            partition.pop(str(number), None)
        else:
            partition.window(Range(), order)
    return partition


def matches(number: int, wanted: Range) -> bool:
    above = wanted.low is None or number > wanted.low
    below = wanted.high is None or number < wanted.high
    return (above or (wanted.low_included and number == wanted.low)) and (
        below or (wanted.high_included and number == wanted.high)
    )


@given(
    history=changes,
    low=st.none() | numbers,
    high=st.none() | numbers,
    low_included=st.booleans(),
    high_included=st.booleans(),
    start=st.none() | numbers,
    forward=st.booleans(),
    limit=st.none() | st.integers(1, 5),
)
def test_window_holds_the_next_page_and_whether_more_follows(
    history: list[tuple[str, int]], limit: int | None, **terms: Any
) -> None:
    partition, wanted = changed(history), Range(limit=limit, **terms)
    found = [number for number in seen(partition, wanted) if matches(number, wanted)]
    assert found == sorted(found)
    expected = sorted(order(item) for item in partition.values() if matches(order(item), wanted))
    if not wanted.forward:
        found, expected = found[::-1], expected[::-1]
    if wanted.start is not None:
        past = wanted.start if wanted.forward else -wanted.start
        found = [n for n in found if (n if wanted.forward else -n) > past]
        expected = [n for n in expected if (n if wanted.forward else -n) > past]
    assert found[:limit] == expected[:limit]
    if limit is not None:
        assert (len(found) > limit) == (len(expected) > limit)


def test_page_at_the_end_of_a_long_stream_looks_at_few_items() -> None:
    partition = changed([("put", number) for number in range(1_000)])
    assert seen(partition, Range(forward=False, limit=1)) == [997, 998, 999]
    assert seen(partition, Range(low=500, low_included=False, limit=2)) == [501, 502, 503, 504]


def test_item_at_the_end_is_sorted_in_without_looking_at_the_others() -> None:
    partition = changed([("put", number) for number in range(100)])
    partition.window(Range(), order)
    partition["100"] = {"n": 100}
    asked: list[int] = []

    def counted(item: Item) -> int:
        asked.append(order(item))
        return order(item)

    partition.window(Range(forward=False, limit=1), counted)
    assert asked == [100]
