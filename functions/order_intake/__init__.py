"""Take orders, amends and cancels in over HTTPS, and answer with what the book made of them.

Trigger  POST and DELETE /v1/orders, POST /v1/orders/batch, PATCH and DELETE /v1/orders/{order_id}
Input    zerodesk_aws.contracts.orders.PlaceOrder, PlaceOrders, AmendOrder,
         CancelOrders;
         docs/openapi.json says it for clients
Output   the order after matching (201, 200), or as it stands after two seconds (202)
Faults   none for the client: what is refused is a problem document, and what was not answered in
         time is 503 and may be repeated
Writes   the item of the order, the amend or the cancel: one conditional put each, before
         anything else happens; that a cancel of many is done
"""
