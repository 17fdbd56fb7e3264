"""Who belongs: members of groups, streams of groups, holders of streams.

Each change is one transaction over the documents that its rule (`fritz.marshal.membership`) looks
at, so that no two changes together break what each of them keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from fritz.errors import Forbidden, Invalid
from fritz.marshal.acls import SYSTEM_ADMIN, UPLOAD_DATA
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.membership import (
    as_member,
    granted,
    joined,
    left,
    revoked,
    with_stream,
    without_stream,
)
from fritz.marshal.stream import Stream
from fritz.marshal.user import Membership, User
from fritz.marshal.visibility import Viewer, administers_group
from fritz.ports import DocumentStore, Put, Query, Transaction, Where
from fritz.services.groups import (
    GROUPS,
    STREAMS,
    USERS,
    GroupStore,
    StreamStore,
    UserStore,
    group_in,
    members_in,
    user_in,
)

__all__ = ["MembershipChange", "Memberships", "join"]


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """What becomes of a member's standing; None leaves it as it is."""

    admin: bool | None = None
    can_save: bool | None = None
    can_share_photometry: bool | None = None

    def applied(self, old: Membership) -> Membership:
        """Return the standing after the change."""
        return Membership(
            old.admin if self.admin is None else self.admin,
            old.can_save if self.can_save is None else self.can_save,
            old.can_share_photometry
            if self.can_share_photometry is None
            else self.can_share_photometry,
        )


@dataclass(frozen=True, slots=True)
class Memberships:
    """Changes of who belongs, by those who decide."""

    documents: DocumentStore

    def add(self, viewer: Viewer, group_id: int, user_id: int, standing: Membership) -> None:
        """Make a user a member of a group.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Forbidden
            The viewer does not administer the group, or the user lacks one of its streams.
        Invalid
            The group is a single-user group, or the user is in it.
        """
        self._decides(viewer, group_id)
        self.documents.transact(lambda transaction: join(transaction, user_id, group_id, standing))

    def add_from(self, viewer: Viewer, group_id: int, from_group_ids: Iterable[int]) -> None:
        """Make the members of other groups members; nobody joins if one of them may not.

        Raises
        ------
        Forbidden
            The viewer does not administer the group, or somebody lacks one of its streams.
        """
        self._decides(viewer, group_id)
        group, users = GroupStore(self.documents).get(group_id), UserStore(self.documents)
        names = {each.id: each.name for each in StreamStore(self.documents).all()}
        new: dict[int, User] = {}
        for source in GroupStore(self.documents).get_many(_distinct(from_group_ids)):
            new |= {u.id: u for u in users.of_group(source.id) if group_id not in u.group_ids}
        for user in new.values():
            joined(user, group, Membership(), names)
        for user_id in sorted(new):
            self.documents.transact(partial(_join_unless, user_id, group_id))

    def change(self, viewer: Viewer, group_id: int, user_id: int, wanted: MembershipChange) -> None:
        """Change what a member may do in a group."""
        self._decides(viewer, group_id)

        def change(user: User) -> User:
            old = user.membership(group_id) or Membership()
            return as_member(user, group_id, wanted.applied(old))

        UserStore(self.documents).change(user_id, change)

    def remove(self, viewer: Viewer, group_id: int, user_id: int) -> None:
        """Take a member out of a group; everybody may leave by themselves.

        Raises
        ------
        Forbidden
            The viewer removes somebody else and does not administer the group.
        Invalid
            It is a group that nobody leaves, or the user is not in it.
        """
        if viewer.user.id != user_id and not administers_group(viewer, group_id):
            raise Forbidden(f"group {group_id}: only an admin of the group removes others")

        def body(transaction: Transaction) -> None:
            group, user = group_in(transaction, group_id), user_in(transaction, user_id)
            transaction.write(Put(USERS, str(user_id), left(user, group).to_fields()))

        self.documents.transact(body)

    def add_stream(self, viewer: Viewer, group_id: int, stream_id: int) -> None:
        """Give a group a stream that all of its members hold."""
        self._decides(viewer, group_id)

        def body(transaction: Transaction) -> None:
            group, stream = group_in(transaction, group_id), _stream(transaction, stream_id)
            changed = with_stream(group, stream, members_in(transaction, group_id))
            transaction.write(Put(GROUPS, str(group_id), changed.to_fields()))

        self.documents.transact(body)

    def remove_stream(self, viewer: Viewer, group_id: int, stream_id: int) -> None:
        """Take a stream from a group none of whose filters uses it."""
        self._decides(viewer, group_id)

        def body(transaction: Transaction) -> None:
            group = group_in(transaction, group_id)
            rows = transaction.query(Query("filters", (Where("group_id", "==", group_id),)))
            filters = [Filter.from_fields(row.data) for row in rows]
            changed = without_stream(group, stream_id, filters)
            transaction.write(Put(GROUPS, str(group_id), changed.to_fields()))

        self.documents.transact(body)

    def grant(self, viewer: Viewer, stream_id: int, user_id: int) -> None:
        """Let a user hold a stream: an administrator anybody, people themselves an open one.

        Raises
        ------
        Invalid
            The viewer decides neither for the user nor for the stream; scripts expect 400.
        """
        stream = StreamStore(self.documents).get(stream_id)
        if not viewer.is_admin and not (stream.auto_join and viewer.user.id == user_id):
            raise Invalid(
                f"stream {stream_id} ({stream.name}): only a system administrator grants it"
                f"{', to others' if stream.auto_join else ''}"
            )
        UserStore(self.documents).change(user_id, lambda user: granted(user, stream))

    def revoke(self, viewer: Viewer, stream_id: int, user_id: int) -> None:
        """Take a stream from a user none of whose groups needs it."""
        viewer.must(SYSTEM_ADMIN)

        def body(transaction: Transaction) -> None:
            user = user_in(transaction, user_id)
            rows = transaction.get_many(GROUPS, [str(each) for each in user.group_ids])
            groups = [Group.from_fields(row.data) for row in rows.values()]
            changed = revoked(user, stream_id, sorted(groups, key=lambda each: each.id))
            transaction.write(Put(USERS, str(user_id), changed.to_fields()))

        self.documents.transact(body)

    def _decides(self, viewer: Viewer, group_id: int) -> None:
        viewer.must(UPLOAD_DATA)
        GroupStore(self.documents).get(group_id)
        if not administers_group(viewer, group_id):
            raise Forbidden(f"group {group_id}: only an admin of the group may do this")


def join(transaction: Transaction, user_id: int, group_id: int, standing: Membership) -> None:
    """Make a user a member of a group, within a transaction that has written nothing yet."""
    group, user = group_in(transaction, group_id), user_in(transaction, user_id)
    rows = transaction.get_many(STREAMS, [str(each) for each in group.stream_ids])
    names = {int(number): str(row.data["name"]) for number, row in rows.items()}
    transaction.write(Put(USERS, str(user_id), joined(user, group, standing, names).to_fields()))


def _join_unless(user_id: int, group_id: int, transaction: Transaction) -> None:
    if group_id not in user_in(transaction, user_id).group_ids:
        join(transaction, user_id, group_id, Membership())


def _stream(transaction: Transaction, stream_id: int) -> Stream:
    row = transaction.get(STREAMS, str(stream_id))
    if row is None:
        raise Invalid(f"no stream {stream_id}")
    return Stream.from_fields(row.data)


def _distinct(ids: Iterable[int]) -> list[int]:
    return sorted(set(ids))
