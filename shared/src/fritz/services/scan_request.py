"""What somebody asks of the list of candidates."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from fritz.marshal.light_curve_cut import LightCurveCut
from fritz.services.point_annotations import PointsSaid
from fritz.services.skymaps import Localization

__all__ = [
    "SAVED_STATUSES",
    "AnnotationFilter",
    "AnnotationSort",
    "Part",
    "SavedStatus",
    "ScanRequest",
    "ScanStatus",
]

SavedStatus = Literal[
    "all",
    "savedToAllSelected",
    "savedToAnySelected",
    "savedToAnyAccessible",
    "notSavedToAnyAccessible",
    "notSavedToAnySelected",
    "notSavedToAllSelected",
]

ScanStatus = Literal["all", "unscanned", "unscannedByMe", "rejected", "skipped", "saved"]
"""What was decided: `unscanned` is what nobody decided on, as a selected filter passed it."""

_Groups = frozenset[int]
SAVED_STATUSES: Final[Mapping[SavedStatus, Callable[[_Groups, _Groups], bool]]] = {
    "all": lambda _saved, _selected: True,
    "savedToAllSelected": lambda saved, selected: selected <= saved,
    "savedToAnySelected": lambda saved, selected: bool(selected & saved),
    "savedToAnyAccessible": lambda saved, _selected: bool(saved),
    "notSavedToAnyAccessible": lambda saved, _selected: not saved,
    "notSavedToAnySelected": lambda saved, selected: not selected & saved,
    "notSavedToAllSelected": lambda saved, selected: not selected <= saved,
}
"""Whether an object is listed, by the viewer's groups that saved it and the groups asked for."""


@dataclass(frozen=True, slots=True)
class AnnotationSort:
    """Sort by what an origin says under a key; objects of which it says nothing come last."""

    origin: str
    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class AnnotationFilter:
    """List objects of which an origin says this value, or a number within these bounds."""

    origin: str
    key: str
    value: str | float | bool | None = None
    min: float | None = None
    max: float | None = None

    def holds(self, value: Any) -> bool:
        """Return whether a value is what is asked for."""
        if self.min is None and self.max is None:
            return bool(_plain(value) == _plain(self.value))
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        above = self.min is None or value >= self.min
        return above and (self.max is None or value <= self.max)


@dataclass(frozen=True, slots=True)
class Part:
    """One of several shares of a list, so that people who scan it together see each object once."""

    number: int
    """From 1."""
    of: int

    def holds(self, obj_id: str) -> bool:
        """Return whether an object is in this share; it is in one of them only.

        Examples
        --------
        >>> [Part(n, 2).holds("ZTF26aaaaaaa") for n in (1, 2)]
        [False, True]
        """
        return zlib.crc32(obj_id.encode()) % self.of == self.number - 1


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to list; None asks for no restriction."""

    group_ids: tuple[int, ...] | None = None
    filter_ids: tuple[int, ...] | None = None
    start: datetime | None = None
    end: datetime | None = None
    saved_status: SavedStatus = "all"
    classifications: tuple[str, ...] = ()
    classifications_reject: tuple[str, ...] = ()
    min_redshift: float | None = None
    max_redshift: float | None = None
    list_name: str | None = None
    list_name_reject: str | None = None
    annotations: tuple[AnnotationFilter, ...] = ()
    points_said: PointsSaid = field(default_factory=PointsSaid)
    light_curve: LightCurveCut = field(default_factory=LightCurveCut)
    localization: Localization | None = None
    scan_status: ScanStatus = "all"
    part: Part | None = None
    sort: AnnotationSort | None = None
    page: int = 1
    per_page: int = 25
    query_id: str | None = None
    cursor: str | None = None
    """Where the page before ended; then `page` counts for nothing."""

    @property
    def asked(self) -> str:
        """What is asked for, whichever page: the same text for the same question."""
        asked = asdict(self)
        for name in ("page", "per_page", "query_id", "cursor"):
            del asked[name]
        return json.dumps(asked, sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    """Return a value as both JSON and query strings can say it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower()
    return value
