"""Groups as people keep them: made, renamed, dissolved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from fritz.errors import Forbidden, Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.membership import joined, outside
from fritz.marshal.user import Membership
from fritz.marshal.visibility import Viewer, administers_group
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.candidates import WRITES_PER_COMMIT, chunks
from fritz.services.filters_store import FilterStore
from fritz.services.groups import GROUPS, USERS, GroupStore, UserStore, group_in, user_in
from fritz.services.numbering import Numbers

__all__ = ["GroupText", "Grouping", "taken_name"]

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class GroupText:
    """What is said of a group; None leaves it as it is."""

    name: str | None = None
    nickname: str | None = None
    description: str | None = None
    auto_accept_requests: bool | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """Makes, changes and dissolves groups."""

    documents: DocumentStore
    now: Callable[[], datetime]

    def create(self, viewer: Viewer, text: GroupText, admin_ids: Iterable[int]) -> int:
        """Make a group and return its id; its admins are its first members.

        Whoever makes it by themselves, without a token, is one of them.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Invalid
            The name is empty or taken, or there is no such user.
        """
        viewer.must(UPLOAD_DATA)
        name = _name(text.name)
        admins = sorted(set(admin_ids) | (set() if viewer.by_token else {viewer.user.id}))
        group = Group(
            id=Numbers.of(self.documents).next(GROUPS),
            name=name,
            nickname=text.nickname,
            description=text.description,
            auto_accept_requests=bool(text.auto_accept_requests),
            created_at=self.now(),
        )

        def body(transaction: Transaction) -> None:
            _refuse_taken(transaction, name)
            users = [user_in(transaction, each) for each in admins]
            members = [joined(each, group, Membership(admin=True), {}) for each in users]
            transaction.write(Create(GROUPS, str(group.id), group.to_fields()))
            transaction.write(*(Put(USERS, str(u.id), u.to_fields()) for u in members))

        self.documents.transact(body)
        return group.id

    def change(self, viewer: Viewer, group_id: int, text: GroupText) -> None:
        """Change what is said of a group.

        Raises
        ------
        Forbidden
            The viewer does not administer it.
        Invalid
            There is none, or the name is empty or taken.
        """
        self._decides(viewer, group_id)

        def body(transaction: Transaction) -> None:
            old = group_in(transaction, group_id)
            name = old.name if text.name is None else _name(text.name)
            if name != old.name:
                _refuse_taken(transaction, name)
            accepts = text.auto_accept_requests
            new = replace(
                old,
                name=name,
                nickname=old.nickname if text.nickname is None else text.nickname,
                description=old.description if text.description is None else text.description,
                auto_accept_requests=old.auto_accept_requests if accepts is None else accepts,
            )
            transaction.write(Put(GROUPS, str(group_id), new.to_fields()))

        self.documents.transact(body)

    def dissolve(self, viewer: Viewer, group_id: int) -> None:
        """Remove a group with its filters; what was saved to it stays, open to nobody but admins.

        Filters go first and the group last, so that doing it again ends what was interrupted.

        Raises
        ------
        Forbidden
            The viewer does not administer it.
        Invalid
            There is none, or it is one that stays.
        """
        group = self._decides(viewer, group_id)
        if group_id == SITEWIDE or group.single_user_group:
            raise Invalid(f"group {group_id} ({group.name}) cannot be deleted")
        filters = FilterStore(self.documents)
        for each in filters.of_groups([group_id]):
            filters.delete(each.id)
        self._forget_requests(group_id)
        users = UserStore(self.documents)
        for member in users.of_group(group_id):
            users.change(member.id, lambda user: outside(user, group_id))
        self.documents.commit([Delete(GROUPS, str(group_id))])

    def _forget_requests(self, group_id: int) -> None:
        asked = Query("group_admission_requests", (Where("group_id", "==", group_id),))
        gone = [Delete(row.collection, row.id) for row in self.documents.query(asked)]
        for some in chunks(gone, WRITES_PER_COMMIT):
            self.documents.commit(some)

    def _decides(self, viewer: Viewer, group_id: int) -> Group:
        viewer.must(UPLOAD_DATA)
        found = GroupStore(self.documents).get(group_id)
        if not administers_group(viewer, group_id):
            raise Forbidden(f"group {group_id}: only an admin of the group may do this")
        return found


def taken_name(transaction: Transaction, collection: str, field: str, name: str) -> bool:
    """Return whether a document of the collection has that name already."""
    return bool(transaction.query(Query(collection, (Where(field, "==", name),), limit=1)))


def _refuse_taken(transaction: Transaction, name: str) -> None:
    if taken_name(transaction, GROUPS, "name", name):
        raise Invalid(f"there is a group {name!r} already")


def _name(name: str | None) -> str:
    stripped = (name or "").strip()
    if not 0 < len(stripped) <= LONGEST_NAME:
        raise Invalid(f"name: a group is called something, in at most {LONGEST_NAME} letters")
    return stripped
