"""The sample in the repository: made by its generator, and like a tape."""

from itertools import pairwise

from tests.client.builders import SAMPLE
from zerodesk_client.formats import RecordedTrade, open_trades
from zerodesk_client.formats.sample import TRADES, sample_lines


def trades() -> list[RecordedTrade]:
    with open_trades(SAMPLE) as (_, rows):
        return [row for row in rows if isinstance(row, RecordedTrade)]


def test_the_file_in_the_repository_is_what_its_generator_makes() -> None:
    assert SAMPLE.read_text().splitlines() == list(sample_lines())


def test_another_seed_makes_another_file() -> None:
    assert list(sample_lines(seed=1)) != list(sample_lines(seed=2))


def test_every_row_is_a_trade_and_time_goes_on() -> None:
    assert len(trades()) == TRADES
    assert all(a.time_ms <= b.time_ms for a, b in pairwise(trades()))


def test_prices_run_and_jump_as_on_a_tape() -> None:
    jumps = [abs(b.price - a.price) / a.price for a, b in pairwise(trades())]
    assert sum(jump == 0 for jump in jumps) > TRADES / 3
    assert sum(jump * 10_000 > 50 for jump in jumps) >= 10
