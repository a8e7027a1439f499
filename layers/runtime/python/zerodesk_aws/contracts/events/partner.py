"""``partner.*``: what a partner asks for."""

from zerodesk_aws.contracts.fields import ClientOrderId
from zerodesk_aws.contracts.orders import PlaceOrder


class OrderRequested(PlaceOrder):
    """A partner asks for an order: the body of POST /v1/orders, for the partner's account."""

    client_order_id: ClientOrderId
