"""Decide whether one order, or one amend, may proceed, and hold what it could cost.

Trigger  "Check risk" in functions/order_workflow/workflow.asl.yaml
Input    {"order": the order or amend as intake stored it, "quote": the answer of pricing}
Output   {"verdict": "HELD", "command": what goes to the book}, {"verdict": "REJECTED",
         "rejection"}, or {"verdict": "DONE"} when the order has been answered already
Reads    the limits of the venue and its groups, and fee tiers; marks and what the market traded
         lately, where a limit asks for them
Faults   JournalContentionError, JournalUnavailableError, ServiceBusyError (the workflow retries all
         of them by name)
Writes   one record of the account's journal: the hold, or the refusal; then, for a refusal,
         the order's item
"""
