"""Groups, streams and users in the document store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from fritz.errors import Invalid, NotFound
from fritz.marshal.group import Group
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.ports import DocumentStore, Put, Query, Transaction, Where

T = TypeVar("T")

__all__ = [
    "GROUPS",
    "STREAMS",
    "USERS",
    "GroupStore",
    "StreamStore",
    "UserStore",
    "group_in",
    "members_in",
    "user_in",
]

GROUPS = "groups"
STREAMS = "streams"
USERS = "users"


@dataclass(frozen=True, slots=True)
class GroupStore:
    """All groups, one document each."""

    documents: DocumentStore

    def all(self) -> list[Group]:
        """Return every group, by id."""
        rows = self.documents.query(Query(GROUPS))
        return sorted((Group.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get(self, group_id: int) -> Group:
        """Return the group of that id; `Invalid` if there is none, as scripts expect."""
        return _found(self.get_many([group_id]), f"no group {group_id}")

    def get_many(self, group_ids: Iterable[int]) -> list[Group]:
        """Return those of the groups that exist, by id."""
        rows = self.documents.get_many(GROUPS, [str(each) for each in group_ids])
        return sorted((Group.from_fields(r.data) for r in rows.values()), key=lambda each: each.id)

    def by_name(self, name: str) -> list[Group]:
        """Return the groups of that name, by id; there is at most one."""
        rows = self.documents.query(Query(GROUPS, (Where("name", "==", name),)))
        return sorted((Group.from_fields(row.data) for row in rows), key=lambda each: each.id)


@dataclass(frozen=True, slots=True)
class StreamStore:
    """All streams, one document each; there are few."""

    documents: DocumentStore

    def all(self) -> list[Stream]:
        """Return every stream, by id."""
        rows = self.documents.query(Query(STREAMS))
        return sorted((Stream.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get(self, stream_id: int) -> Stream:
        """Return the stream of that id; `Invalid` if there is none, as scripts expect."""
        return _found(self.get_many([stream_id]), f"no stream {stream_id}")

    def get_many(self, stream_ids: Iterable[int]) -> list[Stream]:
        """Return those of the streams that exist, by id."""
        rows = self.documents.get_many(STREAMS, [str(each) for each in stream_ids])
        return sorted((Stream.from_fields(r.data) for r in rows.values()), key=lambda each: each.id)


@dataclass(frozen=True, slots=True)
class UserStore:
    """All users, one document each."""

    documents: DocumentStore

    def all(self) -> list[User]:
        """Return every user, by id."""
        rows = self.documents.query(Query(USERS))
        return sorted((User.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get(self, user_id: int) -> User:
        """Return the user of that id.

        Raises
        ------
        NotFound
            There is none.
        """
        found = self.documents.get(USERS, str(user_id))
        if found is None:
            raise NotFound(f"no user {user_id}")
        return User.from_fields(found.data)

    def get_many(self, user_ids: Iterable[int]) -> list[User]:
        """Return those of the users who exist, by id."""
        rows = self.documents.get_many(USERS, [str(each) for each in user_ids])
        return sorted((User.from_fields(row.data) for row in rows.values()), key=lambda u: u.id)

    def of_group(self, group_id: int) -> list[User]:
        """Return the members of a group, by id."""
        rows = self.documents.query(_members(group_id))
        return sorted((User.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def by_uid(self, uid: str) -> User | None:
        """Return the user whom the identity provider knows as `uid`, or None."""
        first = self._one(Where("uid", "==", uid))
        return first or self._one(Where("linked_uids", "array_contains", uid))

    def by_email(self, email: str) -> User | None:
        """Return the user whom somebody vouched to have that address, or None."""
        return self._one(Where("email", "==", email.lower()))

    def by_name(self, username: str) -> User | None:
        """Return the user of that name, or None."""
        return self._one(Where("username", "==", username))

    def change(self, user_id: int, change: Callable[[User], User]) -> User:
        """Apply a change to a user and return them as they are now; no other change gets lost.

        Raises
        ------
        Invalid
            There is no such user; scripts expect 400 here.
        """

        def body(transaction: Transaction) -> User:
            changed = change(user_in(transaction, user_id))
            transaction.write(Put(USERS, str(user_id), changed.to_fields()))
            return changed

        return self.documents.transact(body)

    def _one(self, where: Where) -> User | None:
        rows = self.documents.query(Query(USERS, (where,), limit=1))
        return User.from_fields(rows[0].data) if rows else None


def user_in(transaction: Transaction, user_id: int) -> User:
    """Return a user as a transaction reads them; `Invalid` if there is none."""
    row = transaction.get(USERS, str(user_id))
    if row is None:
        raise Invalid(f"no user {user_id}")
    return User.from_fields(row.data)


def group_in(transaction: Transaction, group_id: int) -> Group:
    """Return a group as a transaction reads it; `Invalid` if there is none."""
    row = transaction.get(GROUPS, str(group_id))
    if row is None:
        raise Invalid(f"no group {group_id}")
    return Group.from_fields(row.data)


def members_in(transaction: Transaction, group_id: int) -> list[User]:
    """Return a group's members as a transaction reads them."""
    return [User.from_fields(row.data) for row in transaction.query(_members(group_id))]


def _members(group_id: int) -> Query:
    return Query(USERS, (Where("group_ids", "array_contains", group_id),))


def _found(rows: list[T], message: str) -> T:
    if not rows:
        raise Invalid(message)
    return rows[0]
