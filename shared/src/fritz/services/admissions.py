"""Requests to join groups: made by people, decided by the groups' admins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fritz.errors import Forbidden, Invalid
from fritz.marshal.acls import UPLOAD_DATA
from fritz.marshal.admission import AdmissionRequest, Status
from fritz.marshal.group import Group
from fritz.marshal.membership import joined, missing_streams
from fritz.marshal.user import Membership
from fritz.marshal.visibility import Viewer, administers_group, is_self
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.groups import USERS, GroupStore, UserStore, group_in, user_in
from fritz.services.memberships import join
from fritz.services.numbering import Numbers

__all__ = ["Admissions"]

COLLECTION = "group_admission_requests"


@dataclass(frozen=True, slots=True)
class Admissions:
    """All requests, as far as the viewer made them or decides them."""

    documents: DocumentStore
    now: Callable[[], datetime]

    def ask(self, viewer: Viewer, group_id: int, user_id: int | None = None) -> int:
        """Ask to be let into a group and return the request's id.

        A group that accepts requests by itself takes whoever holds its streams at once.

        Raises
        ------
        Invalid
            It is for somebody else; the user is in the group, or has asked already; or the group
            is a single-user group.
        """
        wanted = viewer.user.id if user_id is None else user_id
        if not is_self(viewer, wanted):
            raise Invalid(f"userID: user {wanted} asks by themselves")
        number = Numbers.of(self.documents).next(COLLECTION)
        now = self.now()

        def body(transaction: Transaction) -> None:
            group, user = group_in(transaction, group_id), user_in(transaction, wanted)
            joined(replace(user, stream_ids=group.stream_ids), group, Membership(), {})
            pending = _pending(group_id, wanted)
            if transaction.query(pending):
                raise Invalid(f"user {wanted} has asked to join group {group_id} already")
            at_once = group.auto_accept_requests and not missing_streams(user, group)
            status: Status = "accepted" if at_once else "pending"
            made = AdmissionRequest(number, wanted, group_id, status, now, now)
            transaction.write(Create(COLLECTION, str(number), made.to_fields()))
            if at_once:
                member = joined(user, group, Membership(), {})
                transaction.write(Put(USERS, str(wanted), member.to_fields()))

        self.documents.transact(body)
        return number

    def visible(self, viewer: Viewer, group_id: int | None = None) -> list[AdmissionRequest]:
        """Return the viewer's requests and those to groups that they administer, by id.

        Raises
        ------
        Forbidden
            A group is named that the viewer does not administer.
        """
        if group_id is not None:
            GroupStore(self.documents).get(group_id)
            if not administers_group(viewer, group_id):
                raise Forbidden(f"group {group_id}: only an admin of the group sees its requests")
            return self._where(Where("group_id", "==", group_id))
        found = {each.id: each for each in self.of_user(viewer.user.id)}
        if viewer.is_admin:
            found = {each.id: each for each in self._where()}
        for some in chunks(sorted(viewer.user.admin_group_ids), VALUES_PER_IN):
            found |= {e.id: e for e in self._where(Where("group_id", "in", list(some)))}
        return [found[number] for number in sorted(found)]

    def of_user(self, user_id: int) -> list[AdmissionRequest]:
        """Return the requests that a user made, by id."""
        return self._where(Where("user_id", "==", user_id))

    def get(self, viewer: Viewer, request_id: int) -> AdmissionRequest:
        """Return a request that the viewer made or decides; `Invalid` if there is none."""
        row = self.documents.get(COLLECTION, str(request_id))
        found = AdmissionRequest.from_fields(row.data) if row else None
        if found is None or not _concerns(viewer, found):
            raise Invalid(f"no admission request {request_id}")
        return found

    def decide(self, viewer: Viewer, request_id: int, status: Status) -> None:
        """Accept or decline a request; who is accepted is a member from then on.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        Forbidden
            The viewer does not administer the group, or the user lacks one of its streams.
        """
        viewer.must(UPLOAD_DATA)
        asked = self.get(viewer, request_id)
        if not administers_group(viewer, asked.group_id):
            raise Forbidden(f"group {asked.group_id}: only an admin of the group decides")

        def body(transaction: Transaction) -> None:
            row = transaction.get(COLLECTION, str(request_id))
            if row is None or row.data["status"] != "pending":
                raise Invalid(f"admission request {request_id} does not wait any more")
            if status == "accepted":
                join(transaction, asked.user_id, asked.group_id, Membership())
            decided = replace(asked, status=status, modified=self.now())
            transaction.write(Put(COLLECTION, str(request_id), decided.to_fields()))

        self.documents.transact(body)

    def withdraw(self, viewer: Viewer, request_id: int) -> None:
        """Remove a request of one's own."""
        asked = self.get(viewer, request_id)
        if not is_self(viewer, asked.user_id):
            raise Forbidden(f"admission request {request_id}: only who asked takes it back")
        self.documents.commit([Delete(COLLECTION, str(request_id))])

    def groups_of(self, requests: list[AdmissionRequest]) -> dict[int, Group]:
        """Return the groups that requests name, by id."""
        found = GroupStore(self.documents).get_many({each.group_id for each in requests})
        return {each.id: each for each in found}

    def users_of(self, requests: list[AdmissionRequest]) -> dict[int, str]:
        """Return the names of those who asked, by id."""
        found = UserStore(self.documents).get_many({each.user_id for each in requests})
        return {each.id: each.username for each in found}

    def _where(self, *where: Where) -> list[AdmissionRequest]:
        rows = self.documents.query(Query(COLLECTION, where))
        found = [AdmissionRequest.from_fields(row.data) for row in rows]
        return sorted(found, key=lambda each: each.id)


def _concerns(viewer: Viewer, asked: AdmissionRequest) -> bool:
    return is_self(viewer, asked.user_id) or administers_group(viewer, asked.group_id)


def _pending(group_id: int, user_id: int) -> Query:
    where = (
        Where("group_id", "==", group_id),
        Where("user_id", "==", user_id),
        Where("status", "==", "pending"),
    )
    return Query(COLLECTION, where, limit=1)
