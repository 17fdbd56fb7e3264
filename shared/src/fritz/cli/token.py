"""`fritz token create`: an API token for a user, printed once."""

import secrets
from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json
from fritz.cli.platforms import opened_existing
from fritz.errors import NotFound
from fritz.services.groups import UserStore
from fritz.services.tokens import TokenStore

__all__ = ["app"]

app = typer.Typer(help="API tokens.", no_args_is_help=True)


@app.callback()
def tokens() -> None:
    """Make API tokens."""


@app.command()
def create(
    user: Annotated[str, typer.Option(help="Whose rights the token carries.")],
    acl: Annotated[list[str], typer.Option(help="A verb it may use; repeat for more.")],
    name: Annotated[str, typer.Option(help="What it is called in lists.")] = "command line",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Create a token; it is shown once and only its hash is kept."""
    with opened_existing(data) as platform:
        owner = UserStore(platform.documents).by_name(user)
        if owner is None:
            raise NotFound(f"no user {user}")
        secret = TokenStore(platform.documents).create(
            owner, name, acl, platform.clock(), secrets.token_bytes(32)
        )
    if as_json:
        print_json({"token": secret, "user": user, "acls": sorted(set(acl))})
    else:
        console.print("Use it as the header [bold]Authorization: token …[/bold]")
        typer.echo(secret)
