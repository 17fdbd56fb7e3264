"""The rules of belonging: who may be in a group, which streams it has, who holds them.

Whoever is in a group holds all of its streams: that is what lets the group's filters show their
candidates to every member. So people join with the streams, groups take streams that all members
hold, and nobody loses a stream that one of their groups needs. A single-user group is its owner's
alone and has no streams; the sitewide group is everybody's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from fritz.errors import Forbidden, Invalid
from fritz.marshal.filter import Filter
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.stream import Stream
from fritz.marshal.user import Membership, User

__all__ = [
    "as_member",
    "granted",
    "joined",
    "left",
    "missing_streams",
    "outside",
    "revoked",
    "with_stream",
    "without_stream",
]


def missing_streams(user: User, group: Group) -> tuple[int, ...]:
    """Return the streams that the user would need to be in the group."""
    return tuple(sorted(set(group.stream_ids) - set(user.stream_ids)))


def joined(user: User, group: Group, membership: Membership, names: Mapping[int, str]) -> User:
    """Return the user as a new member of the group.

    Parameters
    ----------
    names : of the streams, by id, for the message.

    Raises
    ------
    Invalid
        The group is a single-user group, or the user is in it.
    Forbidden
        The user lacks one of the group's streams; the message names them.
    """
    if group.single_user_group:
        raise Invalid(f"group {group.id} is a single-user group: nobody else joins it")
    if group.id in user.group_ids:
        raise Invalid(f"user {user.id} ({user.username}) is a member of group {group.id} already")
    if missing := missing_streams(user, group):
        lacking = ", ".join(f"{each} ({names.get(each, '?')})" for each in missing)
        raise Forbidden(
            f"user {user.id} ({user.username}) lacks streams that group {group.id} "
            f"({group.name}) requires: {lacking}"
        )
    return as_member(replace(user, group_ids=(*user.group_ids, group.id)), group.id, membership)


def as_member(user: User, group_id: int, membership: Membership) -> User:
    """Return the user with this standing in a group that they are in.

    Raises
    ------
    Invalid
        They are not in it.
    """
    if group_id not in user.group_ids:
        raise Invalid(f"user {user.id} ({user.username}) is not a member of group {group_id}")
    return replace(
        user,
        admin_group_ids=_with(user.admin_group_ids, group_id, wanted=membership.admin),
        nosave_group_ids=_with(user.nosave_group_ids, group_id, wanted=not membership.can_save),
        sharing_group_ids=_with(
            user.sharing_group_ids, group_id, wanted=membership.can_share_photometry
        ),
    )


def left(user: User, group: Group) -> User:
    """Return the user outside of the group.

    Raises
    ------
    Invalid
        They are not in it, or it is one that nobody leaves.
    """
    if group.single_user_group:
        raise Invalid(f"group {group.id} is a single-user group: nobody leaves it")
    if group.id == SITEWIDE:
        raise Invalid(f"group {group.id} ({group.name}) is everybody's: nobody leaves it")
    return outside(as_member(user, group.id, Membership()), group.id)


def outside(user: User, group_id: int) -> User:
    """Return the user without a group that is no more, whatever it was."""
    return replace(
        user,
        group_ids=_with(user.group_ids, group_id, wanted=False),
        admin_group_ids=_with(user.admin_group_ids, group_id, wanted=False),
        nosave_group_ids=_with(user.nosave_group_ids, group_id, wanted=False),
        sharing_group_ids=_with(user.sharing_group_ids, group_id, wanted=False),
    )


def with_stream(group: Group, stream: Stream, members: Iterable[User]) -> Group:
    """Return the group with one more stream.

    Raises
    ------
    Invalid
        It is a single-user group, has the stream, or has members who do not hold it; the message
        names them.
    """
    if group.single_user_group:
        raise Invalid(f"group {group.id} is a single-user group: it has no streams")
    if stream.id in group.stream_ids:
        raise Invalid(f"group {group.id} has stream {stream.id} ({stream.name}) already")
    without = sorted(each.username for each in members if stream.id not in each.stream_ids)
    if without:
        raise Invalid(
            f"stream {stream.id} ({stream.name}): members of group {group.id} do not hold it: "
            f"{', '.join(without[:10])}{' …' if len(without) > 10 else ''}"  # noqa: PLR2004 - enough to go on
        )
    return replace(group, stream_ids=(*group.stream_ids, stream.id))


def without_stream(group: Group, stream_id: int, filters: Iterable[Filter]) -> Group:
    """Return the group without one of its streams.

    Parameters
    ----------
    filters : the group's.

    Raises
    ------
    Invalid
        It does not have the stream, or one of its filters uses it.
    """
    if stream_id not in group.stream_ids:
        raise Invalid(f"group {group.id} does not have stream {stream_id}")
    using = sorted(f"{each.id} ({each.name})" for each in filters if each.stream_id == stream_id)
    if using:
        raise Invalid(f"stream {stream_id} of group {group.id} is used by filter {using[0]}")
    return replace(group, stream_ids=_with(group.stream_ids, stream_id, wanted=False))


def granted(user: User, stream: Stream) -> User:
    """Return the user as a holder of the stream; `Invalid` if they hold it."""
    if stream.id in user.stream_ids:
        raise Invalid(f"user {user.id} ({user.username}) holds stream {stream.id} already")
    return replace(user, stream_ids=tuple(sorted({*user.stream_ids, stream.id})))


def revoked(user: User, stream_id: int, groups: Iterable[Group]) -> User:
    """Return the user without a stream.

    Parameters
    ----------
    groups : the user's.

    Raises
    ------
    Invalid
        They do not hold it, or one of their groups requires it.
    """
    if stream_id not in user.stream_ids:
        raise Invalid(f"user {user.id} ({user.username}) does not hold stream {stream_id}")
    needing = [f"{each.id} ({each.name})" for each in groups if stream_id in each.stream_ids]
    if needing:
        raise Invalid(
            f"user {user.id} ({user.username}) needs stream {stream_id} in group {needing[0]}"
        )
    return replace(user, stream_ids=_with(user.stream_ids, stream_id, wanted=False))


def _with(ids: tuple[int, ...], one: int, *, wanted: bool) -> tuple[int, ...]:
    others = tuple(each for each in ids if each != one)
    return (*others, one) if wanted else others
