"""What is known of an object, as Kowalski's collection of histories had it ("aux")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fritz.alerts.rights import grant_points
from fritz.errors import NotFound
from fritz.marshal.visibility import Viewer, programids
from fritz.services.histories import HistoryStore

__all__ = ["Aux", "ObjectHistories", "median_position"]

LATEST_JD: Final = 9_999_999.0
DETECTION: Final = (
    "magpsf",
    "sigmapsf",
    "diffmaglim",
    "programid",
    "fid",
    "ra",
    "dec",
    "candid",
    "jd",
)
FORCED: Final = ("mag", "magerr", "diffmaglim", "jd", "programid", "fid", "ra", "dec", "snr")
"""Fields of detections and of forced photometry that are shown unless all are asked for."""


@dataclass(frozen=True, slots=True)
class Aux:
    """An object's past: what the viewer may see of it."""

    object_id: str
    prv_candidates: list[dict[str, Any]]
    fp_hists: list[dict[str, Any]]
    ra_median: float | None
    dec_median: float | None
    cross_matches: Mapping[str, Any]
    """What catalogs have at the object's position, by catalog."""


@dataclass(frozen=True, slots=True)
class ObjectHistories:
    """Reads histories for people."""

    histories: HistoryStore
    survey: str = "ztf"

    def get(self, viewer: Viewer, object_id: str, *, all_fields: bool = False) -> Aux:
        """Return all that is known of an object, earliest first, its alerts included.

        Raises
        ------
        NotFound
            There is no alert of it that the viewer may see.
        """
        granted = programids(viewer, self.survey)
        stored = self.histories.load_visible([object_id], granted).get(object_id)
        if stored is None:
            raise NotFound(f"no object {object_id}")
        history = stored.history
        view = history.view(LATEST_JD, window_days=LATEST_JD)
        previous = [_shown(each) for each in grant_points(view.prv_candidates, granted)]
        forced = [_placed(each) for each in grant_points(view.fp_hists, granted)]
        ra, dec = median_position(previous) or (None, None)
        if not all_fields:
            previous = [_only(each, DETECTION) for each in previous]
            forced = [_only(each, FORCED) for each in forced]
        matches = stored.matched.matches if stored.matched is not None else {}
        return Aux(object_id, previous, forced, ra, dec, matches)


def median_position(points: list[dict[str, Any]]) -> tuple[float, float] | None:
    """Return the median of the distinct positions, degrees; None without any.

    Around RA 0 the right ascensions are taken on one side of it.

    Examples
    --------
    >>> median_position([{"ra": 359.5, "dec": 1.0}, {"ra": 0.5, "dec": 3.0}])
    (0.0, 2.0)
    """
    placed = [(each["ra"], each["dec"]) for each in points if each.get("ra") is not None]
    if not placed:
        return None
    ra, dec = np.round(np.array(placed, dtype=np.float64), 10).T
    near = (ra - ra[0] + 180.0) % 360.0 - 180.0
    median = (float(np.median(np.unique(near))) + float(ra[0])) % 360.0
    return round(median, 10) % 360.0, float(np.median(np.unique(dec)))


def _shown(point: dict[str, Any]) -> dict[str, Any]:
    """Return a detection with its candid as text, as browsers need it."""
    return point | ({"candid": str(point["candid"])} if point.get("candid") else {})


def _placed(point: dict[str, Any]) -> dict[str, Any]:
    """Return forced photometry with the position where it was forced under ``ra`` and ``dec``."""
    shown = dict(point)
    shown["ra"], shown["dec"] = shown.pop("alert_ra", None), shown.pop("alert_dec", None)
    return shown


def _only(point: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: point[name] for name in names if name in point}
