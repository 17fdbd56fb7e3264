"""Tags on objects."""

from __future__ import annotations

from collections.abc import Iterable

from fritz.marshal.tag import ObjTag
from fritz.marshal.visibility.groups import sees_group
from fritz.marshal.visibility.objects import sees_object
from fritz.marshal.visibility.viewer import Viewer

__all__ = ["sees_tag"]


def sees_tag(viewer: Viewer, tag: ObjTag, of_object: Iterable[str]) -> bool:
    """Return whether the viewer is in one of the tag's groups and sees its object.

    Parameters
    ----------
    of_object : the object's principals, as for `sees_object`.
    """
    open_ = any(sees_group(viewer, each) for each in tag.group_ids)
    return open_ and sees_object(viewer, of_object)
