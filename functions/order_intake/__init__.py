"""Take orders, amends and cancels in over HTTPS, and answer with what the book made of them.

Trigger  POST and DELETE /v1/orders, POST /v1/orders/batch and /v1/orders/cancel-after, PATCH and
         DELETE /v1/orders/{order_id}, POST /v1/orders/{order_id}/replace
Input    PlaceOrder, PlaceOrders, AmendOrder, ReplaceOrder, CancelOrders and CancelAfter of
         zerodesk_aws.contracts.orders and .order_changes; docs/openapi.json says it for clients
Output   the order after matching (201, 200), or as it stands after two seconds (202)
Faults   none for the client: what is refused is a problem document, and what was not answered in
         time is 503 and may be repeated
Writes   the item of the order, the amend or the cancel: one conditional put each, before
         anything else happens; that a cancel of many is done; a dead
         man's switch, each time only as it was read
"""
