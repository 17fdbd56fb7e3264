"""Every error that Fritz raises on purpose.

A service raises one of these; an entry point turns it into an answer: the web app into SkyPortal's
envelope with `http_status`, a function into an acknowledgement (`Poison`) or a retry (`Transient`).
"""

from typing import ClassVar

__all__ = [
    "Conflict",
    "Forbidden",
    "FritzError",
    "Invalid",
    "NotFound",
    "Poison",
    "TooLarge",
    "TooMany",
    "Transient",
    "Unauthorized",
]


class FritzError(Exception):
    """Something a caller can act on; the message names the object concerned."""

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 400


class Invalid(FritzError):
    """The request or value breaks a rule; the message says which and where."""

    code = "invalid"


class TooLarge(Invalid):
    """A value exceeds a stated size limit of the store or the wire."""

    code = "too_large"


class Unauthorized(FritzError):
    """Nobody we know is asking."""

    code = "unauthorized"
    http_status = 401


class Forbidden(FritzError):
    """Whoever asks lacks a right; the message names the right."""

    code = "forbidden"
    http_status = 403


class NotFound(FritzError):
    """The object does not exist, or the asker must not know that it does."""

    code = "not_found"
    http_status = 404


class Conflict(FritzError):
    """The object exists already, or changed since it was read."""

    code = "conflict"


class TooMany(FritzError):
    """Whoever asks must wait; the same request may be granted later."""

    code = "too_many"
    http_status = 429

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        """When to ask again, in seconds."""


class Transient(FritzError):
    """A store or service failed for now; the same call may succeed later."""

    code = "transient"
    http_status = 503


class Poison(FritzError):
    """A message that no retry can help; it goes to the quarantine with `reason`."""

    code = "poison"

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        """A short constant, e.g. ``truncated`` or ``missing_field``; what counters group by."""
        self.detail = detail
        """What exactly was wrong, for a human."""
