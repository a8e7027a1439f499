"""Risk: may this order proceed? The chain is data, the checks are pure."""

from zerodesk.risk.chain import CHAIN, MAX_OPEN_ORDERS, assess

__all__ = ["CHAIN", "MAX_OPEN_ORDERS", "assess"]
