"""The two ways in which filters are written: Kowalski's and BOOM's.

One document serves both. What differs is how a filter sees it (`boom_view`), and what stands in
front of the author's own stages when a pipeline is pasted from Compass or from a broker's log.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

__all__ = ["Dialect", "boom_view", "upstream_stages"]

Dialect: TypeAlias = Literal["kowalski", "boom"]

_BANDS: Final = {1: "g", 2: "r", 3: "i"}
_POSITIVE: Final = frozenset({"t", "T", "1", "y", "Y"})
_GATED: Final = frozenset({"_id", "candid", "objectId", "candidate.programid", "programid"})
_CUTOUTS: Final = frozenset({"cutoutScience", "cutoutTemplate", "cutoutDifference"})
_BOOM_KEPT: Final = frozenset(
    {"_id", "objectId", "candid", "candidate", "classifications", "properties", "coordinates"}
)


def boom_view(document: dict[str, Any]) -> dict[str, Any]:
    """Return the alert as BOOM's filters expect it: boolean `isdiffpos`, a `band`.

    A document that is already so is returned as it is; none is changed.
    """
    candidate = document.get("candidate")
    if type(candidate) is not dict or type(candidate.get("isdiffpos")) is not str:
        return document
    view = {**document, "candidate": _detection(candidate)}
    for name in ("prv_candidates", "fp_hists"):
        history = document.get(name)
        if type(history) is list:
            view[name] = [_detection(each) if type(each) is dict else each for each in history]
    return view


def _detection(detection: dict[str, Any]) -> dict[str, Any]:
    made = dict(detection)
    sign = made.get("isdiffpos")
    if type(sign) is str:
        made["isdiffpos"] = sign in _POSITIVE
    band = _BANDS.get(made.get("fid", 0))
    if band is not None:
        made.setdefault("band", band)
    return made


def upstream_stages(stages: list[Any]) -> int:
    """Return how many stages at the front are a broker's own, not the author's.

    A broker selects the alert, drops the cut-outs, looks up the object's history as `aux` and
    copies it into the alert, all of which has happened before a filter runs here.
    """
    index = 0
    while index < len(stages) and (_selects(stages[index]) or _drops_cutouts(stages[index])):
        index += 1
    if index < len(stages) and _keeps_packet(stages[index]):
        index += 1
    if index + 1 < len(stages) and _looks_up(stages[index]) and _copies(stages[index + 1]):
        return index + 2
    return 0


def _stage(stage: Any, *names: str) -> Mapping[str, Any]:
    """Return the specification if the stage is one of these, else an empty one."""
    if isinstance(stage, Mapping) and len(stage) == 1:
        ((name, given),) = stage.items()
        if name in names and isinstance(given, Mapping):
            return given
    return {}


def _selects(stage: Any) -> bool:
    query = _stage(stage, "$match")
    return bool(query) and set(query) <= _GATED


def _drops_cutouts(stage: Any) -> bool:
    fields = _stage(stage, "$project")
    return bool(fields) and all(name in _CUTOUTS and not flag for name, flag in fields.items())


def _keeps_packet(stage: Any) -> bool:
    fields = _stage(stage, "$project")
    return bool(fields) and set(fields) <= _BOOM_KEPT and all(flag == 1 for flag in fields.values())


def _looks_up(stage: Any) -> bool:
    given = _stage(stage, "$lookup")
    return str(given.get("from", "")).endswith("_alerts_aux") and given.get("as") == "aux"


def _copies(stage: Any) -> bool:
    fields = _stage(stage, "$project", "$addFields", "$set")
    return any("$aux." in text for value in fields.values() for text in _strings(value))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, Mapping) else value
    if isinstance(inside, str | int | float | bool) or inside is None:
        return []
    return [text for item in inside for text in _strings(item)]
