"""Taxonomies and classifications."""

from __future__ import annotations

from fritz.marshal.classification import Classification
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.visibility.groups import administers_group, sees_group
from fritz.marshal.visibility.viewer import Viewer

__all__ = ["edits_classification", "edits_taxonomy", "sees_classification", "sees_taxonomy"]


def sees_taxonomy(viewer: Viewer, taxonomy: Taxonomy) -> bool:
    """Return whether the viewer is in one of the taxonomy's groups."""
    return any(sees_group(viewer, each) for each in taxonomy.group_ids)


def edits_taxonomy(viewer: Viewer, taxonomy: Taxonomy) -> bool:
    """Return whether the viewer may change it: who posted it, or decides for all of its groups."""
    decides = all(administers_group(viewer, each) for each in taxonomy.group_ids)
    return sees_taxonomy(viewer, taxonomy) and (taxonomy.author_id == viewer.user.id or decides)


def sees_classification(viewer: Viewer, each: Classification, taxonomy: Taxonomy | None) -> bool:
    """Return whether the viewer is in one of its groups and sees its taxonomy.

    Whether the object is open to the viewer is the other half, which only a store can tell.
    """
    if taxonomy is None or not sees_taxonomy(viewer, taxonomy):
        return False
    return any(sees_group(viewer, group_id) for group_id in each.group_ids)


def edits_classification(viewer: Viewer, each: Classification) -> bool:
    """Return whether the viewer may change it: its author, or who decides for one of its groups."""
    decides = any(administers_group(viewer, group_id) for group_id in each.group_ids)
    return each.author_id == viewer.user.id or decides
