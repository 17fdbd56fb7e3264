"""Where the atlas is: one document names it, and the ones before it that are still being read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fritz.catalogs.atlas import Atlas
from fritz.ports import Create, DocumentStore, ObjectStore, Put, Write

__all__ = ["COLLECTION", "AtlasStore", "Named"]

COLLECTION: Final = "atlas"
CURRENT: Final = "current"
KEPT: Final = timedelta(days=1)
"""How long an atlas that has been replaced stays, for those who are reading it."""


@dataclass(frozen=True, slots=True)
class Named:
    """The atlas that counts now."""

    key: str = ""
    """Empty where there is none."""
    past: tuple[tuple[str, datetime], ...] = ()
    """Those before it, and until when each counted."""
    version: str | None = None


class AtlasStore:
    """Names the atlas, reads it and replaces it."""

    def __init__(
        self, documents: DocumentStore, objects: ObjectStore, now: Callable[[], datetime]
    ) -> None:
        self._documents = documents
        self._objects = objects
        self._now = now

    def named(self) -> Named:
        """Return which atlas counts now."""
        found = self._documents.get(COLLECTION, CURRENT)
        if found is None:
            return Named()
        past = tuple((each["key"], each["until"]) for each in found.data["past"])
        return Named(found.data["key"], past, found.version)

    def read(self, key: str) -> Atlas:
        """Return an atlas by its key; one without sheets for no key."""
        return Atlas.of(self._objects.get(key)) if key else Atlas()

    def replace(self, before: Named, atlas: Atlas) -> None:
        """Let another atlas count; what nobody reads any more goes.

        Raises
        ------
        Conflict
            The atlas is no longer the one that stood `before`.
        """
        data = atlas.to_bytes()
        key = f"atlas/{hashlib.sha256(data).hexdigest()[:32]}.json"
        self._objects.create(key, data)
        at = self._now()
        was = [*before.past, *([(before.key, at)] if before.key else [])]
        past = [(name, until) for name, until in was if until > at - KEPT and name != key]
        fields: dict[str, Any] = {
            "key": key,
            "catalogs": sorted(atlas.catalogs),
            "rows": atlas.rows,
            "past": [{"key": name, "until": until} for name, until in past],
            "at": at,
        }
        write: Write = (
            Create(COLLECTION, CURRENT, fields)
            if before.version is None
            else Put(COLLECTION, CURRENT, fields, if_version=before.version)
        )
        self._documents.commit([write])
        kept = {key, *(name for name, _ in past)}
        self._remove({name for name, _ in was} - kept, kept)

    def _remove(self, gone: set[str], kept: set[str]) -> None:
        """Delete atlases, and their sheets that are in none of those that are kept."""
        if not gone:
            return
        used = {sheet.name for key in kept for sheet in self.read(key).sheets}
        for key in gone:
            for sheet in self.read(key).sheets:
                if sheet.name not in used:
                    self._objects.delete(sheet.key)
                    self._objects.delete(sheet.index_key)
            self._objects.delete(key)
