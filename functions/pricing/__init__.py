"""Quote one order: mark, collar, worst price, worst cost, fees. Mark the options each minute.

Trigger  "Price" in functions/order_workflow/workflow.asl.yaml; the schedule "mark-options"
Input    the order as intake stored it; from the schedule, nothing
Output   {"verdict": "PRICED", quote} or {"verdict": "REFUSED", rejection}; a refusal is an
         answer, and risk_check puts it on record
Faults   StaleMarketError: the market table does not show the market yet; ServiceBusyError: it is
         too busy, or does not answer (the workflow retries both by name)
Writes   nothing for an order; the market table's entry of each option that is marked, a later one
         over an earlier one only
"""
