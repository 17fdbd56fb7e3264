"""Matching a night's objects again: catalogs that were added since are then known of them too.

An object that all of today's catalogs were searched for would match the same rows again, and what
BigQuery bills for looking is most of a night's cost: such objects are passed over unless asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from fritz.archive.sky_queries import objects_of_night
from fritz.catalogs.matching import Matched, Target
from fritz.ports import Warehouse
from fritz.services.crossmatch import CrossMatchService, match_row
from fritz.services.histories import HistoryStore

__all__ = ["RematchReport", "RematchService"]

AT_ONCE: Final = 2000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RematchReport:
    """What matching a night's objects again came to."""

    night: int
    objects: int
    changed: int
    """Objects whose matches are not what they were."""
    statements: int


class RematchService:
    """Matches the objects of a night again, and keeps what has changed."""

    def __init__(
        self,
        *,
        warehouse: Warehouse,
        histories: HistoryStore,
        matching: CrossMatchService,
        now: Callable[[], datetime],
    ) -> None:
        self._warehouse = warehouse
        self._histories = histories
        self._matching = matching
        self._now = now

    def rematch(self, night: int, survey: str = "ztf", *, every: bool = False) -> RematchReport:
        """Match the objects that had an alert in a night; safe to repeat.

        Parameters
        ----------
        night
            As YYYYMMDD.
        survey
            Whose alerts.
        every
            Whether to match also those that all of today's catalogs were searched for.
        """
        before = self._matching.searches
        found = self._warehouse.run(objects_of_night(night, survey)).to_pylist()
        changed = sum(self._part(part, survey, every) for part in _parts(found))
        report = RematchReport(night, len(found), changed, self._matching.searches - before)
        log.info("night matched again", night=night, objects=report.objects, changed=changed)
        return report

    def _part(self, found: Sequence[dict[str, Any]], survey: str, every: bool) -> int:  # noqa: FBT001 - the caller's own flag
        """Match some objects, neighbours on the sky, and write those that have changed."""
        stored = self._histories.load([row["objectId"] for row in found])
        today = tuple(self._matching.catalogs(survey))
        rows = [
            row for row in found if every or _catalogs(stored[row["objectId"]].matched) != today
        ]
        targets = [Target(row["ra"], row["dec"], row["jd"]) for row in rows]
        changed: dict[str, Matched] = {}
        kept: list[dict[str, Any]] = []
        at = self._now()
        for row, target, matched in zip(
            rows, targets, self._matching.match(targets, survey), strict=True
        ):
            name = row["objectId"]
            if not matched.catalogs or _same(stored[name].matched, matched):
                continue
            changed[name] = matched
            rights = row["programid"]
            kept.append(match_row(name, target, matched, survey=survey, programid=rights, at=at))
        if kept:
            self._warehouse.append("cross_matches", kept)
            self._histories.rematch(changed)
        return len(changed)


def _catalogs(matched: Matched | None) -> tuple[str, ...]:
    return matched.catalogs if matched is not None else ()


def _same(before: Matched | None, now: Matched) -> bool:
    """Return whether the same rows match; how far off they are depends on the alert."""
    if before is None or before.catalogs != now.catalogs:
        return False
    return _places(before) == _places(now)


def _places(matched: Matched) -> dict[str, list[Any]]:
    return {
        name: [row["coordinates"]["radec_str"] for row in rows]
        for name, rows in matched.matches.items()
    }


def _parts(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for first in range(0, len(rows), AT_ONCE):
        yield rows[first : first + AT_ONCE]
