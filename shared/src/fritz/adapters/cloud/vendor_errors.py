"""What Google's libraries raise, converted once, at the edge, into `fritz.errors`."""

import contextlib
from types import TracebackType

import requests.exceptions
from google.api_core import exceptions as google
from google.auth import exceptions as google_auth

from fritz.errors import Conflict, Forbidden, FritzError, Invalid, NotFound, TooLarge, Transient

__all__ = ["converted", "vendor_errors"]

_RULES: tuple[tuple[tuple[type[Exception], ...], type[FritzError]], ...] = (
    ((google.Aborted,), Transient),
    ((google.NotFound,), NotFound),
    ((google.RequestRangeNotSatisfiable,), Invalid),
    ((google.Conflict, google.FailedPrecondition, google.PreconditionFailed), Conflict),
    ((google.Forbidden, google.Unauthorized), Forbidden),
    ((google.TooManyRequests, google.Cancelled), Transient),
    ((google.ClientError,), Invalid),
    ((google.GoogleAPIError,), Transient),
    ((google_auth.TransportError, google_auth.RefreshError), Transient),
    ((requests.exceptions.ConnectionError, requests.exceptions.Timeout), Transient),
)
"""The first rule that fits wins: Google's classes are nested (Aborted is a Conflict)."""

_VENDOR = tuple({kind for kinds, _ in _RULES for kind in kinds})

_SIZE_WORDS = (
    "exceeds the maximum",
    "maximum entity size",
    "too large",
    "larger than max",
    "longer than",
    "too long",
)
_INDEX_WORDS = "requires an index"


def converted(error: Exception, service: str) -> FritzError:
    """Return the error of ours that says what a vendor's exception means for a caller."""
    message = f"{service}: {getattr(error, 'message', None) or error}"
    kind = next((ours for theirs, ours in _RULES if isinstance(error, theirs)), Transient)
    if isinstance(error, google.ClientError):
        if _INDEX_WORDS in message:
            kind = Invalid
        elif kind is Invalid and any(words in message.lower() for words in _SIZE_WORDS):
            kind = TooLarge
    return kind(message)


class vendor_errors(contextlib.ContextDecorator):  # noqa: N801 - used like a function
    """Convert, as decorator of a method or around a block; `service` opens the message."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __enter__(self) -> None:
        """Nothing to prepare, so that one instance serves many threads."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if isinstance(error, _VENDOR):
            raise converted(error, self._service) from error
