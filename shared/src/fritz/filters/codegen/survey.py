"""What the compiler supposes of a survey's alerts.

Hints choose which test comes first; assumptions are checked once at run time, and an alert that
breaks one is evaluated by the code that makes none. Neither can change a result.
"""

from __future__ import annotations

from typing import Final

from fritz.filters.ztf_fields import DOUBLES, INTS, SCORES, STRINGS

__all__ = [
    "ALWAYS_DOUBLE",
    "ARRAYS",
    "DOUBLE_NAMES",
    "INT_NAMES",
    "OBJECTS",
    "STRING_NAMES",
    "TOP_LEVEL",
]

TOP_LEVEL: Final = frozenset(
    {
        "_id",
        "candid",
        "candidate",
        "classifications",
        "coordinates",
        "cross_matches",
        "fp_hists",
        "objectId",
        "properties",
        "prv_candidates",
        "publisher",
        "schemavsn",
        "survey",
    }
)
"""Fields of an alert document; others are supposed to be missing."""

ARRAYS: Final = frozenset({"fp_hists", "prv_candidates"})
"""Top-level fields that hold arrays of objects."""

OBJECTS: Final = frozenset(
    {"candidate", "classifications", "coordinates", "cross_matches", "properties"}
)
"""Top-level fields that hold objects."""

ALWAYS_DOUBLE: Final = {
    "candidate": frozenset({"dec", "jd", "magpsf", "ra", "sigmapsf"}),
    "fp_hists": frozenset({"jd"}),
    "prv_candidates": frozenset({"jd"}),
}
"""Fields that no alert lacks, by the object or array that has them."""

INT_NAMES: Final = INTS
"""Names of fields that hold whole numbers or nothing."""

STRING_NAMES: Final = STRINGS | {"band", "objectId", "procstatus", "publisher", "schemavsn"}
"""Names of fields that hold strings."""

DOUBLE_NAMES: Final = DOUBLES | {"b", "l"} | set(SCORES)
"""Names of fields that hold doubles or nothing."""
