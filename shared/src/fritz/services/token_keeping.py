"""API tokens as their owners keep them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fritz.errors import Invalid
from fritz.marshal.acls import ALL_ACLS, SYSTEM_ADMIN
from fritz.marshal.token import SECRET_PREFIX, Token, digest
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer, is_self
from fritz.ports import DocumentStore
from fritz.services.groups import UserStore
from fritz.services.tokens import TokenStore

__all__ = ["TokenKeeping"]

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class TokenKeeping:
    """Makes, shows, changes and ends tokens."""

    documents: DocumentStore
    now: Callable[[], datetime]
    randomness: Callable[[], bytes]
    """32 bytes of a cryptographic source."""
    forget: Callable[[str], None]
    """Told the id of a token that is not any more what it was."""

    def create(
        self,
        viewer: Viewer,
        name: str,
        acls: Sequence[str],
        user_id: int | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Make a token and return its secret, which is shown this once.

        Parameters
        ----------
        user_id : whose it is to be; None for the viewer's own.

        Raises
        ------
        Invalid
            It is for somebody else and the viewer is no system administrator; the owner lacks one
            of the verbs, or the viewer's own token does; the name is taken; or the owner has a
            token already and is no system administrator.
        """
        owner = self._owner(viewer, user_id)
        _check_acls(viewer, owner, acls)
        standing = self._tokens.of_user(owner.id)
        self._check_name(name, standing)
        admin = viewer.is_admin or SYSTEM_ADMIN in owner.permissions
        if standing and not admin:
            raise Invalid(f"{owner.username} has a token already: only administrators have more")
        if expires_at is not None and expires_at <= self.now():
            raise Invalid("expires_at lies in the past")
        return self._tokens.create(owner, name, acls, self.now(), self.randomness(), expires_at)

    def of(self, viewer: Viewer, user_id: int | None = None) -> list[Token]:
        """Return the tokens of the viewer, or those of another user to an administrator."""
        return self._tokens.of_user(self._owner(viewer, user_id).id)

    def get(self, viewer: Viewer, named: str) -> Token:
        """Return a token by its id, or by its secret as scripts know it.

        Raises
        ------
        Invalid
            There is none of the viewer's.
        """
        token_id = digest(named) if named.startswith(SECRET_PREFIX) else named
        found = self._tokens.get(token_id)
        if found is None or not is_self(viewer, found.user_id):
            raise Invalid("no such token of yours")
        return found

    def change(
        self, viewer: Viewer, named: str, name: str | None, acls: Sequence[str] | None
    ) -> None:
        """Rename a token or give it other verbs of its owner's; None leaves it as it is."""
        token = self.get(viewer, named)
        if acls is not None:
            _check_acls(viewer, UserStore(self.documents).get(token.user_id), acls)
        if name is not None and name != token.name:
            self._check_name(name, self._tokens.of_user(token.user_id))
        self._tokens.change(token.id, name, acls)
        self.forget(token.id)

    def end(self, viewer: Viewer, named: str) -> None:
        """End a token."""
        token = self.get(viewer, named)
        self._tokens.end(token.id)
        self.forget(token.id)

    @property
    def _tokens(self) -> TokenStore:
        return TokenStore(self.documents)

    def _owner(self, viewer: Viewer, user_id: int | None) -> User:
        if user_id is None or user_id == viewer.user.id:
            return viewer.user
        if not viewer.is_admin:
            raise Invalid("user_id: only a system administrator has to do with others' tokens")
        found = UserStore(self.documents).get_many([user_id])
        if not found:
            raise Invalid(f"no user {user_id}")
        return found[0]

    def _check_name(self, name: str, standing: Sequence[Token]) -> None:
        if not 0 < len(name.strip()) <= LONGEST_NAME:
            raise Invalid(f"name: a token is called something, in at most {LONGEST_NAME} letters")
        if any(each.name == name for each in standing):
            raise Invalid(f"there is a token {name!r} already")


def _check_acls(viewer: Viewer, owner: User, acls: Sequence[str]) -> None:
    if unknown := [each for each in acls if each not in ALL_ACLS]:
        raise Invalid(f"no such ACL: {', '.join(repr(each[:50]) for each in unknown)}")
    own = owner.permissions if SYSTEM_ADMIN not in owner.permissions else frozenset(ALL_ACLS)
    if viewer.user.id == owner.id and not viewer.is_admin:
        own &= viewer.acls  # a token makes no stronger one
    if lacking := sorted(set(acls) - own):
        raise Invalid(f"{owner.username} lacks the ACLs: {', '.join(lacking)}")
