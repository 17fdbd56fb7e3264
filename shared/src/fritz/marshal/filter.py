"""A group's alert filter: a pipeline that runs on every alert of a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Filter"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with its current version."""

    id: int
    name: str
    group_id: int
    stream_id: int
    version: str
    """Kowalski's `fid`: names this text of the pipeline."""
    pipeline: tuple[Mapping[str, Any], ...]
    """The user's stages; history and programid are prepared before the first of them."""
    active: bool = True
    survey: str = "ztf"
    """The survey of the filter's stream."""

    def to_fields(self) -> dict[str, Any]:
        """Return the filter as a document's fields.

        The pipeline goes as JSON text: its arrays nest directly, which documents cannot hold.
        """
        return {
            "id": self.id,
            "name": self.name,
            "group_id": self.group_id,
            "stream_id": self.stream_id,
            "version": self.version,
            "pipeline": json.dumps(list(self.pipeline)),
            "active": self.active,
            "survey": self.survey,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Filter:
        """Return the filter that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            name=fields["name"],
            group_id=int(fields["group_id"]),
            stream_id=int(fields["stream_id"]),
            version=fields["version"],
            pipeline=tuple(json.loads(fields["pipeline"])),
            active=bool(fields["active"]),
            survey=fields["survey"],
        )
