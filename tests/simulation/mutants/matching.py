"""Bugs in the book: its memory, its priority, its time, its records."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

BOOK: Final = f"{DOMAIN}/matching"
CLAIMS: Final = "tests/zerodesk/matching"

MUTANTS: Final = (
    Mutant(
        "amend takes what is not held",
        "The risk check has looked at the amend; the book need not count again (rule 7).",
        f"{BOOK}/amend.py",
        '    following.held_minor = need_of(state, order) + command["held_minor"]\n',
        "    following.held_minor = need_of(state, order) + 10**15\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "amend refused beside its own command",
        "What pricing refuses need not go to the book.",
        "functions/risk_check/amends.py",
        '        if not asked["may_need_more"] or order is None or held is None:\n',
        '        priced = self._quoted["verdict"] != "REFUSED"\n'
        '        if order is None or held is None or (priced and not asked["may_need_more"]):\n',
        claim="tests/functions/order_intake/test_amend.py"
        "::test_of_two_tries_of_an_amend_that_holds_nothing_the_book_takes_the_first",
    ),
    Mutant(
        "amount spent anew at each price",
        "The amount is a bound; each level is held to it.",
        f"{BOOK}/order.py",
        "        left_minor = self.amount_minor - self.notional_minor\n        return min(",
        "        left_minor = self.amount_minor\n        return min(",
        claim="tests/scenarios",
    ),
    Mutant(
        "a stop outlives the first trade of its limit",
        "What is left of the limit may be stopped as well.",
        f"{BOOK}/order.py",
        "        return self.remaining_lots == self.quantity_lots\n\n    @property\n    def trigger_ticks",
        "        return self.remaining_lots > 0\n\n    @property\n    def trigger_ticks",
        claim="tests/scenarios",
    ),
    Mutant(
        "what is bought is free until its sale comes in",
        "What follows is held for when it comes, all of it is there by then.",
        f"{BOOK}/leading.py",
        '            held_minor = following.command["held_minor"] + _got_minor(state, order)\n',
        '            held_minor = following.command["held_minor"]\n'
        "            held_minor += 0 if order.total_lots else _got_minor(state, order)\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "an order of which lots were taken off leads",
        "Nothing is left of it, so it is filled.",
        f"{BOOK}/leading.py",
        "        if order.quantity_lots == following.leading_lots:\n",
        "        if following.leading_lots:\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "what follows outlives its leading order",
        "Each of the two has a cancel of its own.",
        f"{BOOK}/record.py",
        "    if other is not None:\n",
        "    if other is not None and not other.after:\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "a pair holds for its limit alone",
        "It is a limit order, and that is what it needs.",
        f"{BOOK}/order.py",
        "        return max(need, stopped_need)\n",
        "        return need\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "a filled pair is folded as if withdrawn",
        "It is gone, so nobody waits for its stop.",
        f"{BOOK}/folded_orders.py",
        "state.withdraw if is_auctioned else state.withdraw_filled\n",
        "state.withdraw\n",
        claim="tests/zerodesk/matching/test_against_naive.py"
        "::test_a_pair_that_a_taker_fills_is_forgotten_behind_the_taker_by_the_fold_too",
    ),
    Mutant(
        "amend's hold not moved",
        "The order's hold covers it; the amend's own is between the account and itself.",
        f"{BOOK}/amend.py",
        "    _move_hold(state, draft, following, command)\n",
        "",
    ),
    Mutant(
        "more of an order keeps its place",
        "The price is the same, so the queue is.",
        f"{BOOK}/amend.py",
        "order.price_ticks) == order.price_ticks and (\n        lots <= order.quantity_lots\n    ):",
        "order.price_ticks) == order.price_ticks and (\n        lots <= order.quantity_lots + 1\n    ):",
        claim="tests/scenarios",
    ),
    Mutant(
        "amend's repeat releases nothing",
        "An amend that comes twice was done the first time.",
        f"{BOOK}/decide.py",
        '    return kind == "amend" or (kind == "place" and',
        '    return bool(kind == "place" and',
        claim="tests/zerodesk/matching/test_decide.py"
        "::test_the_repeat_of_an_amend_releases_what_is_held_for_it_anew",
    ),
    Mutant(
        "no command check",
        "SQS FIFO delivers exactly once.",
        f"{BOOK}/memory.py",
        "    if since_ms is not None and since_ms + COMMAND_BOUND_MS >= time_ms:\n"
        "        return REPEAT, time_ms\n    if",
        "    if",
    ),
    Mutant(
        "terminal ids evicted early",
        "After a minute nobody repeats anything.",
        f"{BOOK}/memory.py",
        "        horizon_ms = time_ms - COMMAND_BOUND_MS\n        for span in",
        "        horizon_ms = time_ms - 60_000\n        for span in",
    ),
    Mutant(
        "resting ids forgotten",
        "An id is kept for its bound; that its order still rests is another matter.",
        f"{BOOK}/memory.py",
        "    if command_id in resting:\n        return REPEAT, time_ms\n",
        "",
    ),
    Mutant(
        "no bound on age",
        "A command that comes late is welcome all the same.",
        f"{BOOK}/memory.py",
        "return (LATE if accepted_at_ms + COMMAND_BOUND_MS < time_ms else NEW), time_ms",
        "return NEW, time_ms",
    ),
    Mutant(
        "record time goes back",
        "A record's time is when its command was sent.",
        f"{BOOK}/memory.py",
        "    time_ms = sent_at_ms if sent_at_ms > time_ms else time_ms\n",
        "    time_ms = sent_at_ms\n",
    ),
    Mutant(
        "record time from the machine's clock",
        "The function knows what time it is.",
        "functions/matching/batch.py",
        '            command["sent_at_ms"] = int(attributes["SentTimestamp"])\n',
        "            from zerodesk_aws.clock import now_ms\n\n"
        '            command["sent_at_ms"] = now_ms()\n',
    ),
    Mutant(
        "cancel of an unknown order refused",
        "What is not in the book cannot be cancelled.",
        f"{BOOK}/control.py",
        "    else:\n        _bury(state, draft, command)\n",
        '    else:\n        refuse(draft, command, NOT_OPEN, "unknown")\n',
    ),
    Mutant(
        "tombstone forgotten",
        "The cancel is on record; the order will not come any more.",
        f"{BOOK}/control.py",
        "    draft.keep(state.memory, order_id, since_ms)\n",
        "",
    ),
    Mutant(
        "repeat of a resting order releases its hold",
        "A repeat releases what is held, always.",
        f"{BOOK}/decide.py",
        'kind == "place" and command["command_id"] not in state.orders)',
        'kind == "place")',
    ),
    Mutant(
        "repeat of a done order releases nothing",
        "A repeat has no effect.",
        f"{BOOK}/decide.py",
        '        draft.release(command["account_id"], command["command_id"])\n',
        "",
        claim=f"{CLAIMS}/test_decide.py"
        "::test_the_repeat_of_an_order_that_is_done_releases_and_does_nothing_else",
    ),
    Mutant(
        "late refusal overwrites the answer",
        "A refusal is a refusal, early or late.",
        f"{BOOK}/place.py",
        "        draft.answer_if_pending(order_id, answer)\n",
        "        draft.answers[order_id] = answer\n",
    ),
    Mutant(
        "tombstone overwrites the answer",
        "Who cancels what is over sees it cancelled.",
        f"{BOOK}/control.py",
        "    draft.answer_if_pending(order_id, answer)\n",
        "    draft.answers[order_id] = answer\n",
        claim=f"{CLAIMS}/test_control.py",
    ),
    Mutant(
        "another's order cancelled",
        "The id of an order is secret enough.",
        f"{BOOK}/control.py",
        "    if order is not None and order.account_id == account_id:\n",
        "    if order is not None:\n",
        claim=f"{CLAIMS}/test_control.py::test_a_cancel_of_another_accounts_order_is_refused",
    ),
    Mutant(
        "cancel of a filled order refunds",
        "What is cancelled gets its whole hold back.",
        f"{BOOK}/control.py",
        "    elif order is not None or state.memory.knows(order_id, state.time_ms):\n",
        "    elif order is not None:\n",
        claim=f"{CLAIMS}/test_control.py::test_a_cancel_of_a_filled_order_is_refused",
    ),
    Mutant(
        "cancel posts the fills again",
        "An order leaves the book as it came in.",
        f"{BOOK}/record.py",
        "    other = state.withdraw(order)\n    draft.moves.append(order)\n",
        "    draft.note(order, order.quantity_lots)\n"
        "    other = state.withdraw(order)\n    draft.moves.append(order)\n",
    ),
    Mutant(
        "FOK partially filled",
        "If there is anything on the other side, an all-or-nothing order may try.",
        f"{BOOK}/entering.py",
        "        return other_side.offers(-order.key, least_lots)\n",
        "        return other_side.best() is not None\n",
    ),
    Mutant(
        "post-only crosses",
        "Whether an order takes shows when it is matched.",
        f"{BOOK}/place.py",
        "    return _would_cross(state, order) if post_only else None\n",
        "    return None\n",
    ),
    Mutant(
        "last come, first served",
        "A queue is a stack.",
        f"{BOOK}/ladder.py",
        "        tail = level.tail\n        order.previous = tail\n        order.next = None\n"
        "        if tail is None:\n            level.head = order\n        else:\n"
        "            tail.next = order\n        level.tail = order\n",
        "        head = level.head\n        order.next = head\n        order.previous = None\n"
        "        if head is None:\n            level.tail = order\n        else:\n"
        "            head.previous = order\n        level.head = order\n",
    ),
    Mutant(
        "the limit excluded",
        "An order for at most 100 fills below 100.",
        f"{BOOK}/queues.py",
        "        while taker_lots and heap and heap[0] <= limit_key:\n",
        "        while taker_lots and heap and heap[0] < limit_key:\n",
        claim=f"{CLAIMS}/test_against_naive.py::test_same_trades_same_book_same_postings_same_holds",
    ),
    Mutant(
        "fills at the taker's price",
        "Who comes names the price.",
        f"{BOOK}/queues.py",
        "            price_ticks, before_lots, filled_orders = level.price_ticks, taker_lots, 0\n",
        "            price_ticks, before_lots, filled_orders = taker.price_ticks, taker_lots, 0\n",
    ),
    Mutant(
        "no bound on a record",
        "A record holds as many fills as there are.",
        f"{BOOK}/fills.py",
        "    fills = state.meet(taker, min(most_fills, draft.max_fills - draft.fills))\n",
        "    fills = state.meet(taker)\n",
        claim=f"{CLAIMS}/test_decide.py"
        "::test_a_taker_beyond_the_bound_of_fills_is_continued_before_anything_else",
    ),
    Mutant(
        "something enters before a taker ends",
        "Commands come first, what is left over goes on after them.",
        f"{BOOK}/decide.py",
        "    _go_on(state, draft)\n",
        "    if not commands:\n        _go_on(state, draft)\n",
        claim=f"{CLAIMS}/test_decide.py"
        "::test_a_taker_beyond_the_bound_of_fills_is_continued_before_anything_else",
    ),
    Mutant(
        "filled beyond the hold",
        "Risk has checked the hold before; the book need not.",
        f"{BOOK}/place.py",
        "    if need > order.held_minor:\n",
        "    if need > 2 * order.held_minor:\n",
        claim=f"{CLAIMS}/test_place.py::test_an_order_that_needs_more_than_is_held_is_refused_with_the_numbers",
    ),
    Mutant(
        "fee rounded up",
        "A fraction of a unit is the venue's.",
        f"{BOOK}/fills.py",
        "        taker_fee_minor = fill_notional_minor * taker_bps // BASIS_POINTS\n",
        "        taker_fee_minor = -(-fill_notional_minor * taker_bps // BASIS_POINTS)\n",
    ),
    Mutant(
        "float money in the fee",
        "Two basis points are 0.0002, and round() is to the nearest.",
        f"{BOOK}/fills.py",
        "        maker_fee_minor = fill_notional_minor * maker.maker_bps // BASIS_POINTS\n",
        "        maker_fee_minor = round(fill_notional_minor * (maker.maker_bps / BASIS_POINTS))\n",
    ),
    Mutant(
        "fee not posted to the venue",
        "The fee is paid; where it goes is booked later.",
        f"{BOOK}/record.py",
        "    if fees_minor:\n",
        "    if fees_minor < 0:\n",
    ),
    Mutant(
        "price improvement kept",
        "What was held was spent.",
        f"{BOOK}/record.py",
        "            postings.append((account_id, order_id, held, -leaves_minor, free_minor))\n",
        "            postings.append((account_id, order_id, held, -leaves_minor, 0))\n",
    ),
    Mutant(
        "partial batch failure reported as success",
        "What failed is logged; the queue need not know.",
        "functions/matching/handler.py",
        "            failed += group.message_ids\n",
        "            failed += []\n",
        claim="tests/functions/test_path.py::test_a_failed_batch_is_reported_whole_and_in_order",
    ),
    Mutant(
        "items moved beside the record that says so",
        "What goes at once may go with the put, too: it hardly ever fails.",
        "functions/matching/handler.py",
        "    records: list[Committed] = []\n",
        "    book = books.current(symbol).book\n"
        "    early = book.decide([one.command for one in messages])\n"
        "    if early is not None:\n"
        "        if early.record is not None:\n"
        "            at_once(orders.showing([(early.sequence, early.record)]))\n"
        "        book.undo(early)\n"
        "    records: list[Committed] = []\n",
    ),
    Mutant(
        "a failure among calls that go at once is nobody's",
        "The thread that made the call knows.",
        f"{RUNTIME}/at_once.py",
        "    return [first, *(one.result() for one in begun)]\n",
        "    return [first, *(one.result() for one in begun if one.exception() is None)]\n",
        claim="tests/zerodesk_aws/test_at_once.py",
    ),
    Mutant(
        "announced before it is journaled",
        "Listeners want to know early, and the put will succeed.",
        "functions/matching/handler.py",
        "    records: list[Committed] = []\n",
        "    book = books.current(symbol).book\n"
        "    early = book.decide([one.command for one in messages])\n"
        "    if early is not None:\n"
        "        if early.record is not None:\n"
        "            bus.publish(of_record(symbol, early.sequence, early.record))\n"
        "        book.undo(early)\n"
        "    records: list[Committed] = []\n",
    ),
    Mutant(
        "what is prevented counts as filled",
        "An order that is done is done.",
        f"{BOOK}/reducing.py",
        "    order.remaining_lots -= lots\n    order.quantity_lots -= lots\n",
        "    order.remaining_lots -= lots\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "own orders count for all or nothing",
        "What the book offers it offers to everybody.",
        f"{BOOK}/entering.py",
        "    if order.self_trade == NONE and not state.reducing:\n        return other_side",
        "    if order.self_trade:\n        return other_side",
        claim="tests/scenarios",
    ),
    Mutant(
        "hidden lots not offered",
        "What nobody sees is not there.",
        f"{BOOK}/ladder.py",
        "            quantity_lots -= level.quantity_lots + level.hidden_lots\n",
        "            quantity_lots -= level.quantity_lots\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "an iceberg gives its hold back with its first lots",
        "A filled order holds nothing.",
        f"{BOOK}/fills.py",
        "        order.hidden_lots,\n        state.tick_value_minor,\n",
        "        shown_lots,\n        state.tick_value_minor,\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "a row keeps less than was said",
        "A row has all that matters.",
        f"{DOMAIN}/rows.py",
        "    return row if _event(symbol, row) == event else event\n",
        "    return row\n",
        claim="tests/zerodesk/test_rows.py",
    ),
    Mutant(
        "first price of a sweep not seen",
        "The last trade is the one that counts.",
        f"{BOOK}/fills.py",
        "        see_prices(state, draft, fills[0][2], price_ticks)",
        "        see_prices(state, draft, price_ticks, price_ticks)",
        claim="tests/scenarios",
    ),
    Mutant(
        "take-profits wait as stops do",
        "A buyer waits for a rise, a seller for a fall.",
        f"{DOMAIN}/orders.py",
        "    return is_buy == (trigger == Trigger.STOP)\n",
        "    return is_buy\n",
    ),
    Mutant(
        "a triggered order waits for the next taker",
        "What a trade has triggered comes in when there is time.",
        f"{BOOK}/decide.py",
        "        if state.prices_ticks is not None:\n            run_triggered(state, draft)\n"
        "        consumed",
        "        consumed",
    ),
    Mutant(
        "an armed order put back is not counted",
        "What is taken back is as it was.",
        f"{BOOK}/queues.py",
        "        self.armed += order.is_armed\n",
        "",
    ),
    Mutant(
        "hold of a triggered order given back twice",
        "A triggered order holds what its command says.",
        f"{BOOK}/triggers.py",
        "    order.held_minor = armed.need_minor(\n"
        "        armed.remaining_lots,\n        state.tick_value_minor,\n"
        "        state.delivered_minor,\n        state.is_option,\n    )\n",
        '    order.held_minor = armed.command["held_minor"]\n',
        claim=CLAIMS,
    ),
    Mutant(
        "only a look at the time ends orders",
        "The sweeper comes every minute, that is soon enough.",
        f"{BOOK}/decide.py",
        "                if state.expiries and not expire_due(state, draft, command_id):\n"
        "                    break\n",
        "",
        claim="tests/scenarios",
    ),
    Mutant(
        "the end of an order put back is forgotten",
        "What is taken back is as it was.",
        f"{BOOK}/draft.py",
        "            state.keep_expiry(order)\n",
        "",
    ),
)
