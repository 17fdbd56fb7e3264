"""A fresh site: the survey's streams, the sitewide group, and the first administrator.

Nobody gets a password: whoever proves to a sign-in provider that the address is theirs is the
administrator, and invites the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from fritz.errors import Conflict, Invalid
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.roles import SUPER_ADMIN
from fritz.marshal.stream import Stream
from fritz.marshal.user import Membership, User
from fritz.ports import Create, DocumentStore, Query, Transaction, Where
from fritz.services.groups import GROUPS, STREAMS, USERS
from fritz.services.numbering import Numbers
from fritz.services.people import NewUser, make_user

__all__ = ["found_site"]


def found_site(
    documents: DocumentStore,
    streams: Sequence[Stream],
    email: str,
    username: str | None,
    now: datetime,
) -> User:
    """Make what is missing of a site, and its first administrator; return them.

    Parameters
    ----------
    streams : of the surveys that it takes; the first is open to everybody.
    email : the address by which they will sign in.
    username : None for the address.

    Raises
    ------
    Invalid
        The address is none, or somebody has it or the name.
    Conflict
        The site has an administrator, who makes others.
    """
    if "@" not in email.strip("@ ") or " " in email.strip():
        raise Invalid(f"{email!r} is no address")
    address = email.strip().lower()
    everybody = Group(
        SITEWIDE, "Sitewide Group", description="Everybody", stream_ids=(streams[0].id,),
        created_at=now,
    )  # fmt: skip
    rows = [Create(STREAMS, str(each.id), each.to_fields()) for each in streams]
    for row in (*rows, Create(GROUPS, str(everybody.id), everybody.to_fields())):
        with suppress(Conflict):  # it stands already
            documents.commit([row])
    new = NewUser(
        username=username or address,
        email=address,
        contact_email=address,
        roles=(SUPER_ADMIN,),
        memberships={SITEWIDE: Membership(admin=True)},
        stream_ids=tuple(each.id for each in streams),
    )
    number = Numbers.of(documents).next(USERS)
    own = Numbers.of(documents).next(GROUPS)

    def body(transaction: Transaction) -> User:
        administrators = Where("roles", "array_contains", SUPER_ADMIN)
        known = transaction.query(Query(USERS, (administrators,), limit=1))
        if known:
            raise Conflict(f"{known[0].data['username']} administers this site, and makes others")
        return make_user(transaction, number, own, new, now)

    return documents.transact(body)
