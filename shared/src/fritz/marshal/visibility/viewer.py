"""Whoever asks: who they are, what they may do, what they belong to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from fritz.errors import Unauthorized
from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.marshal.visibility.principals import EVERYBODY, holds, of_user, open_to

__all__ = ["Viewer"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever asks: a person, by themselves or through a token."""

    user: User
    acls: frozenset[str]
    """The verbs of this request: the person's, or those that the token was given."""
    streams: tuple[Stream, ...]
    """The streams that the person holds."""
    by_token: bool = False
    principals: frozenset[str] = field(init=False, repr=False, compare=False)
    """What the person is to rows: themselves, their groups, their streams, everybody."""

    def __post_init__(self) -> None:
        streams = (each.id for each in self.streams)
        own = open_to(self.user.group_ids, streams)
        object.__setattr__(self, "principals", frozenset((*own, of_user(self.user.id), EVERYBODY)))

    @property
    def is_admin(self) -> bool:
        """Whether every row is open to this request."""
        return SYSTEM_ADMIN in self.acls

    @property
    def group_ids(self) -> frozenset[int]:
        """The groups that the person belongs to, their single-user group among them."""
        return frozenset(self.user.group_ids)

    @property
    def default_group_ids(self) -> frozenset[int]:
        """The groups that a row goes to where nobody says: the person's, not theirs alone."""
        return self.group_ids - {self.user.own_group_id}

    @property
    def stream_ids(self) -> frozenset[int]:
        """The streams that the person holds."""
        return frozenset(stream.id for stream in self.streams)

    def may(self, acl: str) -> bool:
        """Return whether the request has the verb."""
        return acl in self.acls or self.is_admin

    def must(self, acl: str) -> None:
        """Refuse the request unless it has the verb.

        Raises
        ------
        Unauthorized
            It has not; SkyPortal answers 401 here, too.
        """
        if not self.may(acl):
            raise Unauthorized(f"HTTP 401: Unauthorized (needs the ACL {acl!r})")

    def sees(self, principals: Iterable[str]) -> bool:
        """Return whether a row with these principals is open to the viewer."""
        return self.is_admin or any(holds(self.principals, each) for each in principals)
