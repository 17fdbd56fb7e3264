"""What somebody asks of the list of sources."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from fritz.errors import Invalid
from fritz.marshal.light_curve_cut import LightCurveCut
from fritz.services.skymaps import Localization

__all__ = ["SORT_KEYS", "AnnotationTest", "SourceRequest"]

SORT_KEYS: Final = {
    "saved_at": "saved_at", "id": "obj_id", "ra": "ra", "dec": "dec", "redshift": "redshift",
}  # fmt: skip
"""What sources can be sorted by with an index: SkyPortal's name and the field of a source."""

Comparison = Literal["lt", "le", "eq", "ne", "ge", "gt"]


@dataclass(frozen=True, slots=True)
class AnnotationTest:
    """List objects of which somebody says this under a key."""

    key: str
    value: str | None = None
    """None where it is enough that something is said."""
    comparison: Comparison = "eq"

    @classmethod
    def parse(cls, text: str) -> AnnotationTest:
        """Return the test that ``key``, ``key: value`` or ``key: value: lt`` stands for.

        Raises
        ------
        Invalid
            There are more parts, or the comparison is none.

        Examples
        --------
        >>> AnnotationTest.parse("age: 3.5: lt")
        AnnotationTest(key='age', value='3.5', comparison='lt')
        """
        parts = [part.strip() for part in text.split(":")]
        if len(parts) not in {1, 2, 3} or not parts[0]:
            raise Invalid(f"annotationsFilter {text[:60]!r}: expected 'key: value: lt' or the like")
        if len(parts) == 3 and parts[2] not in {"lt", "le", "eq", "ne", "ge", "gt"}:  # noqa: PLR2004 -- key, value, comparison
            raise Invalid(f"annotationsFilter: {parts[2]!r} is none of lt, le, eq, ne, ge, gt")
        return cls(*parts)  # type: ignore[arg-type]

    def holds(self, value: Any) -> bool:
        """Return whether a value passes; numbers compare as numbers, all else as text."""
        if self.value is None:
            return True
        mine: Any = str(value).lower()
        theirs: Any = self.value.lower()
        try:
            if not isinstance(value, bool):
                mine, theirs = float(value), float(self.value)
        except (TypeError, ValueError):
            pass
        return bool(_COMPARISONS[self.comparison](mine, theirs))


_COMPARISONS = {
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b, "ge": lambda a, b: a >= b, "gt": lambda a, b: a > b,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """What to list; None asks for no restriction."""

    group_ids: tuple[int, ...] | None = None
    source_id: str | None = None
    """Part of a name, or of a TNS name."""
    cone: tuple[float, float, float] | None = None
    """Right ascension, declination, radius in degrees."""
    localization: Localization | None = None
    saved_after: datetime | None = None
    saved_before: datetime | None = None
    saved_by: int | None = None
    """Id of the user."""
    modified_after: datetime | None = None
    pending_only: bool = False
    include_requested: bool = False
    classifications: tuple[str, ...] = ()
    """``Taxonomy: Class`` or a class alone."""
    all_classifications: bool = False
    """Whether all of them are wanted of an object, not one of them."""
    nonclassifications: tuple[str, ...] = ()
    classified: bool | None = None
    annotations: tuple[AnnotationTest, ...] = ()
    annotation_origins: tuple[str, ...] = ()
    annotated_after: datetime | None = None
    annotated_before: datetime | None = None
    min_redshift: float | None = None
    max_redshift: float | None = None
    light_curve: LightCurveCut = field(default_factory=LightCurveCut)
    has_spectrum: bool | None = None
    spectrum_after: datetime | None = None
    spectrum_before: datetime | None = None
    comments: str | None = None
    comment_author: str | None = None
    commented_after: datetime | None = None
    commented_before: datetime | None = None
    has_tns_name: bool | None = None
    has_followup: bool | None = None
    followup_status: str | None = None
    alias: str | None = None
    origin: str | None = None
    simbad_class: str | None = None
    list_name: str | None = None
    rejected: tuple[str, ...] = ()
    """Names of objects not to list."""
    tags: tuple[str, ...] = ()
    """Names of tags, of which an object has one."""
    labelled: bool | None = None
    by_labeller: int | None = None
    """Id of the user whose labels count; None for anybody's."""
    sort_by: str = "saved_at"
    descending: bool = True
    page: int = 1
    per_page: int = 100
    use_cache: bool = False
    query_id: str | None = None
    cursor: str | None = None

    @property
    def asked(self) -> str:
        """What is asked for, whichever page: the same text for the same question."""
        asked = asdict(self)
        for name in ("page", "per_page", "query_id", "cursor", "use_cache"):
            del asked[name]
        return json.dumps(asked, sort_keys=True, default=str)
