"""How long a call of Google's libraries is tried again before it is given up."""

from typing import Any

from google.api_core import exceptions as google
from google.api_core.retry import Retry, if_exception_type

__all__ = ["patience"]

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0


def patience(timeout_s: float, *also: type[Exception]) -> dict[str, Any]:
    """Return the arguments ``timeout`` and ``retry`` of a call.

    The libraries' own patience is up to ten minutes, longer than any request of ours may take:
    Pub/Sub would push the message to another instance meanwhile.

    Parameters
    ----------
    timeout_s : when to give up, seconds
    also : what to try again after, beyond a service that is down or overloaded
    """
    passing = if_exception_type(
        google.ServiceUnavailable, google.InternalServerError, google.ResourceExhausted, *also
    )
    retry = Retry(
        predicate=passing, initial=FIRST_PAUSE_S, maximum=LONGEST_PAUSE_S, timeout=timeout_s
    )
    return {"timeout": timeout_s, "retry": retry}
