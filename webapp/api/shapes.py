"""The rows that the API returns, field by field as SkyPortal names them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.group import Group
from fritz.marshal.stream import Stream
from fritz.services.scanning import ScannedObject
from fritz.services.sources import SavedObject

__all__ = [
    "AnnotationRow",
    "CandidateRow",
    "GroupRow",
    "PassingAlert",
    "SavedGroupRow",
    "SourceRow",
    "StreamRow",
    "World",
    "candidate_row",
    "group_row",
    "source_row",
    "stream_row",
]


@dataclass(frozen=True, slots=True)
class World:
    """The groups and filters that rows name, by id."""

    groups: Mapping[int, Group]
    filters: Mapping[int, Filter]

    def origin(self, candidate: Candidate) -> str:
        """Return whose annotation it is: ``group:filter``."""
        group = self.groups.get(candidate.group_id)
        passed = self.filters.get(candidate.filter_id)
        group_name = (group.nickname or group.name) if group else str(candidate.group_id)
        return f"{group_name}:{passed.name if passed else candidate.filter_id}"


class StreamRow(BaseModel):
    """A stream."""

    id: int
    name: str
    altdata: dict[str, Any]
    auto_join: bool


class GroupRow(BaseModel):
    """A group."""

    id: int
    name: str
    nickname: str | None
    description: str | None
    private: bool = False
    single_user_group: bool


class SavedGroupRow(GroupRow):
    """A group that saved an object, and when."""

    active: bool
    requested: bool = False
    saved_at: datetime
    saved_by: dict[str, Any]


class AnnotationRow(BaseModel):
    """What a filter said of an alert."""

    id: int
    obj_id: str
    origin: str
    data: dict[str, Any]
    created_at: datetime
    modified: datetime


class PassingAlert(BaseModel):
    """One alert that passed one filter."""

    filter_id: int
    passing_alert_id: int | None
    passed_at: datetime


class CandidateRow(BaseModel):
    """An object that passed filters."""

    id: str
    ra: float
    dec: float
    score: float | None
    created_at: datetime
    modified: datetime
    is_source: bool
    saved_groups: list[GroupRow]
    classifications: list[Any] = []
    passing_group_ids: list[int]
    filter_ids: list[int]
    passing_alerts: list[PassingAlert]
    annotations: list[AnnotationRow]
    tags: list[Any] = []
    last_detected_at: datetime


class SourceRow(BaseModel):
    """A saved object."""

    id: str
    ra: float
    dec: float
    redshift: float | None
    created_at: datetime
    modified: datetime
    internal_key: str
    groups: list[SavedGroupRow]
    annotations: list[AnnotationRow]
    classifications: list[Any] = []
    followup_requests: list[Any] = []
    assignments: list[Any] = []
    duplicates: list[Any] = []
    redshift_history: list[Any] = []


def stream_row(stream: Stream) -> StreamRow:
    """Return a stream as SkyPortal shows it, its programs under `altdata`."""
    selector = {
        "collection": f"{stream.survey.upper()}_alerts",
        "selector": list(stream.programids),
    }
    return StreamRow(id=stream.id, name=stream.name, altdata=selector, auto_join=stream.auto_join)


def group_row(group: Group) -> GroupRow:
    """Return a group as SkyPortal shows it."""
    return GroupRow(
        id=group.id,
        name=group.name,
        nickname=group.nickname,
        description=group.description,
        single_user_group=group.single_user_group,
    )


def candidate_row(scanned: ScannedObject, world: World, observed_at: datetime) -> CandidateRow:
    """Return one object of a list of candidates.

    Parameters
    ----------
    observed_at : when the latest of its alerts was exposed.
    """
    latest = scanned.latest
    return CandidateRow(
        id=scanned.obj_id,
        ra=latest.ra,
        dec=latest.dec,
        score=latest.score,
        created_at=min(each.passed_at for each in scanned.candidates),
        modified=scanned.passed_at,
        is_source=bool(scanned.sources),
        saved_groups=[
            group_row(world.groups[source.group_id])
            for source in scanned.sources
            if source.group_id in world.groups
        ],
        passing_group_ids=sorted({each.group_id for each in scanned.candidates}),
        filter_ids=sorted({each.filter_id for each in scanned.candidates}),
        passing_alerts=[
            PassingAlert(
                filter_id=each.filter_id, passing_alert_id=each.candid, passed_at=each.passed_at
            )
            for each in scanned.candidates
        ],
        annotations=annotation_rows(scanned, world),
        last_detected_at=observed_at,
    )


def annotation_rows(scanned: ScannedObject, world: World) -> list[AnnotationRow]:
    """Return each filter's word on the object: its newest if it updates them, else its first."""
    chosen: dict[int, Candidate] = {}
    for candidate in scanned.candidates:
        of = world.filters.get(candidate.filter_id)
        if candidate.filter_id not in chosen or (of is not None and not of.update_annotations):
            chosen[candidate.filter_id] = candidate
    return [
        AnnotationRow(
            id=_annotation_id(each),
            obj_id=each.obj_id,
            origin=world.origin(each),
            data=dict(each.annotations),
            created_at=each.passed_at,
            modified=each.passed_at,
        )
        for each in chosen.values()
        if each.annotations
    ]


def _annotation_id(candidate: Candidate) -> int:
    """Return an integer that stays the same, as clients demand one; 48 bits of a hash."""
    return int.from_bytes(hashlib.sha256(candidate.id.encode()).digest()[:6])


def source_row(
    saved: SavedObject, world: World, savers: Mapping[int, str], annotations: list[AnnotationRow]
) -> SourceRow:
    """Return one saved object.

    Parameters
    ----------
    savers : user names by user id.
    """
    obj = saved.obj
    return SourceRow(
        id=obj.id,
        ra=obj.ra,
        dec=obj.dec,
        redshift=obj.redshift,
        created_at=obj.created_at,
        modified=max((source.saved_at for source in saved.sources), default=obj.created_at),
        internal_key=hashlib.sha256(obj.id.encode()).hexdigest()[:32],
        groups=[
            SavedGroupRow(
                **group_row(world.groups[source.group_id]).model_dump(),
                active=source.active,
                saved_at=source.saved_at,
                saved_by={"id": source.saved_by, "username": savers.get(source.saved_by)},
            )
            for source in saved.sources
            if source.group_id in world.groups
        ],
        annotations=annotations,
    )
