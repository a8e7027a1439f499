"""Take index prices in, and send each to its book as a command.

Trigger  POST /v1/markets/{symbol}/index-prices (operators); IndexPriceObserved on the bus, from a
         source prices.<name>
Input    ReportIndexPrice; events/schemas/prices/IndexPriceObserved.v1.json
Output   the price as the book will take it, to the nearest tick (202)
Faults   the bus's event again when the queue did not take the command; an event that breaks its
         schema or names no market is dropped and counted
Writes   nothing: the book's record keeps the price
"""
