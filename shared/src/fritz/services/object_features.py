"""Light-curve features of the objects of a night, kept with the object and in the archive.

A job after the night: an object that was seen in it and has points enough in a band gets features
of all it showed so far. Nobody must learn from a feature of points they may not see, so there is
one set from public points and, where others add to it, one from all; each says of which programs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from fritz.alerts.history import History
from fritz.archive.object_features import feature_rows, objects_of_night
from fritz.photometry.difference_flux import DifferenceFlux, difference_flux
from fritz.ports import DocumentStore, Put, Warehouse
from fritz.services.histories import HistoryStore, document_id
from fritz.services.rescoring_packs import Shard

__all__ = ["COLLECTION", "FeatureReport", "FeatureSet", "FeatureSource", "ObjectFeatures"]

COLLECTION: Final = "object_features"
FEWEST_POINTS: Final = 5
"""In a band; the statistics of fewer say little."""
AT_ONCE: Final = 200
PUBLIC: Final = frozenset({1})
Array = NDArray[np.float64]

log = structlog.get_logger()


class FeatureSource(Protocol):
    """What computes features; `fritz.adapters.light_curve.LightCurvePackage` is one."""

    @property
    def name(self) -> str:
        """Package and version, kept with what it computed."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features, in order."""
        ...

    def features(self, days: Array, flux: Array, flux_err: Array) -> Array:
        """Return the features of a light curve; NaN for those that it has not."""
        ...


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """The features of one band of one object."""

    fid: int
    programids: tuple[int, ...]
    """Whose points they are of; who does not see all of these does not see the set."""
    points: int
    values: Mapping[str, float]
    """By name; those that the light curve has."""


@dataclass(slots=True)
class FeatureReport:
    """What a task came to."""

    objects: int = 0
    """Seen in the night, of the task's part."""
    featured: int = 0
    """Those with points enough."""
    sets: int = 0


class ObjectFeatures:
    """Computes, keeps and shows features."""

    def __init__(
        self,
        documents: DocumentStore,
        warehouse: Warehouse,
        now: Callable[[], datetime],
        survey: str = "ztf",
    ) -> None:
        self._documents = documents
        self._warehouse = warehouse
        self._histories = HistoryStore(documents, survey)
        self._now = now
        self._survey = survey

    def of_night(
        self,
        night: int,
        source: FeatureSource,
        shard: Shard = Shard(),  # noqa: B008 - frozen
    ) -> FeatureReport:
        """Compute the features of a night's objects; again is harmless, the latest row counts.

        Parameters
        ----------
        night
            YYYYMMDD.
        shard
            The task's part of the objects.

        Raises
        ------
        Transient
            A store failed; run the shard again.
        """
        rows = self._warehouse.run(objects_of_night(night, self._survey)).to_pylist()
        last = {row["objectId"]: row["jd"] for row in rows if shard.holds(row["objectId"])}
        report, names = FeatureReport(objects=len(last)), sorted(last)
        for begin in range(0, len(names), AT_ONCE):
            stored = self._histories.load(names[begin : begin + AT_ONCE])
            found = {
                name: list(_sets(each.history, last[name], source)) for name, each in stored.items()
            }
            found = {name: sets for name, sets in found.items() if sets}
            self._keep(night, found, last, source)
            report.featured += len(found)
            report.sets += sum(len(sets) for sets in found.values())
        log.info("features computed", night=night, objects=report.objects, sets=report.sets)
        return report

    def get(self, object_id: str, granted: frozenset[int]) -> list[FeatureSet]:
        """Return an object's features, of each band the set of most points that may be seen.

        Parameters
        ----------
        granted
            Programs that whoever asks may see.
        """
        return self.get_many([object_id], granted)[object_id]

    def get_many(
        self, object_ids: Iterable[str], granted: frozenset[int]
    ) -> dict[str, list[FeatureSet]]:
        """Return the features of objects as `get` does, by name; empty where none are kept."""
        names = {document_id(name): name for name in object_ids}
        found = self._documents.get_many(COLLECTION, names)
        return {
            name: _best(found[key].data["sets"], granted) if key in found else []
            for key, name in names.items()
        }

    def _keep(
        self,
        night: int,
        found: Mapping[str, Sequence[FeatureSet]],
        last: Mapping[str, float],
        source: FeatureSource,
    ) -> None:
        """Write the archive's rows, then the documents."""
        if not found:
            return
        at = self._now()
        rows = [
            row
            for name, sets in found.items()
            for each in sets
            for row in feature_rows(
                object_id=name, survey=self._survey, night=night, fid=each.fid,
                programids=each.programids, points=each.points, values=each.values,
                source=source.name, at=at,
            )
        ]  # fmt: skip
        self._warehouse.append("object_features", rows)
        self._documents.commit([
            Put(COLLECTION, document_id(name), {
                "survey": self._survey, "object_id": name, "night": night, "as_of_jd": last[name],
                "source": source.name, "computed_at": at, "sets": [_fields(s) for s in sets],
            })
            for name, sets in found.items()
        ])  # fmt: skip


def _best(sets: Iterable[Mapping[str, Any]], granted: frozenset[int]) -> list[FeatureSet]:
    """Return of each band the set of most points that may be seen."""
    best: dict[int, FeatureSet] = {}
    for fields in sets:
        each = FeatureSet(**dict(fields) | {"programids": tuple(fields["programids"])})
        known = best.get(each.fid)
        if granted.issuperset(each.programids) and (known is None or each.points > known.points):
            best[each.fid] = each
    return [best[fid] for fid in sorted(best)]


def _fields(found: FeatureSet) -> dict[str, Any]:
    return {
        "fid": found.fid,
        "programids": list(found.programids),
        "points": found.points,
        "values": dict(found.values),
    }


def _sets(history: History, jd: float, source: FeatureSource) -> Iterator[FeatureSet]:
    """Yield what can be computed of an object's points up to a moment."""
    # that of the last alert itself is a point, too: a view shows what came before
    points = history.view(math.nextafter(jd, math.inf), window_days=math.inf).prv_candidates
    public = difference_flux(points, PUBLIC)
    whole = [each for each in difference_flux(points) if each.programids != PUBLIC]
    for curve in (*public, *whole):
        if len(curve.jd) >= FEWEST_POINTS:
            yield _set(curve, source)


def _set(curve: DifferenceFlux, source: FeatureSource) -> FeatureSet:
    found = source.features(curve.jd - curve.jd[0], curve.flux_ujy, curve.flux_err_ujy)
    values = {
        name: float(value)
        for name, value in zip(source.names, found, strict=True)
        if math.isfinite(value)
    }
    return FeatureSet(curve.fid, tuple(sorted(curve.programids)), len(curve.jd), values)
