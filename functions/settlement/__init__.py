"""Settle accounts with a book: read its journal from the cursor, net, append per account.

Trigger  "Settle accounts" in functions/settlement_workflow/workflow.asl.yaml
Input    {"symbol"}
Output   {"symbol", "announcements": entries for the bus in lists of ten, "more": whether the
         journal has something to settle since}
Faults   JournalContentionError, JournalUnavailableError, ServiceBusyError (the workflow retries all
         of them by name)
Writes   order items that matching did not get to write; one record per account, which raises
         its watermark for the book; of a derivative, who holds it; then the cursor, with what the
         book traded by the hour and what a tick is worth there. Each may be repeated, lost or late.
"""
