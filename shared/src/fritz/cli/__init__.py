"""The `fritz` command."""

import logging
import os
import sys

from pydantic_core import ValidationError

from fritz.errors import FritzError

__all__ = ["main"]


def main() -> None:
    """Run the command line; what goes wrong becomes one line on stderr.

    With ``FRITZ_LOG_LEVEL=DEBUG`` the traceback is shown instead.
    """
    from fritz.cli.commands import app
    from fritz.logs import configure_logs

    level = os.environ.get("FRITZ_LOG_LEVEL", "WARNING")
    known = level in logging.getLevelNamesMapping()  # what is not, the settings refuse in words
    configure_logs(level if known else "WARNING", sys.stderr)
    try:
        app()
    except (FritzError, OSError, ValidationError) as error:
        if level == "DEBUG":
            raise
        said = _settings(error) if isinstance(error, ValidationError) else str(error)
        sys.stderr.write(f"fritz: {said}\n")
        raise SystemExit(1) from error


def _settings(error: ValidationError) -> str:
    """Return which settings are wrong, and how."""
    return "; ".join(
        f"FRITZ_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}, not {each['input']!r}"
        for each in error.errors()
    )
