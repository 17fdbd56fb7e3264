"""Groups, streams and users in the document store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fritz.errors import NotFound
from fritz.marshal.group import Group
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.ports import DocumentStore, Query, Where

__all__ = ["GroupStore", "StreamStore", "UserStore"]


@dataclass(frozen=True, slots=True)
class GroupStore:
    """All groups, one document each."""

    documents: DocumentStore

    def all(self) -> list[Group]:
        """Return every group, by id."""
        rows = self.documents.query(Query("groups"))
        return sorted((Group.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get_many(self, group_ids: Iterable[int]) -> list[Group]:
        """Return those of the groups that exist, by id."""
        rows = self.documents.get_many("groups", [str(each) for each in group_ids])
        return sorted((Group.from_fields(r.data) for r in rows.values()), key=lambda each: each.id)


@dataclass(frozen=True, slots=True)
class StreamStore:
    """All streams, one document each; there are few."""

    documents: DocumentStore

    def all(self) -> list[Stream]:
        """Return every stream, by id."""
        rows = self.documents.query(Query("streams"))
        return sorted((Stream.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get_many(self, stream_ids: Iterable[int]) -> list[Stream]:
        """Return those of the streams that exist, by id."""
        rows = self.documents.get_many("streams", [str(each) for each in stream_ids])
        return sorted((Stream.from_fields(r.data) for r in rows.values()), key=lambda each: each.id)


@dataclass(frozen=True, slots=True)
class UserStore:
    """All users, one document each."""

    documents: DocumentStore

    def get(self, user_id: int) -> User:
        """Return the user of that id.

        Raises
        ------
        NotFound
            There is none.
        """
        found = self.documents.get("users", str(user_id))
        if found is None:
            raise NotFound(f"no user {user_id}")
        return User.from_fields(found.data)

    def get_many(self, user_ids: Iterable[int]) -> list[User]:
        """Return those of the users who exist, by id."""
        rows = self.documents.get_many("users", [str(each) for each in user_ids])
        return sorted((User.from_fields(row.data) for row in rows.values()), key=lambda u: u.id)

    def by_uid(self, uid: str) -> User | None:
        """Return the user whom the identity provider knows as `uid`, or None."""
        return self._one(Where("uid", "==", uid))

    def by_name(self, username: str) -> User | None:
        """Return the user of that name, or None."""
        return self._one(Where("username", "==", username))

    def _one(self, where: Where) -> User | None:
        rows = self.documents.query(Query("users", (where,), limit=1))
        return User.from_fields(rows[0].data) if rows else None
