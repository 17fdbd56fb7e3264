"""Known objects of the solar system in the archive, as one person may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fritz.archive.alert_queries import Nights
from fritz.archive.solar_system import bodies_of_nights, detections_of_body
from fritz.marshal.solar_system import NEAR_ARCSEC, BodyDetection, predicted
from fritz.marshal.visibility import Viewer, programids
from fritz.photometry.fluxes import is_positive
from fritz.ports import Warehouse

__all__ = ["MOST_BODIES", "Body", "SolarSystem"]

MOST_BODIES: Final = 200


@dataclass(frozen=True, slots=True)
class Body:
    """An asteroid or comet that was seen."""

    name: str
    """As the survey writes it: a number, ``2005AB``, ``C/2020F3``."""
    alerts: int
    nights: int
    first_jd: float
    last_jd: float
    brightest: float


@dataclass(frozen=True, slots=True)
class SolarSystem:
    """Reads what the survey took for known objects; every method asks what the viewer may see."""

    warehouse: Warehouse
    survey: str = "ztf"

    def seen(self, viewer: Viewer, nights: Nights, starting: str = "") -> list[Body]:
        """Return the bodies of some nights, the most often seen first, at most `MOST_BODIES`.

        Parameters
        ----------
        starting
            Only those whose names begin so.
        """
        granted = programids(viewer, self.survey)
        statement = bodies_of_nights(
            nights, granted, NEAR_ARCSEC,
            survey=self.survey, starting=starting, most=MOST_BODIES,
        )  # fmt: skip
        return [Body(**row) for row in self.warehouse.run(statement).to_pylist()]

    def detections(self, viewer: Viewer, name: str, nights: Nights) -> list[BodyDetection]:
        """Return the detections of a body in some nights, earliest first."""
        granted = programids(viewer, self.survey)
        statement = detections_of_body(name, nights, granted, NEAR_ARCSEC, survey=self.survey)
        return [_detection(row) for row in _once(self.warehouse.run(statement).to_pylist())]


def _once(rows: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Yield each alert once: the row that was written first, as they come in this order."""
    known: set[int] = set()
    for row in rows:
        if row["candid"] not in known:
            known.add(row["candid"])
            yield row


def _detection(row: Mapping[str, Any]) -> BodyDetection:
    return BodyDetection(
        candid=row["candid"],
        object_id=row["objectId"],
        jd=row["jd"],
        fid=row["fid"],
        ra=row["ra"],
        dec=row["dec"],
        mag=row["magpsf"],
        mag_err=row["sigmapsf"],
        brighter=is_positive(row["isdiffpos"]),
        score=row["drb"],
        distance_arcsec=row["ssdistnr"],
        predicted_mag=predicted(row["ssmagnr"]),
    )
