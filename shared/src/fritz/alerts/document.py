"""The enriched alert: the document that filters run on and the archive keeps, without stamps.

Names and layout are Kowalski's, so that filters written for it run unchanged.
"""

from collections.abc import Mapping
from typing import Any

from fritz.alerts.history import HistoryView
from fritz.alerts.packet import Record
from fritz.alerts.surveys import Survey
from fritz.sky.coordinates import ecliptic, galactic, geojson, sexagesimal

__all__ = ["coordinates", "enrich"]


def enrich(
    record: Record,
    history: HistoryView,
    *,
    survey: Survey,
    classifications: Mapping[str, Any],
    cross_matches: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the enriched document of an alert.

    ``candidate`` keeps its nulls, history leaves them out; ``fp_hists`` is absent, not empty, where
    there is no forced photometry. The document shares no list or map with the record.

    Parameters
    ----------
    record
        The alert.
    history
        Its past, see `History.view`.
    survey
        Who published it.
    classifications
        Scores and versions by name: ``{"braai": 0.98, "braai_version": "d6_m9"}``.
    cross_matches
        Rows by catalogue; a list, maybe empty, for each that was searched.
    """
    data = record.data
    document: dict[str, Any] = {
        "survey": record.survey,
        "candid": record.candid,
        "objectId": record.object_id,
        "schemavsn": data.get("schemavsn"),
        "publisher": data.get("publisher"),
        "candidate": dict(record.candidate),
        "prv_candidates": list(history.prv_candidates),
        "classifications": dict(classifications),
        "cross_matches": dict(cross_matches),
        "coordinates": coordinates(record.ra, record.dec),
    }
    if history.fp_hists:
        document["fp_hists"] = list(history.fp_hists)
    return document | survey.extras(data)


def coordinates(ra: float, dec: float) -> dict[str, Any]:
    """Return a position (degrees) as text, GeoJSON, Galactic and ecliptic coordinates (degrees)."""
    lon, lat = galactic(ra, dec)
    ecliptic_lon, ecliptic_lat = ecliptic(ra, dec)
    return {
        "radec_str": list(sexagesimal(ra, dec)),
        "radec_geojson": geojson(ra, dec),
        "l": float(lon),
        "b": float(lat),
        "geocentricmeanecliptic": {"lambda": float(ecliptic_lon), "beta": float(ecliptic_lat)},
    }
