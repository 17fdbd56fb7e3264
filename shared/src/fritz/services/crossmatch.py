"""Cross-match: objects against all catalogs at once, one search for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from fritz.catalogs.definition import Catalog
from fritz.catalogs.library import matched_catalogs
from fritz.catalogs.matching import Matched, Target, cross_matches
from fritz.services.skies import Sky, SkyNow
from fritz.sky.healpix import cells_of

__all__ = ["CrossMatchService", "match_row"]

AT_ONCE: Final = 2000
"""Positions of one search."""


class CrossMatchService:
    """Matches positions with the catalogs of a sky."""

    def __init__(self, sky: Sky) -> None:
        self._sky = sky
        self.searches = 0
        """Searches that were made, each around many positions."""

    def catalogs(self, survey: str = "ztf") -> list[str]:
        """Return the names of the catalogs that are searched."""
        return list(_matched(self._sky.now(), survey))

    def match(self, targets: Sequence[Target], survey: str = "ztf") -> list[Matched]:
        """Return the matches of each target; nothing is asked where no catalog is loaded.

        Raises
        ------
        Transient
            The sky could not be read.
        """
        sky = self._sky.now()
        catalogs = _matched(sky, survey)
        if not catalogs:
            return [Matched() for _ in targets]
        searched = tuple(catalogs)
        done: list[Matched] = []
        for first in range(0, len(targets), AT_ONCE):
            part = targets[first : first + AT_ONCE]
            found = sky.around([each.ra for each in part], [each.dec for each in part], searched)
            self.searches += 1
            done += [Matched(searched, each) for each in cross_matches(catalogs, part, found)]
        return done


def _matched(sky: SkyNow, survey: str) -> dict[str, Catalog]:
    """Return the catalogs of a sky that alerts of a survey are matched with, by name."""
    return {each.name: each for each in matched_catalogs(survey) if each.name in sky.catalogs}


def match_row(
    object_id: str,
    target: Target,
    matched: Matched,
    *,
    survey: str,
    programid: int,
    at: datetime,
) -> dict[str, Any]:
    """Return the row of `cross_matches` that keeps what an object was matched with."""
    return {
        "objectId": object_id,
        "survey": survey,
        "night": int(at.strftime("%Y%m%d")),
        "programid": programid,
        "healpix": int(cells_of(target.ra, target.dec)),
        "ra": target.ra,
        "dec": target.dec,
        "catalogs": list(matched.catalogs),
        "matches": [
            {
                "catalog": name,
                "id": row.get("_id") or row.get("name"),
                "distance_arcsec": row["distance_arcsec"],
                "distance_kpc": row.get("distance_kpc"),
                "row": orjson.dumps(row).decode(),
            }
            for name, rows in matched.matches.items()
            for row in rows
        ],
        "matched_at": at,
    }
