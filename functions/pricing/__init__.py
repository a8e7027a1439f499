"""Quote one order: mark, collar, worst price, worst cost, fees.

Trigger  "Price" in functions/order_workflow/workflow.asl.yaml
Input    the order as intake stored it
Output   {"verdict": "PRICED", quote} or {"verdict": "REFUSED", rejection}; a refusal is an
         answer, and risk_check puts it on record
Faults   StaleMarketError: the market table does not show the market yet (the workflow retries)
Writes   nothing
"""
