"""The typed client: one method per route, for one key."""

from zerodesk_client.api.market_data import MarketData
from zerodesk_client.api.operating import Operating
from zerodesk_client.api.trading import Trading


class Client(Trading, MarketData, Operating):
    """The API with one key: what a trader, anybody and the operator of a venue ask for.

    Thread-safe; ``with_key`` shares the connections with another key. Every call raises
    ``ApiProblem`` when the venue refuses, ``UnreachableError`` when it does not answer within the
    policy's patience, ``UnexpectedAnswerError`` when it is not understood.
    """
