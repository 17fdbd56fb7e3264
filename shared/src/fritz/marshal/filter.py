"""A group's alert filter: a pipeline that runs on every alert of a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fritz.filters.dialects import Dialect
from fritz.marshal.filter_actions import AutoFollowup, Autosave

__all__ = ["DEFAULT_MAX_PASS_RATE", "Filter", "Pipeline"]

Pipeline = tuple[Mapping[str, Any], ...]

DEFAULT_MAX_PASS_RATE: Final = 0.05
"""The share of a night's alerts above which a version is not let loose."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with its current version; all versions: `fritz.marshal.filter_version`."""

    id: int
    name: str
    group_id: int
    stream_id: int
    version: str = ""
    """Kowalski's `active_fid`: names the version that runs; empty if there is none."""
    pipeline: Pipeline = ()
    """The user's stages; history and programid are prepared before the first of them."""
    active: bool = True
    survey: str = "ztf"
    """The survey of the filter's stream."""
    dialect: Dialect = "kowalski"
    """How the current version sees an alert."""
    owner_id: int | None = None
    """Id of the user who made it."""
    created_at: datetime | None = None
    modified: datetime | None = None
    autosave: Autosave = field(default_factory=Autosave)
    auto_followup: AutoFollowup | None = None
    update_annotations: bool = False
    """Whether a later alert's annotations replace those of the first that passed."""
    external: bool = False
    """Whether its candidates come from outside, by a broker's token."""
    max_pass_rate: float = DEFAULT_MAX_PASS_RATE
    must_pass: tuple[str, ...] = ()
    """Objects whose latest alerts each version has to pass."""
    must_not_pass: tuple[str, ...] = ()
    """Objects whose latest alerts no version may pass."""

    @property
    def runs(self) -> bool:
        """Whether it is to run on the stream."""
        return self.active and bool(self.version) and not self.external

    @property
    def takes_posts(self) -> bool:
        """Whether candidates may be posted to it: it is external, or never had a pipeline."""
        return self.external or not self.version

    def to_fields(self) -> dict[str, Any]:
        """Return the filter as a document's fields.

        The pipeline goes as JSON text: its arrays nest directly, which documents cannot hold.
        """
        followup = self.auto_followup
        return {
            "id": self.id,
            "name": self.name,
            "group_id": self.group_id,
            "stream_id": self.stream_id,
            "version": self.version,
            "pipeline": json.dumps(list(self.pipeline)),
            "active": self.active,
            "survey": self.survey,
            "dialect": self.dialect,
            "owner_id": self.owner_id,
            "created_at": self.created_at,
            "modified": self.modified,
            "autosave": self.autosave.to_fields(),
            "auto_followup": None if followup is None else followup.to_fields(),
            "update_annotations": self.update_annotations,
            "external": self.external,
            "max_pass_rate": self.max_pass_rate,
            "must_pass": list(self.must_pass),
            "must_not_pass": list(self.must_not_pass),
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Filter:
        """Return the filter that `to_fields` wrote; unknown fields are ignored."""
        followup = fields.get("auto_followup")
        owner = fields.get("owner_id")
        return cls(
            id=int(fields["id"]),
            name=fields["name"],
            group_id=int(fields["group_id"]),
            stream_id=int(fields["stream_id"]),
            version=fields["version"],
            pipeline=tuple(json.loads(fields["pipeline"])),
            active=bool(fields["active"]),
            survey=fields["survey"],
            dialect=fields.get("dialect", "kowalski"),
            owner_id=None if owner is None else int(owner),
            created_at=fields.get("created_at"),
            modified=fields.get("modified"),
            autosave=Autosave.from_fields(fields.get("autosave") or {}),
            auto_followup=None if followup is None else AutoFollowup.from_fields(followup),
            update_annotations=bool(fields.get("update_annotations", False)),
            external=bool(fields.get("external", False)),
            max_pass_rate=float(fields.get("max_pass_rate", DEFAULT_MAX_PASS_RATE)),
            must_pass=tuple(fields.get("must_pass") or ()),
            must_not_pass=tuple(fields.get("must_not_pass") or ()),
        )
