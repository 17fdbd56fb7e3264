"""The archive's alerts as one person may see them: by object, around a position, with stamps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from fritz.alerts.document import coordinates
from fritz.alerts.night import ztf_night_of_candid
from fritz.alerts.packet import Record
from fritz.archive.alert_lookups import (
    USUAL,
    Detail,
    Whereabouts,
    alert_of_night,
    alerts_around,
    alerts_at,
    whereabouts,
)
from fritz.archive.cones import DISTANCE
from fritz.archive.documents import document_from_row, scores
from fritz.errors import Invalid, NotFound, Poison
from fritz.marshal.candidate import PacketPlace
from fritz.marshal.visibility import Viewer, programids
from fritz.ports import ObjectStore, Warehouse
from fritz.services.histories import HistoryStore
from fritz.services.packs import read_record

__all__ = ["MOST_ALERTS", "MOST_OBJECTS", "ArchivedAlerts", "Found"]

MOST_ALERTS: Final = 10_000
MOST_OBJECTS: Final = 1_000
LARGEST_RADIUS_ARCSEC: Final = 3600.0
FIRST_CANDID: Final = 10**17
LAST_CANDID: Final = 2**63
_HISTORY: Final = ("prv_candidates", "fp_hists", "cross_matches")


@dataclass(frozen=True, slots=True)
class Found:
    """An alert, and where its packet stands."""

    document: dict[str, Any]
    """Without history, of which the object has one of its own; as much as was asked for."""
    jd: float
    place: PacketPlace | None
    """None if only the usual fields were asked for."""


@dataclass(frozen=True, slots=True)
class ArchivedAlerts:
    """Reads alerts; every method asks what the viewer may see."""

    warehouse: Warehouse
    histories: HistoryStore
    objects: ObjectStore
    survey: str = "ztf"

    def of_objects(
        self,
        viewer: Viewer,
        object_ids: Iterable[str],
        candid: int | None = None,
        detail: Detail = "whole",
    ) -> list[Found]:
        """Return the alerts of objects, earliest first; none for objects that are not known.

        Parameters
        ----------
        candid
            Only this one.

        Raises
        ------
        Invalid
            Too many objects are asked for at once.
        """
        names = list(dict.fromkeys(object_ids))
        if len(names) > MOST_OBJECTS:
            raise Invalid(f"objectId: at most {MOST_OBJECTS} objects, not {len(names)}")
        granted = programids(viewer, self.survey)
        places = self._places(names, granted, candid)
        if not places:
            return []
        statement = alerts_at(places, granted, survey=self.survey, detail=detail, candid=candid)
        found = _once(self.warehouse.run(statement).to_pylist(), detail)
        return sorted(found, key=lambda each: (each.jd, each.document["candid"]))

    def around(
        self,
        viewer: Viewer,
        ra: float,
        dec: float,
        radius_arcsec: float,
        object_ids: Collection[str] | None = None,
        detail: Detail = "whole",
    ) -> list[Found]:
        """Return the alerts within a cone, the nearest first, at most `MOST_ALERTS`.

        Parameters
        ----------
        object_ids
            Only of these objects.

        Raises
        ------
        Invalid
            The position or the radius is out of range; at most one degree.
        """
        if not 0 < radius_arcsec <= LARGEST_RADIUS_ARCSEC:
            raise Invalid("radius must be above 0 and at most 1 degree")
        granted = programids(viewer, self.survey)
        statement = alerts_around(
            ra, dec, radius_arcsec, granted, survey=self.survey, detail=detail
        )
        rows = self.warehouse.run(statement).sort_by(DISTANCE).to_pylist()
        wanted = [r for r in rows if object_ids is None or r["objectId"] in object_ids]
        return _once(wanted, detail)[:MOST_ALERTS]

    def one(
        self,
        viewer: Viewer,
        object_id: str,
        candid: int | None = None,
        detail: Detail = "whole",
    ) -> Found:
        """Return an alert of an object, the latest one if none is named.

        Raises
        ------
        NotFound
            There is none that the viewer may see.
        """
        found = self.of_objects(viewer, [object_id], candid, detail)
        if not found:
            what = "alerts" if candid is None else f"alert {candid}"
            raise NotFound(f"no {what} of {object_id}")
        return found[-1]

    def by_candid(self, viewer: Viewer, candid: int) -> Found:
        """Return the alert of a candid.

        Raises
        ------
        NotFound
            There is none that the viewer may see in the night that the candid tells.
        """
        if not FIRST_CANDID <= candid < LAST_CANDID:
            raise NotFound(f"no alert {candid}")
        night = ztf_night_of_candid(candid)
        granted = programids(viewer, self.survey)
        statement = alert_of_night(candid, night, granted, survey=self.survey)
        found = _once(self.warehouse.run(statement).to_pylist(), "whole")
        if not found:
            raise NotFound(f"no alert {candid}")
        return found[0]

    def record(self, found: Found) -> Record:
        """Return the alert as its packet has it, stamps included.

        Raises
        ------
        NotFound
            The packet is gone, or cannot be read.
        """
        candid = found.document["candid"]
        if found.place is None:
            raise NotFound(f"no packet of alert {candid}")
        try:
            record = read_record(self.objects, found.place, candid, self.survey)
        except Poison as poison:
            raise NotFound(f"no packet of alert {candid}: {poison}") from poison
        if record is None:
            raise NotFound(f"no packet of alert {candid}")
        return record

    def _places(
        self, names: Sequence[str], granted: frozenset[int], candid: int | None
    ) -> list[Whereabouts]:
        stored = self.histories.load_visible(names, granted)
        found = (whereabouts(stored[name].history, granted) for name in names if name in stored)
        return [each for each in found if each is not None and candid in {None, *each.candids}]


def _once(rows: Iterable[Mapping[str, Any]], detail: Detail) -> list[Found]:
    """Return each alert once: the row that was written first."""
    first: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        known = first.get(row["candid"])
        if known is None or row["ingested_at"] < known["ingested_at"]:
            first[row["candid"]] = row
    return [_FOUND[detail](row) for row in first.values()]


def _usual(row: Mapping[str, Any]) -> Found:
    document = {
        "objectId": row["objectId"],
        "candid": row["candid"],
        "candidate": {name: row[name] for name in USUAL},
        "classifications": scores(row["classifications"]),
        "coordinates": coordinates(row["ra"], row["dec"]),
    }
    return Found(document, row["jd"], None)


def _place(row: Mapping[str, Any]) -> Found:
    document = {"objectId": row["objectId"], "candid": row["candid"]}
    return Found(document, row["jd"], PacketPlace(**row["packet"]))


def _whole(row: Mapping[str, Any]) -> Found:
    document = document_from_row(row)
    for name in _HISTORY:
        document.pop(name, None)
    return Found(document, document["candidate"]["jd"], PacketPlace(**row["packet"]))


_FOUND: Final[Mapping[Detail, Callable[[Mapping[str, Any]], Found]]] = {
    "usual": _usual,
    "place": _place,
    "whole": _whole,
}
