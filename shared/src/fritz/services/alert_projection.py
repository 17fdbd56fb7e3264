"""Which fields of an alert are returned: Fritz's usual ones, all, or those that the asker names.

A projection is that of the filter language, ``{"candidate.magpsf": 1, "who": "$objectId"}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson

from fritz.archive.alert_lookups import USUAL
from fritz.errors import Invalid
from fritz.filters import FilterError, FilterRefused, compile_filter

__all__ = ["as_shown", "projected", "usual"]

COORDINATES: Final = ("l", "b")


def usual(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an alert that are returned unless others are asked for."""
    return {
        "objectId": document["objectId"],
        "candid": str(document["candid"]),
        "candidate": {name: document["candidate"].get(name) for name in USUAL},
        "classifications": document["classifications"],
        "coordinates": {name: document["coordinates"][name] for name in COORDINATES},
    }


def as_shown(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an alert whole, its candid as text: browsers know no integers of 64 bits."""
    shown = dict(document)
    if type(shown.get("candid")) is int:
        shown["candid"] = str(shown["candid"])
    candidate = shown.get("candidate")
    if isinstance(candidate, Mapping) and type(candidate.get("candid")) is int:
        shown["candidate"] = {**candidate, "candid": str(candidate["candid"])}
    return shown


def projected(documents: Iterable[Mapping[str, Any]], text: str) -> Sequence[dict[str, Any]]:
    """Return what a projection makes of alerts, candids as text.

    Parameters
    ----------
    text
        The projection, JSON.

    Raises
    ------
    Invalid
        It is no JSON object, or no projection; or an expression in it failed on an alert.
    """
    try:
        projection = orjson.loads(text)
    except orjson.JSONDecodeError as e:
        raise Invalid(f"projection must be a JSON object: {e}") from e
    if not isinstance(projection, dict):
        raise Invalid("projection must be a JSON object")
    wanted = {name: value for name, value in projection.items() if name != "_id"}
    if not wanted:
        return [as_shown(each) for each in documents]
    try:
        project = compile_filter([{"$project": wanted}])
        made = [project.run(each) for each in documents]
    except FilterRefused as refused:
        raise Invalid("projection: " + "; ".join(map(str, refused.findings))) from refused
    except FilterError as error:
        raise Invalid(f"projection: {error}") from error
    return [as_shown(each) for each in made if each is not None]
