"""Bugs in accounts and in settlement: watermarks, cursors, leases, releases, entries."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

ACCOUNTS: Final = f"{DOMAIN}/accounts.py"
DUES: Final = f"{DOMAIN}/dues.py"
RUN: Final = "functions/settlement/run.py"
CURSORS: Final = f"{RUNTIME}/tables/cursors.py"

MUTANTS: Final = (
    Mutant(
        "no watermark",
        "The cursor says what is settled.",
        DUES,
        "    fresh = [due for due in dues if watermark < due.sequence <= upto]\n",
        "    fresh = [due for due in dues if due.sequence <= upto]\n",
    ),
    Mutant(
        "watermark not raised",
        "The watermark is written when the cursor moves.",
        DUES,
        "        watermarks=state.watermarks | {symbol: upto},\n",
        "        watermarks=state.watermarks,\n",
    ),
    Mutant(
        "netted before the account was read (rule 1)",
        "What is owed is netted once, against the watermark as it was before the race.",
        RUN,
        "        def decide(account: Account) -> Change | None:\n"
        "            return settle(account.state, symbol, upto, dues)\n",
        "        before = self._accounts.latest(account_id).state.watermarks.get(symbol, 0)\n\n"
        "        def decide(account: Account) -> Change | None:\n"
        "            marks = account.state.watermarks | {symbol: before}\n"
        "            return settle(account.state.replace(watermarks=marks), symbol, upto, dues)\n",
    ),
    Mutant(
        "cursor moved before the accounts are posted",
        "The records are read, so the cursor may move.",
        RUN,
        "        self._orders.catch_up(bodies)\n",
        "        self._orders.catch_up(bodies)\n"
        "        self._cursors.advance(settlement_cursor(symbol), upto)\n",
    ),
    Mutant(
        "cursor moved although an account failed",
        "One account's contention must not hold up all the others.",
        RUN,
        "        for account in at_once(settled):\n"
        "            yield position_changed(symbol, account)\n",
        "        for one in settled:\n"
        "            try:\n"
        "                account = one()\n"
        "            except Exception:\n"
        "                continue\n"
        "            yield position_changed(symbol, account)\n",
    ),
    Mutant(
        "items not moved again by settlement (rule 5)",
        "Matching has shown its records; settlement is about money.",
        RUN,
        "        self._orders.catch_up(bodies)\n",
        "",
    ),
    Mutant(
        "lease that never runs out",
        "Whoever has the lease gives it back.",
        CURSORS,
        "OR #until_ms < :at_ms OR",
        "OR #until_ms = :at_ms OR",
    ),
    Mutant(
        "what came meanwhile not settled",
        "Whoever appended it wakes settlement, too.",
        RUN,
        "more=self._owes(symbol, upto)",
        "more=False",
        claim="tests/functions/test_path.py"
        "::test_a_run_comes_again_for_what_is_owed_since_and_not_for_an_order_that_rests[True]",
    ),
    Mutant(
        "answers to what waits left for the next trade",
        "A record that moves no money leaves nothing to settle.",
        f"{DOMAIN}/settlement.py",
        'body["postings"] or body["releases"] or waiting',
        'body["postings"] or body["releases"]',
        claim="tests/zerodesk/test_settlement.py"
        "::test_a_record_leaves_something_that_moves_money_gives_back_or_answers_what_waits",
    ),
    Mutant(
        "stale lease trusted",
        "Who has the lease is alone, so what was read under it stays true.",
        RUN,
        "            return settle(account.state, symbol, upto, dues)\n\n"
        "        account = self._accounts.commit(account_id, decide)\n",
        "            first.append(account.state)\n"
        "            return settle(first[0], symbol, upto, dues)\n\n"
        "        first: list = []\n"
        "        account = self._accounts.commit(account_id, decide)\n",
    ),
    Mutant(
        "release forgotten",
        "The postings say all that an account is owed.",
        DUES,
        "            _release(order_id, free, holds, moved, paid)\n",
        "            holds.get(order_id)\n",
    ),
    Mutant(
        "release pays and keeps the hold",
        "What is released is free again.",
        DUES,
        "    held = holds.pop(order_id, None)\n",
        "    held = holds.get(order_id)\n",
    ),
    Mutant(
        "accounts with releases alone left out",
        "Who has no posting is owed nothing.",
        f"{DOMAIN}/settlement.py",
        "        for account_id in sorted({*postings, *releases})\n",
        "        for account_id in sorted(postings)\n",
    ),
    Mutant(
        "fees settled like an account (rule 14)",
        "The venue is an account like any other.",
        f"{DOMAIN}/settlement.py",
        "    for own in own_accounts(symbol):\n        postings.pop(own, None)\n",
        "",
    ),
    Mutant(
        "settlement without its clearing entry",
        "What arrives is entered; where it comes from is known.",
        DUES,
        "    entries += [(clearing, currency, minor)"
        " for currency, minor in sorted(owed.items()) if minor]\n",
        "    assert clearing\n",
    ),
    Mutant(
        "entries of a hold not balanced",
        "What is held is not gone, so it is no debit.",
        ACCOUNTS,
        "    entries = (purse(state, symbol), currency, -need_minor), (HELD, currency, need_minor)\n",
        "    entries = ((HELD, currency, need_minor),)\n",
    ),
    Mutant(
        "entries of a rejection move money",
        "A rejection gives back what was asked for.",
        ACCOUNTS,
        '        {"kind": "reject", "order_id": order_id, "rejection": rejection.to_dict()},\n'
        "        (),\n",
        '        {"kind": "reject", "order_id": order_id, "rejection": rejection.to_dict()},\n'
        '        ((AVAILABLE, "USD", 1), (EXTERNAL, "USD", -1)),\n',
    ),
    Mutant(
        "partly used hold released whole",
        "An order that traded is done with its hold.",
        DUES,
        "        if rest_minor:\n            holds[order_id]",
        "        if rest_minor and not available_delta_minor:\n            holds[order_id]",
    ),
    Mutant(
        "reconciled as of now, not of the watermark (rule 9)",
        "Book and account are compared as both stand.",
        f"{DOMAIN}/reconciliation/compare.py",
        "        owed.fold(max(watermark, end if due is None else due - 1))\n",
        "        owed.fold(max(watermark, book.sequence))\n",
        claim="tests/zerodesk/reconciliation/test_compare.py",
    ),
    Mutant(
        "skipped settlement not looked for",
        "A cursor that has passed has settled.",
        f"{DOMAIN}/reconciliation/compare.py",
        "        if due is not None and due <= cursor:\n",
        "        if due is not None and due < watermark:\n",
        claim="tests/zerodesk/reconciliation/test_corruption.py",
    ),
)
