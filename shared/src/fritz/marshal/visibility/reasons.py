"""Why a row is open to somebody, or what they would need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fritz.marshal.visibility.principals import holds, parts_of
from fritz.marshal.visibility.viewer import Viewer

__all__ = ["Reasons", "reasons"]


@dataclass(frozen=True, slots=True)
class Reasons:
    """What opens a row to somebody; if nothing does, each way in which it would open."""

    as_admin: bool
    granted_by: tuple[str, ...]
    """The principals of the row that they are."""
    ways: tuple[tuple[str, ...], ...]
    """For each principal of the row what they are not known to be of it; empty where it is open."""
    unsure: bool = False
    """Whether it is closed only for want of what they may be, but whoever asks may not know."""

    @property
    def open(self) -> bool:
        """Whether they see the row."""
        return self.as_admin or bool(self.granted_by)


def reasons(
    viewer: Viewer, principals: Iterable[str], unknown: frozenset[str] = frozenset()
) -> Reasons:
    """Return why a row with these principals is open to the viewer, or what is missing.

    Parameters
    ----------
    unknown : principals that the viewer is not taken for, and may be nevertheless.

    Examples
    --------
    >>> from datetime import datetime
    >>> from fritz.marshal.user import User
    >>> viewer = Viewer(User(7, "x", datetime(2026, 1, 1), group_ids=(12,)), frozenset(), ())
    >>> reasons(viewer, ["g:12&s:3", "u:4"]).ways
    (('s:3',), ('u:4',))
    >>> reasons(viewer, ["g:12&s:3", "u:4"], unknown=frozenset({"s:3"})).unsure
    True
    """
    of_row = tuple(dict.fromkeys(principals))
    own = viewer.principals
    granted = tuple(each for each in of_row if holds(own, each))
    if viewer.is_admin or granted:
        return Reasons(viewer.is_admin, granted, ())
    ways = tuple(tuple(part for part in parts_of(each) if part not in own) for each in of_row)
    unsure = any(unknown.issuperset(way) for way in ways)
    return Reasons(as_admin=False, granted_by=(), ways=ways, unsure=unsure)
