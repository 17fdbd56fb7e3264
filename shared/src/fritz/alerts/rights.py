"""The one gate between an alert and whoever may not see all of it.

ZTF's programid says who paid for an exposure: 1 public, 2 partnership, 3 Caltech, 0 engineering.
It guards the detection and each element of its history. What carries no programid is granted to
nobody: not knowing whose data it is, we show it to none.
"""

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["GATED", "grant", "grant_points", "granted"]

GATED = ("prv_candidates", "fp_hists")
"""The document's lists whose elements carry their own programid."""


def granted(value: Mapping[str, Any], programids: frozenset[int]) -> bool:
    """Return whether a measurement's programid is among those granted.

    Forced photometry also tells the brightness of the alert that brought it: that one's programid
    must be granted too.
    """
    programid = value.get("programid")
    brought_by = value.get("alert_programid", programid)
    return type(programid) is int and programid in programids and brought_by in programids


def grant_points(
    points: Iterable[dict[str, Any]], programids: frozenset[int]
) -> list[dict[str, Any]]:
    """Return those of the measurements that are granted."""
    return [point for point in points if granted(point, programids)]


def grant(document: Mapping[str, Any], programids: frozenset[int]) -> dict[str, Any] | None:
    """Return an enriched alert as the holder of these programs may see it.

    The document is left as it is; what is returned shares its values.

    Returns
    -------
    None if the alert itself is not granted; else a copy without the history that is not. Forced
    photometry of which nothing is left is absent, as it is where there never was any: that there
    is some must not show.
    """
    if not granted(document["candidate"], programids):
        return None
    visible = dict(document)
    for name in GATED:
        if visible.get(name) is not None:
            visible[name] = grant_points(visible[name], programids)
    if visible.get("fp_hists") == []:
        del visible["fp_hists"]
    return visible
