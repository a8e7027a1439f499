"""Answer what was, is and is for sale: orders, balances, fills, markets, books, trades.

Trigger  the GET routes of the API
Input    zerodesk_aws.contracts.orders and .markets; docs/openapi.json says it for clients
Output   what stands in the journal and its projections, read strongly, looked up under the caller's
         account; lists in pages
Faults   none for the client; a cursor of another list or another account is a bad value
Writes   nothing
"""
