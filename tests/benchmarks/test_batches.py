"""The benchmark of batches asks AWS for the same, at once and one by one."""

from tests.benchmarks.batches import Aws, answering, market_named, measured, one_by_one
from zerodesk_aws.at_once import at_once


def test_a_batch_is_its_record_its_items_the_market_and_its_events_either_way() -> None:
    aws = Aws()
    with answering(aws):
        one = measured(aws, market_named("ONE-USD"), 2, one_by_one)
        other = measured(aws, market_named("OTHER-USD"), 2, at_once)
    record, items, market, events = 1, 10, 1, 1
    assert one.requests == other.requests == record + items + market + events
