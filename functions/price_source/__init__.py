"""Take index prices in, and send each to its book as a command; read them where feeds are set.

Trigger  POST /v1/markets/{symbol}/index-prices, GET /v1/feeds, PUT and DELETE /v1/feeds/{symbol}
         (operators); IndexPriceObserved on the bus, from a source prices.<name>; the clock, each
         minute
Input    ReportIndexPrice, SetFeed, RemoveFeed; events/schemas/prices/IndexPriceObserved.v1.json
Output   the price as the book will take it, to the nearest tick (202); the feeds
Faults   the bus's event again when the queue did not take the command; an event that breaks its
         schema or names no market is dropped and counted; a feed that tells nothing usable is
         counted, and left alone by its breaker after three times
Writes   control#feeds; the book's record keeps the price
Tells    FeedStopped, FeedResumed
"""
