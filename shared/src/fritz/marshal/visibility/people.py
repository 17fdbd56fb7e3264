"""What one person may know of what another is and holds."""

from __future__ import annotations

from collections.abc import Iterable

from fritz.marshal.acls import MANAGE_USERS
from fritz.marshal.group import Group
from fritz.marshal.user import User
from fritz.marshal.visibility.groups import administers_group
from fritz.marshal.visibility.viewer import Viewer

__all__ = ["known_streams", "knows_person"]


def knows_person(viewer: Viewer, user_id: int) -> bool:
    """Return whether the viewer may know all that somebody is: it is them, or they manage users."""
    return viewer.may(MANAGE_USERS) or viewer.user.id == user_id


def known_streams(viewer: Viewer, user: User, groups: Iterable[Group]) -> frozenset[int]:
    """Return the streams of which the viewer may know whether somebody holds them.

    Everybody may know who is in a group, and so that they hold its streams; who decides who joins a
    group may know who holds what it takes.

    Parameters
    ----------
    groups : the groups that the user is in or the viewer administers; others count for nothing.
    """
    return frozenset(
        stream
        for group in groups
        if group.id in user.group_ids or administers_group(viewer, group.id)
        for stream in group.stream_ids
    )
