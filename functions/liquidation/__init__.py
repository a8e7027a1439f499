"""One step of the liquidation of one account.

Trigger  each task of functions/liquidation_workflow/workflow.asl.yaml
Input    {"step": LOOK, CANCEL_ORDERS, REDUCE, INSURE or DELEVERAGE, "account_id",
         "number"}
Output   {"next": ENDED, WAIT, or one of these steps}: of a look what to do, else to look again
Faults   JournalContentionError, JournalUnavailableError, EventsNotTakenError, ServiceBusyError (the
         workflow retries all of them by name)
Writes   one record of the account's journal for each order that reduces it, with what it
         needs held, for each payment of the insurance fund, for each takeover by others, and for
         the end; before it the order's item, behind it the command to the book, or the fund's
         record that sends the money and the account's that receives it; the cancel of many. Each
         step does nothing where the account is not as it was looked at.
Tells    LiquidationStarted, LiquidationStepTaken, LiquidationInsured, LiquidationEnded: from the
         journal, at least once; TransferSent and TransferReceived behind a payment's records
"""
