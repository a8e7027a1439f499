"""Bugs on the way in: gates, prices, the risk check, and what clients are told."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

ITEMS: Final = f"{RUNTIME}/tables/orders.py"
DECISION: Final = "functions/risk_check/decision.py"
PATH: Final = f"{RUNTIME}/order_path.py"

DEPOSIT_DONE: Final = "self._orders.status(account_id, gate) == DONE"
DEPOSIT_ANSWERED: Final = "gate in account.state.answered"

MUTANTS: Final = (
    Mutant(
        "special terms left behind",
        "An order is its side, its price and its quantity.",
        "functions/risk_check/decision.py",
        '    return cast("PlaceCommand", command | special)\n',
        "    return command\n",
    ),
    Mutant(
        "price in the book not shown",
        "An order is shown at the price that was asked for.",
        f"{RUNTIME}/tables/orders.py",
        '    "price_ticks",\n    "held_minor",\n    "filled_notional_minor",\n    "fee_minor",\n'
        '    "rejection",\n)\n',
        '    "held_minor",\n    "filled_notional_minor",\n    "fee_minor",\n    "rejection",\n)\n',
    ),
    Mutant(
        "gate without condition",
        "Ids are unique, so the put needs no condition.",
        ITEMS,
        '            put_new(self._table_name, item.written(), absent="order_id")\n',
        "            from zerodesk_aws.clients import tables\n\n"
        "            tables().put_item(TableName=self._table_name, Item=item.written())\n",
    ),
    Mutant(
        "gate without fingerprint",
        "The same id is the same order.",
        PATH,
        "    if item.fingerprint != asked_for:\n",
        "    if not item.fingerprint:\n",
    ),
    Mutant(
        "deposit gate without fingerprint",
        "The same id is the same deposit.",
        f"{RUNTIME}/api/once.py",
        "    if item.fingerprint != digest:\n",
        "    if not item.fingerprint:\n",
        claim="tests/functions/back_office/test_accounts.py"
        "::test_another_body_under_the_same_deposit_id_is_a_conflict",
    ),
    Mutant(
        "item updated without condition",
        "The last writer knows best.",
        ITEMS,
        '        condition, compared = one_of("status", before)\n',
        '        condition, compared = "attribute_exists(#status) OR attribute_not_exists(#status)", None\n',
    ),
    Mutant(
        "item's status goes back",
        "What is not over may be moved by every record.",
        f"{RUNTIME}/tables/items.py",
        "OR #{by} < :{by})",
        "OR #{by} < :{by} OR attribute_exists(placed_at_ms))",
    ),
    Mutant(
        "items caught up only once",
        "An item that some record has shown is in matching's hands.",
        ITEMS,
        "            if item.status in STILL_MOVING and int(item.book_sequence or 0) < sequence:\n",
        "            if item.status in STILL_MOVING and not item.book_sequence:\n",
    ),
    Mutant(
        "item before journal",
        "The client waits; the refusal is shown first and recorded right after.",
        DECISION,
        "        return admit(case, place_command(order, quote))\n",
        "        change = admit(case, place_command(order, quote))\n"
        '        if change.cause["kind"] == "reject":\n'
        "            orders.project_rejection(\n"
        '                order["account_id"], order_id, change.cause["rejection"],\n'
        '                account.sequence + 1, order["accepted_at_ms"],\n'
        "            )\n"
        "        return change\n",
    ),
    Mutant(
        "rejection not journaled (rule 3)",
        "A refusal moves nothing, so it needs no record.",
        DECISION,
        "        return admit(case, place_command(order, quote))\n",
        "        change = admit(case, place_command(order, quote))\n"
        '        if change.cause["kind"] == "reject":\n'
        "            orders.project_rejection(\n"
        '                order["account_id"], order_id, change.cause["rejection"],\n'
        '                account.sequence, order["accepted_at_ms"],\n'
        "            )\n"
        "            return None\n"
        "        return change\n",
    ),
    Mutant(
        "answers forgotten before their items show them (rule 3)",
        "The answer is on record; the state need not carry it.",
        f"{RUNTIME}/gates.py",
        "    return without_answers(account.state, shown)\n",
        "    return without_answers(account.state, [*shown, *account.state.answered])\n",
    ),
    Mutant(
        "item not read by the risk check (rule 3)",
        "What the account does not know has not been decided.",
        DECISION,
        "        if status != OrderStatus.QUEUED or order_id in state.holds"
        " or order_id in state.answered:\n",
        "        if order_id in state.holds or order_id in state.answered:\n",
    ),
    Mutant(
        "hold taken twice",
        "The item says whether the order is decided.",
        DECISION,
        "        if status != OrderStatus.QUEUED or order_id in state.holds"
        " or order_id in state.answered:\n",
        "        if status != OrderStatus.QUEUED or order_id in state.answered:\n",
    ),
    Mutant(
        "repeat priced anew (rule 4)",
        "The latest quote is the best one.",
        "functions/risk_check/handler.py",
        '    return answer(account, asked["order_id"])\n',
        "    from risk_check.decision import place_command\n"
        "    from zerodesk.pricing.order_quote import Quote\n\n"
        '    if asked["order_id"] not in account.state.holds:\n'
        '        return answer(account, asked["order_id"])\n'
        '    if quoted["verdict"] == "REFUSED":\n'
        '        return {"verdict": "DONE"}\n'
        '    quote = Quote.from_dict(quoted["quote"])\n'
        '    return {"verdict": "HELD", "command": place_command(asked, quote)}\n',
    ),
    Mutant(
        "no balance check",
        "Clients know what they have.",
        f"{DOMAIN}/risk/chain.py",
        "    balance_covers_need,\n    position_within_limit,\n",
        "    position_within_limit,\n",
    ),
    Mutant(
        "held money counted as free",
        "What an account has is what it may use.",
        f"{DOMAIN}/risk/chain.py",
        "    have_minor = state.available.get(quote.need_currency, 0)\n",
        "    have_minor = state.available.get(quote.need_currency, 0)"
        " + state.held_minor(quote.need_currency)\n",
    ),
    Mutant(
        "no bound on open orders (rule 13)",
        "An account may have as many orders as it likes.",
        f"{DOMAIN}/risk/chain.py",
        "    open_orders_within_limit,\n    balance_covers_need,\n",
        "    balance_covers_need,\n",
        claim="tests/zerodesk/risk/test_chain.py"
        "::test_the_last_order_within_the_limit_proceeds_and_one_more_is_refused",
    ),
    Mutant(
        "hold without the fee",
        "The fee comes out of what is left.",
        f"{DOMAIN}/pricing/order_quote.py",
        "        worst_ticks, quantity_lots, market.taker_bps, is_buy=side is Side.BUY\n",
        "        worst_ticks, quantity_lots, 0, is_buy=side is Side.BUY\n",
    ),
    Mutant(
        "collar not applied",
        "A limit is a limit.",
        f"{DOMAIN}/pricing/order_quote.py",
        "    if collar.admits(price_ticks):\n",
        "    if price_ticks > 0:\n",
        claim="tests/zerodesk/pricing/test_order_quote.py",
    ),
    Mutant(
        "202 before the hold (rule 11)",
        "The order is taken in, and that is what 202 says.",
        PATH,
        '        if not answered and (output is None or output["verdict"] not in RECORDED):\n',
        "        if not answered and item is None:\n",
    ),
    Mutant(
        "cancel answered before the book",
        "The cancel is sent, so the order is as good as cancelled.",
        "functions/order_intake/cancels.py",
        "answered=status.is_terminal)",
        "answered=True)",
    ),
    Mutant(
        "deposit remembered by its item alone",
        "The item says whether a deposit is done.",
        f"{RUNTIME}/deposits.py",
        f"            if {DEPOSIT_DONE} or {DEPOSIT_ANSWERED}:\n",
        f"            if {DEPOSIT_DONE}:\n",
    ),
    Mutant(
        "deposit remembered by its account alone",
        "The account says whether a deposit is done.",
        f"{RUNTIME}/deposits.py",
        f"            if {DEPOSIT_DONE} or {DEPOSIT_ANSWERED}:\n",
        f"            if {DEPOSIT_ANSWERED}:\n",
    ),
    Mutant(
        "dual write of a deposit",
        "The item is marked done first, so that it is done once.",
        f"{RUNTIME}/deposits.py",
        "            state = without_shown(account, self._orders)\n",
        "            self._orders.finish_gate(account_id, gate, account.sequence + 1, now_ms())\n"
        "            state = without_shown(account, self._orders)\n",
    ),
    Mutant(
        "float money at the edge",
        "A double has fifteen digits, and nobody deposits more.",
        f"{DOMAIN}/money.py",
        '    whole = int("".join(map(str, figures)))\n',
        '    whole = int(float("".join(map(str, figures))))\n',
        claim="tests/zerodesk/test_money.py",
    ),
    Mutant(
        "digits beyond the precision dropped",
        "What is finer than the ledger is not worth an error.",
        f"{DOMAIN}/money.py",
        "    if rest:\n        return None\n",
        "    if rest < 0:\n        return None\n",
        claim="tests/zerodesk/test_money.py",
    ),
    Mutant(
        "digits beyond 28 truncated",
        "Decimal is exact; that it rounds to 28 digits unless told otherwise is a detail.",
        f"{DOMAIN}/money.py",
        "        magnitude, rest = whole * power_of_ten(shift), 0\n",
        "        magnitude, rest = int(Decimal(whole).scaleb(shift)), 0\n",
        claim="tests/zerodesk/test_money.py"
        "::test_the_longest_number_of_the_grammar_is_scaled_to_its_last_digit",
    ),
    Mutant(
        "one refused order refuses the batch",
        "A request is taken or refused.",
        "functions/order_intake/batches.py",
        "        except ProblemError as problem:\n            return problem\n",
        "        except ProblemError:\n            raise\n",
        claim="tests/functions/order_intake/test_batch.py"
        "::test_each_order_is_answered_as_if_it_came_alone",
    ),
    Mutant(
        "batch told 202 before the hold (rule 11)",
        "Its workflow has begun.",
        "functions/order_intake/batches.py",
        "    if placed.answered or item.order_id in held:\n",
        "    if placed.answered or item.order_id not in held or held:\n",
        claim="tests/functions/order_intake/test_batch.py"
        "::test_an_order_of_which_not_even_the_hold_is_known_is_to_be_asked_for_again",
    ),
)
