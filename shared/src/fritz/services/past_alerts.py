"""Alerts of past nights as the filters saw them, read from the archive."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from fritz.alerts.properties import with_properties
from fritz.archive.alert_queries import (
    EVERY_NIGHT,
    alert_by_candid,
    alerts_of_object,
    within_nights,
)
from fritz.archive.documents import document_from_row
from fritz.archive.expressions import column, parameter, table
from fritz.ports import Statement, Warehouse
from fritz.services.past_matches import PastMatches

__all__ = ["PastAlerts"]


@dataclass(frozen=True, slots=True)
class PastAlerts:
    """The archive, as far as whoever asks may see it: every method wants their programids."""

    warehouse: Warehouse

    def by_candid(
        self, candid: int, programids: Collection[int], survey: str = "ztf"
    ) -> dict[str, Any] | None:
        """Return one alert, None if there is none that may be seen."""
        rows = self.warehouse.run(alert_by_candid(candid, programids, survey=survey)).to_pylist()
        return next(self._documents(rows), None)

    def latest_of(
        self, object_id: str, programids: Collection[int], survey: str = "ztf"
    ) -> dict[str, Any] | None:
        """Return the latest alert of an object, None if there is none that may be seen."""
        found = alerts_of_object(object_id, programids, survey=survey)
        latest = found.tree.order_by(
            exp.Ordered(this=column("candidate", "jd"), desc=True), append=False
        )
        rows = self.warehouse.run(Statement(latest.limit(1), found.parameters)).to_pylist()
        return next(self._documents(rows), None)

    def last_nights(self, count: int, survey: str = "ztf") -> tuple[int, ...]:
        """Return the last nights of which there are alerts, earliest first."""
        tree = (
            exp.select(column("night"))
            .distinct()
            .from_(table("alerts"))
            .where(exp.EQ(this=column("survey"), expression=parameter("survey")), within_nights())
            .order_by(exp.Ordered(this=column("night"), desc=True))
            .limit(count)
        )
        first, last = EVERY_NIGHT
        values = {"survey": survey, "first_night": first, "last_night": last}
        rows = self.warehouse.run(Statement(tree, values)).to_pylist()
        return tuple(sorted(row["night"] for row in rows))

    def _documents(self, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for row, matches in zip(rows, PastMatches(self.warehouse).of_rows(rows), strict=True):
            yield with_properties(document_from_row(row, matches))
