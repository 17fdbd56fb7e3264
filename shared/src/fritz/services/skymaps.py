"""Sky maps that people upload, as regions in which alerts and sources are searched."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from fritz.errors import Conflict, Forbidden, Invalid, NotFound
from fritz.marshal.obj import Obj
from fritz.ports import Create, Delete, DocumentStore, Merge, Query, Where
from fritz.sky.skymaps import Circle, Region, credible_circle, credible_region

__all__ = ["Localization", "Skymap", "Skymaps", "within"]

COLLECTION: Final = "skymaps"
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Localization:
    """Where an event may have been, as lists of objects ask for it."""

    dateobs: str
    name: str | None = None
    """Of the map; None for any of the event."""
    cumprob: float = 0.95
    """The share of the probability that the region holds."""


@dataclass(frozen=True, slots=True)
class Skymap:
    """A map, known by its event and its name."""

    id: str
    dateobs: str
    localization_name: str
    aliases: tuple[str, ...]
    owner_id: int
    regions: Mapping[str, Region | Circle]
    """By contour, per cent."""

    def region(self, percent: float) -> Region | Circle:
        """Return what a contour encloses; `Invalid` if nobody asked for that contour."""
        found = self.regions.get(_level(percent))
        if found is None:
            there = ", ".join(sorted(self.regions))
            raise Invalid(f"{self.localization_name} has contours {there}, not {_level(percent)}")
        return found


class Skymaps:
    """All sky maps, one document each.

    Parameters
    ----------
    documents : where they stand
    """

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    def save(
        self,
        given: Mapping[str, Any],
        *,
        dateobs: str,
        aliases: Sequence[str],
        contours: Sequence[float],
        owner_id: int,
    ) -> Skymap:
        """Keep contours of a map: of a new one, or more of one that is known.

        Parameters
        ----------
        given
            ``uniq`` and ``probdensity`` with a ``localization_name``; or a circle's ``ra``, ``dec``
            and ``error`` (degrees).

        Raises
        ------
        Invalid
            It is no map, or all its contours are there already.
        """
        moment, name = checked_dateobs(dateobs), _name_of(given)
        number = _id(moment, name)
        old = self._get(number)
        new = [each for each in contours if old is None or _level(each) not in old.regions]
        if not new:
            raise Invalid("skymap already exists with the same contours")
        made = {_level(each): _packed(_region_of(given, each)) for each in new}
        fields: dict[str, Any] = {"regions": made}
        if old is not None:
            self._documents.commit([Merge(COLLECTION, number, fields)])
        else:
            known = {"dateobs": moment, "localization_name": name, "owner_id": owner_id}
            fields |= known | {"aliases": list(map(str, aliases))}
            try:
                self._documents.commit([Create(COLLECTION, number, fields)])
            except Conflict:
                self._documents.commit([Merge(COLLECTION, number, {"regions": made})])
        return self._found(number)

    def find(
        self, *, localization_name: str | None, dateobs: str | None, aliases: Sequence[str] = ()
    ) -> Skymap:
        """Return a map by its event: the time, or one of its aliases; and by name, if given.

        Raises
        ------
        NotFound
            There is none.
        Invalid
            Neither a time nor an alias was given.
        """
        if dateobs is None and not aliases:
            raise Invalid("must provide dateobs or alias")
        wheres = [Where("dateobs", "==", checked_dateobs(dateobs))] if dateobs is not None else []
        wheres += [Where("aliases", "array_contains", each) for each in aliases]
        for where in wheres:
            for row in self._documents.query(Query(COLLECTION, (where,))):
                if localization_name in {None, row.data["localization_name"]}:
                    return _read(row.id, row.data)
        raise NotFound("no skymap found")

    def region(self, asked: Localization) -> Region | Circle:
        """Return the region of a localization.

        Raises
        ------
        Invalid
            There is no such map, or nobody asked for that contour when it was uploaded.
        """
        try:
            found = self.find(localization_name=asked.name, dateobs=asked.dateobs)
        except NotFound as e:
            named = asked.dateobs[:40] if asked.name is None else asked.name[:80]
            raise Invalid(f"no localization {named!r}, see /api/skymap") from e
        return found.region(100.0 * asked.cumprob)

    def delete(self, found: Skymap, user_id: int, *, is_admin: bool) -> None:
        """Forget a map; `Forbidden` unless who asks uploaded it, or decides for all."""
        if found.owner_id != user_id and not is_admin:
            raise Forbidden(f"{found.localization_name} was uploaded by somebody else")
        self._documents.commit([Delete(COLLECTION, found.id)])

    def _get(self, number: str) -> Skymap | None:
        row = self._documents.get(COLLECTION, number)
        return None if row is None else _read(row.id, row.data)

    def _found(self, number: str) -> Skymap:
        found = self._get(number)
        if found is None:
            raise NotFound("no skymap found")
        return found


def within(region: Region | Circle, objs: Mapping[str, Obj]) -> list[str]:
    """Return the names of those objects that stand in a region."""
    if not objs:
        return []
    placed = [(each.ra, each.dec) for each in objs.values()]
    held = region.holds(*np.array(placed, dtype=np.float64).T)
    return [name for name, inside in zip(objs, held.tolist(), strict=True) if inside]


def checked_dateobs(given: str) -> str:
    """Return a time as it is kept, UTC to the second; `Invalid` if it is none."""
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError) as e:
        raise Invalid("dateobs must be in format YYYY-MM-DDTHH:MM:SS[.SSS]") from e
    utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%S")


def _name_of(given: Mapping[str, Any]) -> str:
    if "localization_name" in given:
        return str(given["localization_name"])[:_LONGEST]
    ra, dec, error = _circle(given)
    return f"{ra:.5f}_{dec:.5f}_{error:.5f}"


def _region_of(given: Mapping[str, Any], percent: float) -> Region | Circle:
    if "uniq" in given:
        try:
            return credible_region(given["uniq"], given["probdensity"], percent)
        except (KeyError, TypeError, ValueError, OverflowError) as e:
            raise Invalid(f"skymap: uniq and probdensity are lists of numbers: {e}") from e
    return credible_circle(*_circle(given), percent)


def _circle(given: Mapping[str, Any]) -> tuple[float, float, float]:
    try:
        ra, dec, error = (float(given[name]) for name in ("ra", "dec", "error"))
    except (KeyError, TypeError, ValueError) as e:
        raise Invalid("skymap: uniq and probdensity, or ra, dec and error") from e
    return ra, dec, error


def _level(percent: float) -> str:
    return f"{percent:g}".replace(".", "_")


def _id(dateobs: str, name: str) -> str:
    return hashlib.sha256(f"{dateobs} {name}".encode()).hexdigest()[:32]


def _packed(region: Region | Circle) -> dict[str, Any]:
    if isinstance(region, Circle):
        return {"ra": region.ra, "dec": region.dec, "radius_deg": region.radius_deg}
    ends = np.stack([region.first, region.last]).astype("<i8")
    return {"cells": zlib.compress(np.diff(ends, axis=1, prepend=0).tobytes(), 9)}


def _read(number: str, data: Mapping[str, Any]) -> Skymap:
    return Skymap(
        id=number,
        dateobs=data["dateobs"],
        localization_name=data["localization_name"],
        aliases=tuple(data["aliases"]),
        owner_id=int(data["owner_id"]),
        regions={level: _unpacked(each) for level, each in data["regions"].items()},
    )


def _unpacked(fields: Mapping[str, Any]) -> Region | Circle:
    if "cells" not in fields:
        return Circle(fields["ra"], fields["dec"], fields["radius_deg"])
    steps = np.frombuffer(zlib.decompress(fields["cells"]), dtype="<i8").reshape(2, -1)
    first, last = np.cumsum(steps, axis=1)
    return Region(first, last)
