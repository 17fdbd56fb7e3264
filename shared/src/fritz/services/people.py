"""Users as those who manage them, and they themselves, change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Forbidden, Invalid
from fritz.marshal.acls import ALL_ACLS, MANAGE_USERS
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.membership import joined
from fritz.marshal.roles import FULL_USER, ROLES, granted
from fritz.marshal.user import Membership, User
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Delete, DocumentStore, Put, Transaction
from fritz.services.grouping import taken_name
from fritz.services.groups import (
    GROUPS,
    STREAMS,
    USERS,
    UserStore,
    group_in,
    user_in,
)
from fritz.services.numbering import Numbers
from fritz.services.tokens import TokenStore

__all__ = ["NewUser", "People", "ProfileText", "make_user"]

SHORTEST_USERNAME: Final = 5
SHORTEST_BIO: Final = 10
LONGEST_BIO: Final = 1000


@dataclass(frozen=True, slots=True)
class NewUser:
    """Somebody who is to have an account."""

    username: str
    first_name: str | None = None
    last_name: str | None = None
    affiliations: tuple[str, ...] = ()
    contact_email: str | None = None
    contact_phone: str | None = None
    email: str | None = None
    """The address by which sign-in will know them."""
    uid: str | None = None
    roles: tuple[str, ...] = (FULL_USER,)
    memberships: Mapping[int, Membership] | None = None
    stream_ids: tuple[int, ...] = ()
    """Beside those of the sitewide group, which everybody gets."""
    expiration_date: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProfileText:
    """What people say of themselves; None leaves it as it is."""

    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    affiliations: tuple[str, ...] | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    bio: str | None = None
    is_bot: bool | None = None
    preferences: Mapping[str, Any] | None = None
    """Merged into those that stand, map by map."""


@dataclass(frozen=True, slots=True)
class People:
    """Makes, changes and removes users."""

    documents: DocumentStore
    now: Callable[[], datetime]

    def create(self, viewer: Viewer, new: NewUser) -> int:
        """Make a user with a single-user group, in the sitewide group, and return the id.

        Raises
        ------
        Unauthorized
            The viewer does not manage users.
        Forbidden
            The roles grant more than the viewer has, or the user would lack streams of a group.
        Invalid
            The name is taken or empty, or a role or group does not exist.
        """
        viewer.must(MANAGE_USERS)
        _must_cover(viewer, granted(_known(new.roles, ROLES, "role")))
        number = Numbers.of(self.documents).next(USERS)
        own = Numbers.of(self.documents).next(GROUPS)
        self.documents.transact(
            lambda transaction: make_user(transaction, number, own, new, self.now())
        )
        return number

    def delete(self, viewer: Viewer, user_id: int) -> None:
        """Remove a user with their tokens and their single-user group; what they wrote stays."""
        user = self._managed(viewer, user_id)
        if user.id == viewer.user.id:
            raise Invalid(f"user {user_id}: nobody deletes themselves")
        for token in TokenStore(self.documents).of_user(user_id):
            TokenStore(self.documents).end(token.id)
        gone = [Delete(USERS, str(user_id))]
        if user.own_group_id is not None:
            gone.append(Delete(GROUPS, str(user.own_group_id)))
        self.documents.commit(gone)

    def expire(self, viewer: Viewer, user_id: int, at: datetime | None) -> None:
        """Let an account end at a time, or never."""
        self._managed(viewer, user_id)
        self._change(user_id, lambda user: replace(user, expiration_date=at))

    def add_roles(self, viewer: Viewer, user_id: int, roles: Iterable[str]) -> None:
        """Give a user more roles, none of which may grant what the viewer lacks."""
        viewer.must(MANAGE_USERS)
        new = _known(tuple(roles), ROLES, "role")
        _must_cover(viewer, granted(new))
        self._change(user_id, lambda user: replace(user, roles=_union(user.roles, new)))

    def remove_role(self, viewer: Viewer, user_id: int, role: str) -> None:
        """Take a role from a user who has it."""
        user = self._managed(viewer, user_id)
        if role not in user.roles:
            raise Invalid(f"user {user_id} does not have the role {role!r}")
        self._change(
            user_id, lambda user: replace(user, roles=tuple(r for r in user.roles if r != role))
        )

    def add_acls(self, viewer: Viewer, user_id: int, acls: Iterable[str]) -> None:
        """Give a user more verbs of their own, none of which the viewer lacks."""
        viewer.must(MANAGE_USERS)
        new = _known(tuple(acls), ALL_ACLS, "ACL")
        _must_cover(viewer, new)
        self._change(user_id, lambda user: replace(user, acls=_union(user.acls, new)))

    def remove_acl(self, viewer: Viewer, user_id: int, acl: str) -> None:
        """Take a verb from a user who has it as their own."""
        user = self._managed(viewer, user_id)
        if acl not in user.acls:
            raise Invalid(f"user {user_id} does not have the ACL {acl!r} of their own")
        self._change(
            user_id, lambda user: replace(user, acls=tuple(a for a in user.acls if a != acl))
        )

    def describe(self, viewer: Viewer, user_id: int, text: ProfileText) -> None:
        """Change what a user says of themselves; their single-user group is called like them.

        Raises
        ------
        Unauthorized
            It is somebody else, and the viewer does not manage users.
        Invalid
            The username is too short or taken, or the biography too short or long.
        """
        if user_id != viewer.user.id:
            self._managed(viewer, user_id)
        _check(text)

        def body(transaction: Transaction) -> None:
            old = user_in(transaction, user_id)
            new = replace(_described(old, text), modified=self.now())
            own: Group | None = None
            if new.username != old.username:
                if taken_name(transaction, USERS, "username", new.username):
                    raise Invalid(f"username {new.username!r} is taken")
                own = group_in(transaction, old.own_group_id) if old.own_group_id else None
            transaction.write(Put(USERS, str(user_id), new.to_fields()))
            if own is not None:
                renamed = replace(own, name=new.username)
                transaction.write(Put(GROUPS, str(own.id), renamed.to_fields()))

        self.documents.transact(body)

    def _change(self, user_id: int, change: Callable[[User], User]) -> None:
        UserStore(self.documents).change(
            user_id, lambda user: replace(change(user), modified=self.now())
        )

    def _managed(self, viewer: Viewer, user_id: int) -> User:
        """Return a user whom the viewer manages: one who may do no more than the viewer."""
        viewer.must(MANAGE_USERS)
        found = UserStore(self.documents).get_many([user_id])
        if not found:
            raise Invalid(f"no user {user_id}")
        _must_cover(viewer, found[0].permissions)
        return found[0]


def make_user(
    transaction: Transaction, number: int, own_group_id: int, new: NewUser, now: datetime
) -> User:
    """Write a new user with their single-user group, within a transaction that has read only.

    Raises
    ------
    Invalid
        The name is empty or taken, or a group does not exist or is a single-user group.
    Forbidden
        They would lack a stream of one of the groups.
    """
    username = new.username.strip()
    if not username:
        raise Invalid("username: a user is called something")
    if taken_name(transaction, USERS, "username", username):
        raise Invalid(f"username {username!r} is taken")
    if new.email and taken_name(transaction, USERS, "email", new.email.lower()):
        raise Invalid(f"there is a user with the address {new.email} already")
    wanted = {SITEWIDE: Membership(), **(new.memberships or {})}
    groups = [group_in(transaction, each) for each in sorted(wanted)]
    rows = transaction.get_many(STREAMS, [str(s) for g in groups for s in g.stream_ids])
    names = {int(stream): str(row.data["name"]) for stream, row in rows.items()}
    sitewide = next(each for each in groups if each.id == SITEWIDE)
    user = User(
        id=number,
        username=username,
        created_at=now,
        first_name=new.first_name,
        last_name=new.last_name,
        contact_email=new.contact_email,
        contact_phone=new.contact_phone,
        affiliations=new.affiliations,
        uid=new.uid,
        email=new.email.lower() if new.email else None,
        roles=new.roles,
        stream_ids=tuple(sorted({*new.stream_ids, *sitewide.stream_ids})),
        group_ids=(own_group_id,),
        own_group_id=own_group_id,
        expiration_date=new.expiration_date,
        modified=now,
    )
    for group in groups:
        user = joined(user, group, wanted[group.id], names)
    own = Group(own_group_id, username, single_user_group=True, created_at=now)
    transaction.write(
        Create(USERS, str(number), user.to_fields()),
        Create(GROUPS, str(own_group_id), own.to_fields()),
    )
    return user


def _must_cover(viewer: Viewer, acls: Iterable[str]) -> None:
    """Refuse whoever would give, or take from, somebody more than they have themselves."""
    if beyond := sorted(each for each in acls if not viewer.may(each)):
        raise Forbidden(f"these ACLs are not yours to give or take: {', '.join(beyond)}")


def _known(names: tuple[str, ...], known: Iterable[str], what: str) -> tuple[str, ...]:
    if unknown := [each for each in names if each not in known]:
        raise Invalid(f"no such {what}: {', '.join(repr(each[:50]) for each in unknown)}")
    return names


def _union(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _check(text: ProfileText) -> None:
    if text.username is not None and len(text.username.strip()) < SHORTEST_USERNAME:
        raise Invalid(f"username: at least {SHORTEST_USERNAME} characters")
    if text.bio is not None and not SHORTEST_BIO <= len(text.bio) <= LONGEST_BIO:
        raise Invalid(f"bio: from {SHORTEST_BIO} to {LONGEST_BIO} characters")


def _described(old: User, text: ProfileText) -> User:
    names = ("first_name", "last_name", "affiliations", "contact_email", "contact_phone", "bio")
    said = {name: getattr(text, name) for name in (*names, "is_bot")}
    new = replace(old, **{name: value for name, value in said.items() if value is not None})
    return replace(
        new,
        username=old.username if text.username is None else text.username.strip(),
        preferences=_merged(old.preferences, text.preferences or {}),
    )


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(old)
    for name, value in new.items():
        before = result.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            result[name] = _merged(before, value)
        else:
            result[name] = value
    return result
