"""The `fritz` command."""

import os
import sys

from fritz.errors import FritzError

__all__ = ["main"]


def main() -> None:
    """Run the command line; errors that Fritz raises on purpose become one line on stderr."""
    from fritz.cli.commands import app
    from fritz.logs import configure_logs

    configure_logs(os.environ.get("FRITZ_LOG_LEVEL", "WARNING"), sys.stderr)
    try:
        app()
    except FritzError as error:
        sys.stderr.write(f"fritz: {error}\n")
        raise SystemExit(1) from error
