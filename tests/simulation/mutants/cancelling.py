"""Bugs in cancels of many, and in the switches that fire them."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

CANCEL_ALL: Final = f"{DOMAIN}/matching/cancel_all.py"
GATE: Final = f"{RUNTIME}/mass_cancels.py"
CLAIMS: Final = "tests/zerodesk/matching/test_mass_cancels.py"
INTAKE: Final = "tests/functions/order_intake/test_mass_cancels.py"
SWITCHES: Final = "tests/functions/order_intake/test_cancel_after.py"
REPLACEMENTS: Final = "functions/order_intake/replacements.py"
REPLACE: Final = "tests/functions/order_intake/test_replace.py"

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
        "    elif state.cancelling is not None:\n        draft.note_terms(state)\n"
        "        cancel_all.go_on(state, draft)\n",
        "",
        claim=f"{CLAIMS}::test_a_cancel_of_many_is_continued_and_nothing_comes_between",
    ),
    Mutant(
        "mass cancel not taken back",
        "A lost race takes back what the orders did.",
        f"{DOMAIN}/matching/draft.py",
        '    "cancelling",\n    "is_plain",\n    "halts",\n',
        '    "is_plain",\n    "halts",\n',
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
        "if statuses.get(order_id) in STILL_MOVING}",
        'if statuses.get(order_id) in ("QUEUED", "HELD")}',
        claim=f"{INTAKE}::test_all_that_rests_or_waits_for_its_trigger_is_cancelled",
    ),
    Mutant(
        "mass cancel forgets what follows",
        "It ends with the order that it follows.",
        GATE,
        '            if command["kind"] != "place" or symbol not in (None, command["symbol"]):\n',
        '            if command["kind"] != "place" or command.get("after") in account.state.holds:\n',
        claim=f"{INTAKE}::test_what_follows_an_order_that_was_filled_meanwhile_is_cancelled",
    ),
    Mutant(
        "mass cancel done before what follows is shown",
        "What has no item is no order.",
        GATE,
        "            if order_id not in statuses and ",
        "            if order_id in statuses and ",
        claim=f"{INTAKE}::test_a_cancel_is_not_done_before_what_follows_a_filled_order_is_shown",
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
    Mutant(
        "switch fired without a condition",
        "Whose time is up is up.",
        f"{RUNTIME}/tables/orders.py",
        '"#updated_at_ms = :seen", seen)',
        '"attribute_exists(#updated_at_ms)")',
        claim=f"{SWITCHES}::test_of_a_push_and_a_firing_that_come_at_once_one_counts",
    ),
    Mutant(
        "switch done before its cancel",
        "What is decided is done.",
        f"{RUNTIME}/switches.py",
        "item, status=FIRING, request=request, at_ms=at_ms)\n            if firing is None:\n",
        "item, status=DONE, request=request, at_ms=at_ms)\n            item.status = FIRING\n"
        "            if firing is None:\n",
        claim=f"{SWITCHES}::test_killed_anywhere_it_fires_once_in_effect",
    ),
    Mutant(
        "switch's cancel of the clock's id",
        "Each firing is a cancel of its own.",
        f"{RUNTIME}/switches.py",
        "{item.order_id}#{request['pushed_at_ms']}",
        "{item.order_id}#{at_ms}",
        claim=f"{SWITCHES}::test_killed_anywhere_it_fires_once_in_effect",
    ),
    Mutant(
        "sweeper skips switches",
        "Who pushes a switch will find that its time is up.",
        "functions/sweeper/accounts.py",
        'return "Switches" if self._switches.fire(item, now_ms) else None\n',
        "return None\n",
    ),
    Mutant(
        "replacement placed beside a fill",
        "Whoever replaces an order wants the other one.",
        REPLACEMENTS,
        "error.problem.code is not ProblemCode.ORDER_NOT_OPEN or mode != ALLOW_FAILURE:\n",
        "error.problem.code is not ProblemCode.ORDER_NOT_OPEN:\n",
        claim=f"{REPLACE}::test_nothing_is_placed_beside_an_order_that_filled",
    ),
    Mutant(
        "replacement placed while the cancel is on its way",
        "A cancel that was sent is a cancel.",
        REPLACEMENTS,
        "        if not cancelled.answered:\n            raise _not_yet(item)\n",
        "",
        claim=f"{REPLACE}::test_an_order_that_is_not_held_yet_is_not_replaced_before_its_cancel_is_answered",
    ),
    Mutant(
        "replacement does not wait for its money",
        "The order is cancelled, so its money is free.",
        REPLACEMENTS,
        "        self._wait_for_the_money(item, deadline)\n",
        "",
        claim=f"{REPLACE}::test_the_money_of_the_first_order_pays_for_the_other",
    ),
)
