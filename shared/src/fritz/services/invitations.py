"""Invitations: sent by those who manage users, accepted by whoever gets the link.

The link is told once, to who invites and to whatever sends mails; only the digest of its secret is
kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from fritz.errors import Forbidden, Invalid
from fritz.marshal.acls import MANAGE_USERS
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.invitation import VALID_FOR, Invitation
from fritz.marshal.membership import joined
from fritz.marshal.roles import FULL_USER, ROLES, granted
from fritz.marshal.token import digest
from fritz.marshal.user import Membership, User
from fritz.marshal.visibility import Viewer, administers_group, is_self
from fritz.ports import (
    Account,
    Create,
    Delete,
    DocumentStore,
    Message,
    Put,
    Query,
    Transaction,
    Where,
)
from fritz.services.grouping import taken_name
from fritz.services.groups import GROUPS, STREAMS, USERS, GroupStore, UserStore, group_in, user_in
from fritz.services.numbering import Numbers
from fritz.services.people import NewUser, make_user

__all__ = ["Invitations", "NewInvitation", "Sent"]

COLLECTION = "invitations"

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """Whom somebody invites, and to what."""

    user_email: str
    memberships: Mapping[int, Membership]
    stream_ids: tuple[int, ...] | None = None
    """None for all streams that the groups require."""
    role: str = FULL_USER
    user_expiration_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """An invitation that was made, and the link that accepts it, which is kept nowhere."""

    id: int
    user_email: str
    link: str


@dataclass(frozen=True, slots=True)
class Invitations:
    """Makes, shows, changes, withdraws and accepts invitations."""

    documents: DocumentStore
    now: Callable[[], datetime]
    secret: Callable[[], str]
    """A new secret that nobody can guess."""
    announce: Callable[[Message], None]

    def invite(self, viewer: Viewer, new: NewInvitation, link: str) -> Sent:
        """Invite somebody and return the link, which goes out with the event, too.

        Parameters
        ----------
        link : the page that accepts invitations; the secret is put behind it.

        Raises
        ------
        Unauthorized
            The viewer does not manage users.
        Forbidden
            The viewer does not administer a group, lacks a stream, or would give more verbs than
            they have.
        Invalid
            The address is none; there is no such role or group; or the streams do not cover the
            groups'.
        """
        viewer.must(MANAGE_USERS)
        if not _ADDRESS.match(new.user_email):
            raise Invalid(f"userEmail: {new.user_email[:100]!r} is no address")
        streams = self._checked(viewer, new.memberships, new.stream_ids, new.role)
        secret = self.secret()
        made = Invitation(
            id=Numbers.of(self.documents).next(COLLECTION),
            digest=digest(secret),
            user_email=new.user_email.lower(),
            invited_by=viewer.user.id,
            created_at=self.now(),
            memberships=new.memberships,
            stream_ids=streams,
            role=new.role,
            user_expiration_date=new.user_expiration_date,
        )
        self.documents.commit([Create(COLLECTION, str(made.id), made.to_fields())])
        sent = Sent(made.id, made.user_email, f"{link}{secret}")
        self.announce(_announcement(made, sent.link))
        return sent

    def visible(self, viewer: Viewer, *, include_used: bool) -> list[Invitation]:
        """Return the invitations that the viewer sent, or all to an administrator, by id."""
        viewer.must(MANAGE_USERS)
        own = () if viewer.is_admin else (Where("invited_by", "==", viewer.user.id),)
        rows = self.documents.query(Query(COLLECTION, own))
        found = [Invitation.from_fields(row.data) for row in rows]
        return sorted((e for e in found if include_used or not e.used), key=lambda each: each.id)

    def change(
        self,
        viewer: Viewer,
        invitation_id: int,
        *,
        group_ids: Iterable[int] | None,
        stream_ids: tuple[int, ...] | None,
        role: str | None,
        user_expiration_date: datetime | None,
    ) -> None:
        """Change what an invitation leads to; None leaves it as it is."""
        old = self._own(viewer, invitation_id)
        memberships = old.memberships
        if group_ids is not None:
            memberships = {e: old.memberships.get(e, Membership()) for e in sorted(set(group_ids))}
        called = old.role if role is None else role
        wanted = old.stream_ids if stream_ids is None and group_ids is None else stream_ids
        new = replace(
            old,
            memberships=memberships,
            stream_ids=self._checked(viewer, memberships, wanted, called),
            role=called,
            user_expiration_date=user_expiration_date or old.user_expiration_date,
        )
        self.documents.commit([Put(COLLECTION, str(old.id), new.to_fields())])

    def withdraw(self, viewer: Viewer, invitation_id: int) -> None:
        """Remove an invitation; its link does nothing any more."""
        self._own(viewer, invitation_id)
        self.documents.commit([Delete(COLLECTION, str(invitation_id))])

    def find(self, secret: str) -> Invitation:
        """Return the invitation of a link; `Invalid` if it is used, too old, or none."""
        rows = self.documents.query(Query(COLLECTION, (Where("digest", "==", digest(secret)),)))
        found = Invitation.from_fields(rows[0].data) if rows else None
        if found is None or found.used or found.expires_at <= self.now():
            raise Invalid(
                f"this invitation was used or withdrawn, or is older than {VALID_FOR.days} days"
            )
        return found

    def accept(self, secret: str, account: Account) -> User:
        """Make whoever signed in what the invitation says, and return them; it works once.

        Somebody who is a user already gets what the invitation adds.

        Raises
        ------
        Invalid
            The link does nothing any more.
        """
        invited = self.find(secret)
        users = UserStore(self.documents)
        known = users.by_uid(account.uid)
        if known is None and account.email and account.email_verified:
            known = users.by_email(account.email)
        numbers = Numbers.of(self.documents)
        ids = None if known else (numbers.next(USERS), numbers.next(GROUPS))

        def body(transaction: Transaction) -> User:
            row = transaction.get(COLLECTION, str(invited.id))
            if row is None or row.data["used"]:
                raise Invalid("this invitation was used meanwhile")
            used = Put(COLLECTION, str(invited.id), replace(invited, used=True).to_fields())
            if ids is not None:
                user = make_user(
                    transaction, *ids, _new_user(transaction, invited, account), self.now()
                )
                transaction.write(used)
                return user
            user = _admitted(transaction, user_in(transaction, known.id if known else 0), invited)
            if account.uid not in {user.uid, *user.linked_uids}:
                user = replace(user, linked_uids=(*user.linked_uids, account.uid))
            transaction.write(Put(USERS, str(user.id), user.to_fields()), used)
            return user

        return self.documents.transact(body)

    def _own(self, viewer: Viewer, invitation_id: int) -> Invitation:
        viewer.must(MANAGE_USERS)
        row = self.documents.get(COLLECTION, str(invitation_id))
        found = Invitation.from_fields(row.data) if row else None
        if found is None or not is_self(viewer, found.invited_by):
            raise Invalid(f"no invitation {invitation_id} of yours")
        return found

    def _checked(
        self,
        viewer: Viewer,
        memberships: Mapping[int, Membership],
        stream_ids: tuple[int, ...] | None,
        role: str,
    ) -> tuple[int, ...]:
        """Return the streams of an invitation that the viewer may send."""
        if role not in ROLES:
            raise Invalid(f"no such role: {role[:50]!r}")
        if beyond := sorted(acl for acl in granted([role]) if not viewer.may(acl)):
            raise Forbidden(f"role {role}: these ACLs are not yours to give: {', '.join(beyond)}")
        groups = [_invitable(viewer, each) for each in self._groups(memberships)]
        required = {stream for group in groups for stream in group.stream_ids}
        wanted = required if stream_ids is None else set(stream_ids)
        if lacking := sorted(required - wanted):
            raise Invalid(f"streamIDs: the groups require stream {', '.join(map(str, lacking))}")
        if not viewer.is_admin and (foreign := sorted(wanted - viewer.stream_ids)):
            raise Forbidden(f"streamIDs: you do not hold stream {', '.join(map(str, foreign))}")
        return tuple(sorted(wanted))

    def _groups(self, memberships: Mapping[int, Membership]) -> list[Group]:
        found = GroupStore(self.documents).get_many(memberships)
        if not memberships:
            raise Invalid("groupIDs: an invitation leads to one group at least")
        if missing := sorted(set(memberships) - {each.id for each in found}):
            raise Invalid(f"no group {missing[0]}")
        return found


def _invitable(viewer: Viewer, group: Group) -> Group:
    if group.single_user_group:
        raise Invalid(f"group {group.id} is a single-user group: nobody else joins it")
    if group.id != SITEWIDE and not administers_group(viewer, group.id):
        raise Forbidden(f"group {group.id} ({group.name}): only an admin of the group invites")
    return group


def _new_user(transaction: Transaction, invited: Invitation, account: Account) -> NewUser:
    address = account.email if account.email and account.email_verified else None
    first, _, last = (account.name or "").partition(" ")
    return NewUser(
        username=_free_name(transaction, address or invited.user_email),
        first_name=first or None,
        last_name=last or None,
        contact_email=address or invited.user_email,
        email=address,
        uid=account.uid,
        roles=(invited.role,),
        memberships=invited.memberships,
        stream_ids=invited.stream_ids,
        expiration_date=invited.user_expiration_date,
    )


def _free_name(transaction: Transaction, address: str) -> str:
    """Return a username made of an address that nobody has."""
    local = _NOT_IN_A_NAME.sub("-", address.partition("@")[0].lower()).strip("-.") or "user"
    name, number = local.ljust(5, "_"), 1
    while taken_name(transaction, USERS, "username", name):
        number += 1
        name = f"{local.ljust(5, '_')}{number}"
    return name


def _admitted(transaction: Transaction, user: User, invited: Invitation) -> User:
    """Return somebody who is here already with what an invitation adds."""
    user = replace(user, stream_ids=tuple(sorted({*user.stream_ids, *invited.stream_ids})))
    rows = transaction.get_many(STREAMS, [str(each) for each in user.stream_ids])
    names = {int(number): str(row.data["name"]) for number, row in rows.items()}
    for group_id, standing in invited.memberships.items():
        if group_id not in user.group_ids:
            user = joined(user, group_in(transaction, group_id), standing, names)
    return user


def _announcement(made: Invitation, link: str) -> Message:
    body = {
        "type": "InvitationSent",
        "id": str(made.id),
        "user_email": made.user_email,
        "invited_by": made.invited_by,
        "expires_at": made.expires_at.isoformat(),
        "link": link,
    }
    return Message(orjson.dumps(body), {"type": "InvitationSent"})
