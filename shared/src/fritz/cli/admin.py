"""`fritz admin`: the first administrator of a fresh site, by their address."""

from typing import Annotated

import typer

from fritz.cli.options import DEFAULT_DATA, Data, Json
from fritz.cli.output import console, print_json
from fritz.cli.platforms import chosen
from fritz.services.founding import found_site
from fritz.services.seed import STREAMS

__all__ = ["admin"]


def admin(
    email: Annotated[str, typer.Argument(help="The address by which they will sign in.")],
    username: Annotated[str, typer.Option(help="What they are called; else the address.")] = "",
    data: Data = DEFAULT_DATA,
    as_json: Json = False,
) -> None:
    """Make the first administrator of a site that has none, with ZTF's streams.

    They sign in as anybody does, by a provider that vouches for the address; there is no password.
    Works on the backend that the environment names, embedded on the folder if it names none.
    """
    with chosen(data) as platform:
        made = found_site(platform.documents, STREAMS, email, username or None, platform.clock())
    if as_json:
        print_json({"id": made.id, "username": made.username, "email": made.email})
    else:
        console.print(f"[bold]{made.email}[/bold] administers the site once they have signed in.")
