"""The options of ``order``: what an order may say beyond side, quantity and market."""

from typing import Annotated

import typer

from zerodesk.orders import SelfTrade, Side, TimeInForce

SideArgument = Annotated[
    Side, typer.Argument(metavar="buy|sell", case_sensitive=False, show_choices=False)
]
QuantityArgument = Annotated[
    str,
    typer.Argument(metavar="QUANTITY", help="In the base currency, unless it is an --amount."),
]
AmountOption = Annotated[
    bool,
    typer.Option(
        "--amount",
        help="QUANTITY is an amount in the quote currency, to spend or to sell for at the "
        "market: whole lots while it covers them, never beyond it, fee not in it.",
    ),
]
PriceOption = Annotated[
    str | None,
    typer.Option("--price", help="Limit, in the quote currency; without it, at the market."),
]
TimeInForceOption = Annotated[
    TimeInForce | None,
    typer.Option(
        "--tif",
        case_sensitive=False,
        help="GTC rests, DAY to the end of the day in UTC; IOC does not, FOK is all or "
        "nothing. A limit is GTC by default, a market order IOC.",
    ),
]
PostOnlyOption = Annotated[
    bool, typer.Option("--post-only", help="Refuse it if it would trade at once.")
]
SlideOption = Annotated[
    bool, typer.Option("--slide", help="With --post-only: rest a tick short instead.")
]
ReduceOnlyOption = Annotated[
    bool, typer.Option("--reduce-only", help="Close what is open, and open nothing.")
]
SelfTradeOption = Annotated[
    SelfTrade | None,
    typer.Option(
        case_sensitive=False,
        help="Instead of trading with the account's own orders: expire the taker, the maker or "
        "both, or take the smaller quantity off both.",
    ),
]
MinOption = Annotated[
    str | None, typer.Option("--min", help="IOC: trade at least so much, or nothing.")
]
DisplayOption = Annotated[
    str | None, typer.Option("--display", help="Show no more than so much of what rests.")
]
StopOption = Annotated[
    str | None,
    typer.Option(help="Wait for the market to go through this price, then come in."),
]
TakeProfitOption = Annotated[
    str | None,
    typer.Option(help="Wait for the market to come back to this price, then come in."),
]
TrailOption = Annotated[
    str | None, typer.Option(help="With --stop: the trigger follows at this distance.")
]
TrailBpsOption = Annotated[
    int | None, typer.Option(help="The same, in basis points of the last trade.")
]
OrStopOption = Annotated[
    str | None,
    typer.Option(
        "--or-stop",
        help="With --price: one cancels the other. Until its first trade the limit waits for "
        "the market to go through this price as well, and then comes in at the market.",
    ),
]
StopLimitOption = Annotated[
    str | None, typer.Option("--stop-limit", help="With --or-stop: no further, and rest there.")
]
ThenPriceOption = Annotated[
    str | None,
    typer.Option(
        "--then-price",
        help="One triggers the other: once all of it is filled, the same quantity the other "
        "way at this limit. Whatever else ends one of the two ends the other.",
    ),
]
ThenStopOption = Annotated[
    str | None,
    typer.Option(
        "--then-stop",
        help="The same with a stop at this price, at the market; with --then-price whichever "
        "of the two comes first.",
    ),
]
ThenQuantityOption = Annotated[
    str | None, typer.Option("--then-quantity", help="How much of it, if not the same.")
]
UntilOption = Annotated[
    str | None, typer.Option(help="GTD: rest until this time, UTC if it says no more.")
]
