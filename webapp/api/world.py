"""The groups and filters that an answer names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.services.scan_rows import ScannedObject
from fritz.services.sources import SavedObject
from webapp.platform import marshal

__all__ = ["World", "world_of"]


@dataclass(frozen=True, slots=True)
class World:
    """The groups and filters that rows name, by id."""

    groups: Mapping[int, Group]
    filters: Mapping[int, Filter]

    def origin(self, filter_id: int, group_id: int) -> str:
        """Return whose annotation it is: ``group:filter``."""
        group = self.groups.get(group_id)
        passed = self.filters.get(filter_id)
        group_name = (group.nickname or group.name) if group else str(group_id)
        return f"{group_name}:{passed.name if passed else filter_id}"


def world_of(scanned: Iterable[ScannedObject] = (), saved: Iterable[SavedObject] = ()) -> World:
    """Return the groups and filters of these rows, each read once."""
    group_ids: set[int] = set()
    for each in scanned:
        group_ids |= {entry.group_id for entry in each.entries} | set(each.saved_to)
        group_ids |= {group_id for one in each.annotations for group_id in one.group_ids}
    for row in saved:
        group_ids |= {source.group_id for source in row.sources}
    groups = {group.id: group for group in marshal().groups.get_many(group_ids)}
    return World(groups, marshal().directory.all())
