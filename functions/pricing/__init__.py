"""Quote one order: mark, collar, worst price, worst cost, fees. Mark the options each minute.

Trigger  "Price" in functions/order_workflow/workflow.asl.yaml; the schedule "mark-options"
Input    {"order": as intake stored it, "shown": its market as the workflow has just read it};
         from the schedule, {"schedule"}
Output   {"verdict": "PRICED", quote} or {"verdict": "REFUSED", rejection}; a refusal is an
         answer, and risk_check puts it on record
Faults   StaleMarketError: the market table did not show the market yet (the workflow looks again);
         ServiceBusyError: what an option is priced by is not answered (the workflow retries it)
Writes   nothing for an order; the market table's entry of each option that is marked, a later one
         over an earlier one only
"""
