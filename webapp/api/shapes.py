"""The rows that the API returns, field by field as SkyPortal names them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from fritz.marshal.group import Group
from fritz.marshal.stream import Stream

__all__ = ["GroupRow", "SavedGroupRow", "StreamRow", "group_row", "stream_row"]


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
