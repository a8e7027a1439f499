"""Quote orders of options off the surfaces of the market table, and take those in.

Trigger  PUT, GET /v1/markets/{symbol}/surface; POST /v1/pricing/quote
Input    zerodesk_aws.contracts.option_quotes
Output   the surface as it was published; a quote: fair value, Greeks, collar, fees, risk array
Faults   none for the client but 503 where the surface has run out: stale data is never guessed
Writes   the market table's entry of the surface (operators), a later one over an earlier one only
"""
