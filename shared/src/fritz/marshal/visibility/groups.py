"""Groups, streams and people: whose rows are open, and who decides."""

from __future__ import annotations

from fritz.marshal.stream import Stream
from fritz.marshal.visibility.viewer import Viewer

__all__ = [
    "administers_group",
    "is_self",
    "may_save",
    "sees_allocation",
    "sees_group",
    "sees_stream",
]


def sees_group(viewer: Viewer, group_id: int) -> bool:
    """Return whether the group's rows are open to the viewer."""
    return viewer.is_admin or group_id in viewer.user.group_ids


def administers_group(viewer: Viewer, group_id: int) -> bool:
    """Return whether the viewer decides for the group: its administrator, or the system's."""
    return viewer.is_admin or group_id in viewer.user.admin_group_ids


def may_save(viewer: Viewer, group_id: int) -> bool:
    """Return whether the viewer may save objects to the group: a member who was let."""
    return viewer.is_admin or (
        group_id in viewer.user.group_ids and group_id not in viewer.user.nosave_group_ids
    )


def sees_stream(viewer: Viewer, stream: Stream) -> bool:
    """Return whether the viewer knows of the stream: holds it, or may take it."""
    return viewer.is_admin or stream.auto_join or stream.id in viewer.stream_ids


def sees_allocation(viewer: Viewer, group_id: int) -> bool:
    """Return whether the viewer is in the allocation's group; instruments are everybody's."""
    return sees_group(viewer, group_id)


def is_self(viewer: Viewer, user_id: int) -> bool:
    """Return whether a person's own rows are open to the viewer: lists, notifications, tokens."""
    return viewer.is_admin or viewer.user.id == user_id
