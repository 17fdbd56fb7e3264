"""Sources whose light curves are alike: among those that the viewer's groups saved last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fritz.classifiers.similarity import Features, most_alike
from fritz.marshal.obj import Obj
from fritz.marshal.source import Source
from fritz.marshal.visibility import Viewer, programids, visible_sources
from fritz.ports import DocumentStore, Order, Query, Where
from fritz.services.object_features import FeatureSet, ObjectFeatures
from fritz.services.objects import ObjStore

__all__ = ["Similar", "SimilarSources"]

OF_A_GROUP: Final = 100
"""Sources that a look compares with, those saved last: each is one small document."""
GROUPS: Final = 10
SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Similar:
    """A source that is alike."""

    obj: Obj
    distance: float
    """In spreads of the features, root mean square."""


@dataclass(frozen=True, slots=True)
class SimilarSources:
    """Compares features that the nightly job keeps."""

    documents: DocumentStore
    features: ObjectFeatures
    survey: str = "ztf"

    def of(self, viewer: Viewer, obj_id: str) -> list[Similar] | None:
        """Return the sources most like an object that the viewer is known to see, nearest first.

        Features are those of points that the viewer may see, all of them. None where none are kept
        of the object.
        """
        granted = programids(viewer, self.survey)
        target = _named(self.features.get(obj_id, granted))
        if not target:
            return None
        kept = self.features.get_many(sorted(self._saved(viewer) - {obj_id}), granted)
        others = {name: _named(sets) for name, sets in kept.items() if sets}
        alike = most_alike(target, others, SHOWN)
        objs = ObjStore(self.documents).visible(viewer, alike)
        return [Similar(objs[name], apart) for name, apart in alike.items() if name in objs]

    def _saved(self, viewer: Viewer) -> set[str]:
        """Return what the viewer's groups have saved, the latest of each."""
        found: set[str] = set()
        newest = (Order("saved_at", descending=True), Order("obj_id"))
        for group_id in sorted(viewer.default_group_ids)[:GROUPS]:
            query = Query("sources", (Where("group_id", "==", group_id),), newest, limit=OF_A_GROUP)
            rows = [Source.from_fields(row.data) for row in self.documents.query(query)]
            found |= {each.obj_id for each in visible_sources(viewer, rows)}
        return found


def _named(sets: list[FeatureSet]) -> Features:
    return {f"{each.fid}:{name}": value for each in sets for name, value in each.values.items()}
