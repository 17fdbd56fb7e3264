"""What Firebase's library raises, converted into `fritz.errors`."""

import contextlib
from types import TracebackType

from firebase_admin import auth
from firebase_admin import exceptions as firebase
from google.auth import exceptions as google_auth
from typing_extensions import override

from fritz.errors import FritzError, NotFound, Transient, Unauthorized

__all__ = ["firebase_errors"]

_RULES: tuple[tuple[tuple[type[Exception], ...], type[FritzError]], ...] = (
    ((auth.CertificateFetchError,), Transient),
    ((auth.UserNotFoundError,), NotFound),
    ((firebase.InvalidArgumentError, firebase.UnauthenticatedError), Unauthorized),
    ((firebase.FirebaseError, google_auth.GoogleAuthError), Transient),
)
"""The first that fits wins. Firebase's errors about tokens, expired or revoked or malformed or of a
disabled user, are all its InvalidArgumentError."""


class _FirebaseErrors(contextlib.AbstractContextManager[None]):
    """Converts around a block."""

    @override
    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for theirs, ours in _RULES:
            if isinstance(error, theirs):
                raise ours(f"Firebase: {error}") from error


firebase_errors = _FirebaseErrors()
