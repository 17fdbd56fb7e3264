"""What went on lately, as far as the viewer sees it: recent saves, who saves, news, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, Literal

from fritz.marshal.acls import SYSTEM_ADMIN
from fritz.marshal.classification import Classification
from fritz.marshal.source import Source
from fritz.marshal.visibility import Viewer
from fritz.ports import DocumentStore, Order, Query, Where
from fritz.services.classifications import COLLECTION as CLASSIFICATIONS
from fritz.services.classifications import Classifications
from fritz.services.sources import COLLECTION as SOURCES
from fritz.services.walking import Walk

__all__ = ["Dashboard", "News"]

MOST_SAVES: Final = 5000
"""Saves that are looked at for who saves most."""
COUNTED: Final = (
    ("Number of candidates", "candidates"),
    ("Number of objs", "objects"),
    ("Number of sources", "sources"),
    ("Number of photometry objects", "photometry"),
    ("Number of spectra", "spectra"),
    ("Number of comments", "comments"),
    ("Number of annotations", "annotations"),
    ("Number of classifications", "classifications"),
    ("Number of groups", "groups"),
    ("Number of users", "users"),
    ("Number of tokens", "tokens"),
    ("Number of filters", "filters"),
)
"""What the statistics call them, and the collections."""


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened."""

    kind: Literal["source", "classification"]
    at: datetime
    obj_id: str
    by: int
    """Id of the user."""
    message: str
    classification: str | None = None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Summaries of recent activity, read by index and bounded."""

    documents: DocumentStore
    classifications: Classifications
    now: Callable[[], datetime]

    def recent_saves(self, viewer: Viewer, most: int) -> list[Source]:
        """Return the latest saves to the viewer's groups, one per object, newest first."""
        found: dict[str, Source] = {}
        for row in self._saves(viewer).rows(None, 2 * most):
            source = Source.from_fields(row.data)
            found.setdefault(source.obj_id, source)
            if len(found) == most:
                break
        return list(found.values())

    def count_saves(self, viewer: Viewer, days: float) -> int:
        """Return how often objects were saved to the viewer's groups within the last days."""
        return self._saves(viewer, self.now() - timedelta(days=days)).count()

    def savers(self, viewer: Viewer, days: float, most: int) -> list[tuple[int, int]]:
        """Return who saved most to the viewer's groups lately: user ids with numbers of objects."""
        saved: dict[int, set[str]] = {}
        walk = self._saves(viewer, self.now() - timedelta(days=days))
        for row in islice(walk.rows(None, 200), MOST_SAVES):
            saved.setdefault(int(row.data["saved_by"]), set()).add(row.data["obj_id"])
        counts = Counter({user_id: len(names) for user_id, names in saved.items()})
        return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]

    def news(self, viewer: Viewer, most: int) -> list[News]:
        """Return what happened lately to objects that the viewer sees, newest first."""
        found = [
            News("source", each.saved_at, each.obj_id, each.saved_by, "New source saved")
            for each in self.recent_saves(viewer, most)
        ]
        found += [
            News("classification", c.created_at, c.obj_id, c.author_id,
                 f"classified as {c.classification}", c.classification)
            for c in self._recent_classifications(viewer, most)
        ]  # fmt: skip
        return sorted(found, key=lambda each: each.at, reverse=True)[:most]

    def statistics(self, viewer: Viewer) -> dict[str, int]:
        """Return how much there is of everything.

        Raises
        ------
        Unauthorized
            The viewer is no system administrator.
        """
        viewer.must(SYSTEM_ADMIN)
        return {name: self.documents.count(Query(collection)) for name, collection in COUNTED}

    def _recent_classifications(self, viewer: Viewer, most: int) -> list[Classification]:
        latest = Query(CLASSIFICATIONS, (), (Order("created_at", descending=True),), 2 * most)
        names = {row.data["obj_id"] for row in self.documents.query(latest)}
        seen = self.classifications.of_objects(viewer, names)
        return [each for some in seen.values() for each in some]

    def _saves(self, viewer: Viewer, since: datetime | None = None) -> Walk:
        where: tuple[Where, ...] = (Where("active", "==", True),)
        if since is not None:
            where += (Where("saved_at", ">=", since),)
        groups = None if viewer.is_admin else tuple(viewer.group_ids)
        return Walk(
            self.documents, SOURCES, "group_id", groups, "saved_at", descending=True, where=where
        )
