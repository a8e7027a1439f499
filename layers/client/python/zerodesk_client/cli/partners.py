"""Partners, whose orders come over the bus: ``partner``."""

from typing import Annotated

import typer

from zerodesk_client.cli.arguments import AccountArgument
from zerodesk_client.cli.session import Session

partner_app = typer.Typer(
    no_args_is_help=True, help="Say for which account a partner's orders are placed (operator)."
)


@partner_app.command("bind")
def bind(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="Of the partner's events, such as partner.acme."),
    ],
    account: AccountArgument,
) -> None:
    """Place the orders of a partner's events for an account, from now on."""
    session = Session.of(context)
    session.operator().bind_partner(source, account)
    bound = {"source": source, "account_id": account}
    session.show(bound, lambda: f"orders of {source} are placed for {account}")
