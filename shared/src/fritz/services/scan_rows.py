"""Objects as lists of candidates show them, and reading what is shown of many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fritz.marshal.annotation import Annotation
from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.obj import Obj
from fritz.marshal.scan_entry import PassedAlert, ScanEntry
from fritz.marshal.visibility import Viewer, sees_group
from fritz.services.annotations import AnnotationStore
from fritz.services.candidates import CandidateStore
from fritz.services.objects import ObjStore

__all__ = ["Reading", "ScannedObject"]


@dataclass(frozen=True, slots=True)
class ScannedObject:
    """One object with those of its candidates and groups that the viewer sees."""

    obj: Obj
    entries: tuple[ScanEntry, ...]
    """What filters passed, the one that fired last first; at least one."""
    saved_to: tuple[int, ...]
    """The viewer's groups that have it saved."""
    annotations: tuple[Annotation, ...] = ()
    """What was posted of it."""

    @property
    def obj_id(self) -> str:
        """The object's name."""
        return self.obj.id

    @property
    def latest(self) -> Candidate:
        """The candidate of the latest exposure."""
        return max((each.latest for each in self.entries), key=lambda c: (c.jd, c.passed_at))

    @property
    def alerts(self) -> list[tuple[int, PassedAlert]]:
        """What passed, with the filter, newest first."""
        found = [(each.filter_id, alert) for each in self.entries for alert in each.alerts]
        return sorted(found, key=lambda each: (-each[1].passed_at.timestamp(), each[0]))


@dataclass(slots=True)
class Reading:
    """What one request reads of objects, each row once."""

    viewer: Viewer
    filters: Mapping[int, Filter]
    """Those that the viewer sees."""
    objects: ObjStore
    candidates: CandidateStore
    posted: AnnotationStore
    _objs: dict[str, Obj] = field(default_factory=dict)
    _entries: dict[str, list[ScanEntry]] = field(default_factory=dict)
    _annotations: dict[str, list[Annotation]] = field(default_factory=dict)
    _read: dict[str, set[str]] = field(default_factory=dict)

    def objs(self, names: Iterable[str]) -> dict[str, Obj]:
        """Return the objects, whoever sees them: candidates of theirs are known to be visible."""
        lacking = self._lacking("objects", names)
        self._objs |= self.objects.get_many(lacking) if lacking else {}
        return self._objs

    def entries(self, names: Iterable[str]) -> dict[str, list[ScanEntry]]:
        """Return what the viewer's filters passed of each object, newest first."""
        lacking = self._lacking("entries", names)
        found = self.candidates.entries_of(lacking) if lacking else {}
        for name, entries in found.items():
            seen = [each for each in entries if each.filter_id in self.filters]
            if seen:
                self._entries[name] = seen
        return self._entries

    def annotations(self, names: Iterable[str]) -> dict[str, list[Annotation]]:
        """Return what was posted of each object and is open to the viewer."""
        lacking = self._lacking("annotations", names)
        self._annotations |= self.posted.of_objects(self.viewer, lacking) if lacking else {}
        return self._annotations

    def said(self, name: str, origin: str, key: str, origins: Mapping[int, str]) -> Any:
        """Return what an origin says of an object under a key; None if nothing.

        Parameters
        ----------
        origins : what each filter's annotations go by; read `entries` and `annotations` before.
        """
        for each in self._annotations.get(name, ()):
            if each.origin == origin and key in each.data:
                return each.data[key]
        for entry in self._entries.get(name, ()):
            if origins.get(entry.filter_id) == origin:
                data = self.shown(entry).annotations
                if key in data:
                    return data[key]
        return None

    def shown(self, entry: ScanEntry) -> Candidate:
        """Return the candidate whose annotations count: the last if the filter updates them."""
        updates = self.filters[entry.filter_id].update_annotations
        return entry.latest if updates else entry.first

    def rows(self, names: Sequence[str]) -> list[ScannedObject]:
        """Return objects as they are shown; those that are closed to the viewer are left out."""
        objs, entries = self.objs(names), self.entries(names)
        annotations = self.annotations(names)
        return [
            ScannedObject(
                objs[name],
                tuple(entries[name]),
                self.saved_to(objs[name]),
                tuple(annotations.get(name, ())),
            )
            for name in names
            if name in objs and name in entries
        ]

    def saved_to(self, obj: Obj) -> tuple[int, ...]:
        """Return the viewer's groups that have an object saved."""
        return tuple(each for each in sorted(obj.saved_to) if sees_group(self.viewer, each))

    def _lacking(self, kind: str, names: Iterable[str]) -> list[str]:
        read = self._read.setdefault(kind, set())
        lacking = [name for name in dict.fromkeys(names) if name not in read]
        read.update(lacking)
        return lacking
