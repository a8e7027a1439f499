"""Where moto and the local cloud differ from AWS. The model may not appear here.

Each entry names the claims that an implementation does not keep, and why. They are strict: a claim
that begins to be kept fails until its entry is gone.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

_DIFFERENCES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "moto": {
        "It looks at placeholders where evaluation meets them, and not beforehand.": (
            "test_a_put_whose_condition_does_not_fit_is_refused[unknown name]",
            "test_a_put_whose_condition_does_not_fit_is_refused[unknown value]",
            "test_a_put_whose_condition_does_not_fit_is_refused[unused value]",
            "test_a_query_that_does_not_fit_is_refused[unused value]",
        ),
        "Its grammar of conditions takes any operand anywhere.": (
            "test_a_put_whose_condition_does_not_fit_is_refused[no path]",
            "test_a_put_whose_condition_does_not_fit_is_refused[function of updates]",
        ),
        "It has no bounds for expressions.": (
            "test_a_put_whose_condition_does_not_fit_is_refused[101 choices]",
            "test_a_put_whose_condition_does_not_fit_is_refused[more than 4 KB]",
        ),
        "It compares values of different types as Python does, and fails.": (
            "test_a_condition_holds[#status < :one-False]",
            "test_a_query_that_does_not_fit_is_refused[sort key of a type]",
        ),
        "It does not check the types of keys in what looks for items, nor of an index.": (
            "test_a_key_of_another_type_is_refused",
            "test_the_number_of_the_index_must_be_a_number",
            "test_a_query_that_does_not_fit_is_refused[partition of a type]",
        ),
        "It does not compare the bounds of a range.": (
            "test_a_query_that_does_not_fit_is_refused[a range that ends before it begins]",
        ),
        "It begins a page wherever it is told to.": (
            "test_a_page_cannot_begin_outside_of_the_query",
            "test_a_page_cannot_begin_at_half_a_key",
            "test_a_page_of_an_index_cannot_begin_without_all_keys",
        ),
        "It looks one item ahead and names no last key when nothing is behind it.": (
            "test_a_limit_that_is_just_reached_promises_another_page",
        ),
        "It calls a missing index a missing resource.": (
            "test_an_index_that_is_not_there_is_refused",
        ),
        "It keeps numbers as texts: as many digits, and in the form, in which they came.": (
            "test_a_number_of_39_digits_is_refused",
            "test_a_number_of_39_digits_is_refused_in_a_condition_too",
            "test_zeros_that_say_nothing_are_not_kept",
            "test_a_number_out_of_range_is_refused[large]",
            "test_a_number_out_of_range_is_refused[negative]",
            "test_a_key_is_one_number_however_it_is_written",
        ),
        "It takes items of 405,000 bytes and of what else its own estimate leaves out.": (
            "test_an_item_of_400_kb_is_taken_and_one_byte_more_refused[text]",
            "test_an_item_of_400_kb_is_taken_and_one_byte_more_refused[binaries count as bytes]",
            "test_an_item_of_400_kb_is_taken_and_one_byte_more_refused[names count]",
            "test_an_item_of_400_kb_is_taken_and_one_byte_more_refused[as UTF-8]",
        ),
        "Of messages of a group that come back at once, it hands out the last.": (
            "test_of_a_batch_that_is_done_in_part_the_rest_comes_again",
        ),
        "A receipt deletes its message, however late.": (
            "test_a_receipt_that_ran_out_deletes_nothing",
            "test_a_receipt_of_an_earlier_time_deletes_nothing",
        ),
        "It looks for repeats among the messages of the queue that are there, of any group.": (
            "test_a_repeat_is_taken_and_not_delivered_not_even_after_the_first_is_gone",
            "test_another_group_may_use_the_same_deduplication_id",
        ),
        "It does not look into bodies and names of groups.": (
            "test_a_body_is_not_empty",
            "test_a_body_holds_no_control_characters",
            "test_a_group_is_named_by_128_plain_characters",
        ),
        "Its bus takes entries of any size.": ("test_240_kb_are_taken_and_more_than_1_mb_refused",),
    },
    "local_cloud": {
        "It looks at names where evaluation meets them, and not beforehand.": (
            "test_a_put_whose_condition_does_not_fit_is_refused[unknown name]",
        ),
        "It has no bound for the choices of IN.": (
            "test_a_put_whose_condition_does_not_fit_is_refused[101 choices]",
        ),
        "It does not compare what an update's clauses change.": (
            "test_an_update_whose_expression_does_not_fit_is_refused[two sections of a kind]",
            "test_one_attribute_cannot_be_updated_twice_at_once",
        ),
        "It answers a batch whole, however large.": (
            "test_a_batch_of_more_than_16_mb_leaves_keys_over",
        ),
        "It finds a key by the text of its number.": (
            "test_a_key_is_one_number_however_it_is_written",
        ),
        "A receipt deletes its message until that is handed out again.": (
            "test_a_receipt_that_ran_out_deletes_nothing",
        ),
        "It does not look into names of groups.": (
            "test_a_group_is_named_by_128_plain_characters",
        ),
        "It answers an error as an output, too.": ("test_an_execution_that_fails_has_no_output",),
        "Its bus takes every entry.": (
            "test_240_kb_are_taken_and_more_than_1_mb_refused",
            "test_an_entry_that_is_refused_leaves_the_others_taken",
        ),
    },
}


def _by_claim() -> Iterator[tuple[tuple[str, str], str]]:
    for implementation, reasons in _DIFFERENCES.items():
        for reason, claims in reasons.items():
            yield from (((implementation, claim), reason) for claim in claims)


KNOWN_DIFFERENCES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(dict(_by_claim()))
"""(implementation, claim) to reason."""
