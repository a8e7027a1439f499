"""What a book remembers of its commands, and for how long."""

import random

from tests.zerodesk.matching.builders import a_book, a_sell, record_of
from tests.zerodesk.matching.streams import START_MS
from zerodesk.codec import decode_body, encode_body
from zerodesk.matching import Book
from zerodesk.matching.memory import PURGE_EVERY_MS, SPAN_MS, CommandMemory
from zerodesk.orders import COMMAND_BOUND_MS

BOUND_MS = COMMAND_BOUND_MS


def test_an_id_is_known_up_to_its_bound_and_not_beyond() -> None:
    memory = CommandMemory()
    memory.remember("o1", 1_000)
    assert memory.knows("o1", 1_000 + BOUND_MS)
    assert not memory.knows("o1", 1_001 + BOUND_MS)


def test_forgetting_brings_back_what_was_remembered_before() -> None:
    memory = CommandMemory()
    memory.remember("o1", 1_000)
    replaced_ms = memory.remember("o1", 5_000)
    memory.forget("o1", replaced_ms)
    assert memory.known_at(0) == {"o1": 1_000}


def test_purging_drops_what_is_past_its_bound_and_nothing_else() -> None:
    memory = CommandMemory()
    horizon_ms = 5 * SPAN_MS
    for since_ms in (SPAN_MS, horizon_ms - 1, horizon_ms, horizon_ms + 1):
        memory.remember(f"o{since_ms}", since_ms)
    memory.purge(horizon_ms + BOUND_MS)
    assert set(memory.since_ms.values()) == {horizon_ms, horizon_ms + 1}


def test_an_id_that_came_again_does_not_keep_others_from_being_dropped() -> None:
    memory = CommandMemory()
    memory.remember("o1", 1_000)
    memory.remember("o2", 2_000)
    memory.remember("o1", 1_001 + BOUND_MS)
    memory.purge(3_000 + BOUND_MS)
    assert list(memory.since_ms) == ["o1"]


def test_a_digest_is_of_what_is_known_whatever_came_was_taken_back_and_was_dropped_before() -> None:
    noise, memory, time_ms = random.Random(7), CommandMemory(), 0
    for _ in range(2_000):
        time_ms += noise.randrange(2 * SPAN_MS)
        if noise.random() < 0.1:
            memory.purge(time_ms)
        command_id, since_ms = f"o{noise.randrange(400)}", time_ms - noise.randrange(5 * SPAN_MS)
        replaced_ms = memory.remember(command_id, since_ms)
        if noise.random() < 0.3:
            memory.forget(command_id, replaced_ms)
        if noise.random() < 0.1:
            known = CommandMemory.of(memory.known_at(time_ms))
            assert memory.digests_at(time_ms) == known.digests_at(time_ms)


def test_an_id_that_is_taken_back_is_in_no_group_whether_it_had_joined_one_or_not() -> None:
    memory = CommandMemory()
    memory.remember("o1", 1_000)
    replaced_ms = memory.remember("o1", 5_000)
    memory.remember("o2", 6_000)
    joined = memory.digests_at(0)
    memory.remember("o3", 6_000)
    memory.forget("o3", None)
    assert memory.digests_at(0) == joined == CommandMemory.of(memory.known_at(0)).digests_at(0)
    memory.forget("o2", None)
    memory.forget("o1", replaced_ms)
    assert memory.digests_at(0) == CommandMemory.of({"o1": 1_000}).digests_at(0)


def test_purging_changes_no_state() -> None:
    book = a_book(a_sell("o1", time_in_force="IOC"))
    record_of(book, a_sell("o9", 1, 103, accepted_at_ms=START_MS + 2 * BOUND_MS))
    before = book.state()
    book._state.memory.purge(book.time_ms)
    assert book.state() == before
    assert set(before["known_commands"]) == {"o9"}


def test_ids_are_dropped_while_a_book_lives() -> None:
    book = a_book()
    step_ms = PURGE_EVERY_MS
    for number in range(400):
        at_ms = START_MS + number * step_ms
        book.decide([a_sell(f"o{number}", 1, 100, accepted_at_ms=at_ms, time_in_force="IOC")])
    assert len(book._state.memory.since_ms) <= BOUND_MS // step_ms + 3


def test_a_restored_book_drops_ids_as_the_one_that_it_was() -> None:
    book = a_book(a_sell("z", time_in_force="IOC"))
    record_of(book, a_sell("a", accepted_at_ms=START_MS + BOUND_MS, time_in_force="IOC"))
    restored = Book.from_state(decode_body(encode_body(book.state())))
    restored._state.memory.purge(START_MS + BOUND_MS + PURGE_EVERY_MS)
    assert list(restored._state.memory.since_ms) == ["a"]
