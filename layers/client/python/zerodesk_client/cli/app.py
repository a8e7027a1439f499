"""The commands put together, and the options that all of them take."""

from typing import Annotated

import typer

from zerodesk_client.cli import (
    accounts,
    batches,
    cost,
    debugging,
    demo,
    feeds,
    fees,
    funds,
    halts,
    history,
    insurance,
    isolated,
    kills,
    limits,
    margin,
    market_terms,
    markets,
    options,
    orders,
    partners,
    pricing_jobs,
    reconciliation,
    replay,
    statements,
    surfaces,
    switches,
    venue,
)
from zerodesk_client.cli.exits import ExitCode
from zerodesk_client.cli.group import ZerodeskGroup
from zerodesk_client.cli.session import Session

EPILOG = (
    "--json, --api-url, --key and --account may stand after the command, too. "
    f"Exit codes: {'; '.join(f'{code.value} {code.meaning}' for code in ExitCode)}."
)

app = typer.Typer(
    cls=ZerodeskGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Zerodesk: a trading platform with no servers, on this machine or on AWS.",
    epilog=EPILOG,
)


@app.callback()
def root(
    context: typer.Context,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document on stdout.")
    ] = False,
    api_url: Annotated[
        str | None,
        typer.Option(
            "--api-url",
            help="The API; else ZERODESK_API_URL, else the local cloud's.",
            metavar="URL",
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="An API key; else ZERODESK_API_KEY, else credentials.json."),
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", help="Act for this account of credentials.json; else demo."),
    ] = None,
) -> None:
    """Prepare what every command stands on."""
    session = Session(as_json=as_json, api_url=api_url, key=key, account=account)
    context.obj = session
    context.call_on_close(session.closing.close)


LOCAL = "The local cloud"
SHOWS = "Live and recorded markets"
TRADING = "Trading"
MONEY = "The money of an account"
OPERATING = "Running the venue"
HISTORY = "The journal"
OPTIONS = "Options, on this machine or as jobs of the venue"

app.command(rich_help_panel=LOCAL)(venue.up)
app.command(rich_help_panel=LOCAL)(venue.down)
app.command(rich_help_panel=LOCAL)(venue.status)
app.command(rich_help_panel=LOCAL)(venue.logs)
app.command(rich_help_panel=LOCAL)(debugging.debug)
app.command(rich_help_panel=SHOWS)(demo.demo)
app.command(rich_help_panel=SHOWS)(replay.replay)
app.command(rich_help_panel=SHOWS)(cost.cost)
app.command(rich_help_panel=TRADING)(orders.order)
app.command(rich_help_panel=TRADING)(batches.batch)
app.command(rich_help_panel=TRADING)(orders.amend)
app.command(rich_help_panel=TRADING)(batches.replace)
app.command(rich_help_panel=TRADING)(orders.cancel)
app.command(rich_help_panel=TRADING)(switches.cancel_after)
app.command(rich_help_panel=TRADING)(orders.orders)
app.command(rich_help_panel=TRADING)(orders.fills)
app.command(rich_help_panel=TRADING)(markets.markets)
app.command(rich_help_panel=TRADING)(markets.book)
app.command(rich_help_panel=TRADING)(markets.trades)
app.command(rich_help_panel=TRADING)(markets.ticker)
app.command(rich_help_panel=TRADING)(markets.funding)
app.command(rich_help_panel=TRADING)(surfaces.quote)
app.command(rich_help_panel=MONEY)(accounts.balances)
app.command(rich_help_panel=MONEY)(limits.positions)
app.command(rich_help_panel=MONEY)(margin.margin)
app.command(rich_help_panel=MONEY)(margin.preview)
app.add_typer(isolated.isolated_app, name="isolated", rich_help_panel=MONEY)
app.command(rich_help_panel=MONEY)(limits.limits)
app.command(rich_help_panel=MONEY)(fees.fees)
app.command(rich_help_panel=MONEY)(statements.statement)
app.command(rich_help_panel=MONEY)(funds.withdraw)
app.command(rich_help_panel=MONEY)(funds.transfer)
app.add_typer(accounts.account_app, name="account", rich_help_panel=OPERATING)
app.add_typer(accounts.key_app, name="key", rich_help_panel=OPERATING)
app.command(rich_help_panel=OPERATING)(accounts.deposit)
app.command(rich_help_panel=OPERATING)(markets.halt)
app.command(rich_help_panel=OPERATING)(markets.resume)
app.command(rich_help_panel=OPERATING)(markets.auction)
app.command(rich_help_panel=OPERATING)(kills.kill)
app.command(rich_help_panel=OPERATING)(kills.unkill)
app.command(rich_help_panel=OPERATING)(kills.kills)
app.command(rich_help_panel=OPERATING)(halts.halts)
app.command(rich_help_panel=OPERATING)(markets.takeover)
app.command(rich_help_panel=OPERATING)(statements.reverse)
app.command(rich_help_panel=OPERATING)(accounts.house)
app.add_typer(market_terms.market_app, name="market", rich_help_panel=OPERATING)
app.add_typer(margin.liquidation_app, name="liquidation", rich_help_panel=OPERATING)
app.add_typer(insurance.insurance_app, name="insurance", rich_help_panel=OPERATING)
app.add_typer(limits.limit_app, name="limit", rich_help_panel=OPERATING)
app.add_typer(feeds.feed_app, name="feed", rich_help_panel=OPERATING)
app.add_typer(fees.fee_app, name="fee", rich_help_panel=OPERATING)
app.add_typer(funds.withdrawal_app, name="withdrawal", rich_help_panel=OPERATING)
app.add_typer(partners.partner_app, name="partner", rich_help_panel=OPERATING)
app.command(rich_help_panel=OPERATING)(reconciliation.reconcile)
app.command(rich_help_panel=HISTORY)(history.state)
app.command(rich_help_panel=HISTORY)(history.export)
app.command(rich_help_panel=HISTORY)(history.verify)
app.command(rich_help_panel=OPTIONS)(options.price)
app.command(rich_help_panel=OPTIONS)(options.surface)
app.command(rich_help_panel=OPTIONS)(pricing_jobs.price_file)


def main() -> None:
    """Run the command line."""
    app()
