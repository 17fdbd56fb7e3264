"""What the objects of a batch are matched with: each once, when it is first seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from fritz.catalogs.matching import CrossMatches, Matched, Target
from fritz.services.arrivals import Arrival
from fritz.services.crossmatch import CrossMatchService, match_row
from fritz.services.histories import Stored

__all__ = ["ObjectMatches"]


class ObjectMatches:
    """Matches of a batch's objects, those that were kept and those that are made now.

    Parameters
    ----------
    matching
        What matches.
    stored
        What is kept of each of the batch's objects.
    """

    def __init__(self, matching: CrossMatchService, stored: Mapping[str, Stored]) -> None:
        self._matching = matching
        self._kept = {name: each.matched for name, each in stored.items()}
        self._made: dict[str, tuple[Arrival, Matched]] = {}

    def add(self, arrivals: Sequence[Arrival]) -> None:
        """Match objects that never were, at the earliest of their alerts; one search in all."""
        firsts: dict[str, Arrival] = {}
        for each in sorted(arrivals, key=lambda each: (each.record.jd, each.record.candid)):
            name = each.record.object_id
            if self._kept.get(name) is None and name not in self._made:
                firsts.setdefault(name, each)
        by_survey: dict[str, list[Arrival]] = {}
        for each in firsts.values():
            by_survey.setdefault(each.survey, []).append(each)
        for survey, mine in by_survey.items():
            found = self._matching.match([_target(each) for each in mine], survey)
            for each, matched in zip(mine, found, strict=True):
                self._made[each.record.object_id] = (each, matched)

    def of(self, object_id: str) -> CrossMatches:
        """Return what an alert of the object shows; nothing where no catalog is loaded."""
        kept = self._kept.get(object_id)
        if kept is not None:
            return kept.matches
        made = self._made.get(object_id)
        return made[1].matches if made is not None else {}

    def new(self, objects: Collection[str]) -> dict[str, Matched]:
        """Return what those of the objects were matched with that had not been before."""
        return {
            name: matched
            for name, (_, matched) in self._made.items()
            if name in objects and matched.catalogs
        }

    def rows(self, objects: Collection[str], at: datetime) -> list[dict[str, Any]]:
        """Return the rows of `cross_matches` that keep the new ones."""
        rows = []
        for name, matched in self.new(objects).items():
            arrival, _ = self._made[name]
            rows.append(
                match_row(
                    name,
                    _target(arrival),
                    matched,
                    survey=arrival.survey,
                    programid=arrival.record.programid,
                    at=at,
                )
            )
        return rows


def _target(arrival: Arrival) -> Target:
    record = arrival.record
    return Target(record.ra, record.dec, record.jd)
