"""Bugs in cancels of many."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

CANCEL_ALL: Final = f"{DOMAIN}/matching/cancel_all.py"
GATE: Final = f"{RUNTIME}/mass_cancels.py"
CLAIMS: Final = "tests/zerodesk/matching/test_mass_cancels.py"
INTAKE: Final = "tests/functions/order_intake/test_mass_cancels.py"

MUTANTS: Final = (
    Mutant(
        "mass cancel leaves no tombstone (rule 16)",
        "What is not in the book need not be cancelled.",
        CANCEL_ALL,
        "    draft.keep(state.memory, order_id, accepted_at_ms)\n",
        "",
        claim="tests/scenarios",
    ),
    Mutant(
        "mass cancel of another's order",
        "Whoever names an order knows it.",
        CANCEL_ALL,
        "    return order is not None and order.account_id == account_id\n",
        "    return order is not None\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "commands between the records of a mass cancel (rule 12)",
        "Only a taker is continued.",
        f"{DOMAIN}/matching/decide.py",
        "    elif state.cancelling is not None:\n        cancel_all.go_on(state, draft)\n",
        "",
        claim=f"{CLAIMS}::test_a_cancel_of_many_is_continued_and_nothing_comes_between",
    ),
    Mutant(
        "mass cancel not taken back",
        "A lost race takes back what the orders did.",
        f"{DOMAIN}/matching/draft.py",
        "        state.uncrossing,\n        state.cancelling,\n        state.is_plain,\n        state.ref",
        "        state.uncrossing,\n        _,\n        state.is_plain,\n        state.ref",
        claim=f"{CLAIMS}::test_a_cancel_of_many_that_is_taken_back_cancels_nothing",
    ),
    Mutant(
        "mass cancel not in the snapshot",
        "A state is its orders.",
        f"{DOMAIN}/matching/state.py",
        '            "cancelling": self.cancelling and self.cancelling._asdict(),\n',
        "",
        claim=f"{CLAIMS}::test_a_book_in_the_middle_of_a_cancel_of_many_is_restored_and_goes_on",
    ),
    Mutant(
        "mass cancel done while its orders rest",
        "What is in the book has been answered.",
        GATE,
        "if status in STILL_MOVING}",
        'if status in ("QUEUED", "HELD")}',
        claim=f"{INTAKE}::test_all_that_rests_or_waits_for_its_trigger_is_cancelled",
    ),
    Mutant(
        "sweeper skips mass cancels",
        "Who wants to cancel will ask again.",
        "functions/sweeper/accounts.py",
        '            case "cancel_all":\n',
        '            case "cancel_all" if not item.status:\n',
        claim="tests/functions/sweeper/test_sweeper.py"
        "::test_a_cancel_of_many_without_an_answer_is_sent_as_of_now_and_spares_what_came_later",
    ),
)
