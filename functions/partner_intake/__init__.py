"""Place the orders that partners ask for on the bus, and answer there.

Trigger  OrderRequested on the bus, from a source partner.<name>
Input    events/schemas/partner/OrderRequested.v1.json: the body of POST /v1/orders
Output   OrderAccepted with the order, or OrderRejected with the problem or the refusal; the same
         request again is answered again, and happens once
Faults   what makes a request unanswerable for the moment is raised, and Lambda tries again
Writes   as order_intake does: one conditional put of the order's item before anything else
"""
