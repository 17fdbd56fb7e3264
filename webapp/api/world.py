"""Reads the groups and filters that an answer names."""

from __future__ import annotations

from collections.abc import Iterable

from fritz.services.scanning import ScannedObject
from fritz.services.sources import SavedObject
from webapp.api.shapes import World
from webapp.platform import marshal

__all__ = ["world_of"]


def world_of(scanned: Iterable[ScannedObject] = (), saved: Iterable[SavedObject] = ()) -> World:
    """Return the groups and filters of these rows, each read once."""
    group_ids: set[int] = set()
    filter_ids: set[int] = set()
    for each in scanned:
        group_ids |= {c.group_id for c in each.candidates} | {s.group_id for s in each.sources}
        filter_ids |= {c.filter_id for c in each.candidates}
    for row in saved:
        group_ids |= {source.group_id for source in row.sources}
    groups = {group.id: group for group in marshal().groups.get_many(group_ids)}
    filters = {found.id: found for found in marshal().filters.get_many(filter_ids)}
    return World(groups, filters)
