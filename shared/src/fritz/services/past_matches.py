"""What alerts of the archive were matched with when they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from fritz.archive.sky_queries import matches_of_objects
from fritz.catalogs.matching import CrossMatches
from fritz.ports import Warehouse

__all__ = ["PastMatches"]

OBJECTS_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class PastMatches:
    """Reads `cross_matches` for alerts that may be seen; their objects' matches go with them."""

    warehouse: Warehouse

    def of_rows(self, rows: Sequence[Mapping[str, Any]]) -> list[CrossMatches]:
        """Return what each alert carried: the latest match of its object made until it came.

        Parameters
        ----------
        rows
            Rows of `alerts`: `objectId`, `survey` and `ingested_at` are looked at.
        """
        made: dict[tuple[str, str], list[tuple[datetime, CrossMatches]]] = {}
        for survey in {row["survey"] for row in rows}:
            mine = [row for row in rows if row["survey"] == survey]
            objects = sorted({row["objectId"] for row in mine})
            latest = max(row["ingested_at"] for row in mine)
            for first in range(0, len(objects), OBJECTS_AT_ONCE):
                part = objects[first : first + OBJECTS_AT_ONCE]
                statement = matches_of_objects(part, int(latest.strftime("%Y%m%d")), survey)
                for found in self.warehouse.run(statement).to_pylist():
                    matches = found["matched_at"], _matches(found)
                    made.setdefault((survey, found["objectId"]), []).append(matches)
        return [_as_of(made.get((row["survey"], row["objectId"]), ()), row) for row in rows]


def _as_of(made: Sequence[tuple[datetime, CrossMatches]], row: Mapping[str, Any]) -> CrossMatches:
    """Return the latest of matches, which come latest first, that the alert can have had."""
    return next((matches for at, matches in made if at <= row["ingested_at"]), {})


def _matches(found: Mapping[str, Any]) -> CrossMatches:
    matches: CrossMatches = {name: [] for name in found["catalogs"]}
    for each in found["matches"]:
        matches[each["catalog"]].append(orjson.loads(each["row"]))
    return matches
