"""Queries that people keep: what they ask stays within the rights of whoever runs them."""

from __future__ import annotations

from fritz.marshal.saved_query import SavedQuery
from fritz.marshal.visibility.groups import is_self, sees_group
from fritz.marshal.visibility.viewer import Viewer

__all__ = ["edits_query", "sees_query"]


def sees_query(viewer: Viewer, query: SavedQuery) -> bool:
    """Return whether the viewer owns the query or is in a group that it is shared with."""
    shared = any(sees_group(viewer, each) for each in query.group_ids)
    return is_self(viewer, query.owner_id) or shared


def edits_query(viewer: Viewer, query: SavedQuery) -> bool:
    """Return whether the viewer may change the query: its owner."""
    return is_self(viewer, query.owner_id)
