"""Which BSON types an expression may yield, as a set of bits."""

from __future__ import annotations

from typing import Any, Final

from fritz.filters.bson_order import MISSING

__all__ = [
    "ANY",
    "ARRAY",
    "BOOL",
    "DOUBLE",
    "INT",
    "MISSING_KIND",
    "NULL",
    "NULLISH",
    "NUMBER",
    "OBJECT",
    "OTHER",
    "STRING",
    "kind_of",
    "names",
]

MISSING_KIND: Final = 1
NULL: Final = 2
BOOL: Final = 4
INT: Final = 8
DOUBLE: Final = 16
STRING: Final = 32
OBJECT: Final = 64
ARRAY: Final = 128
OTHER: Final = 256

NULLISH: Final = MISSING_KIND | NULL
NUMBER: Final = INT | DOUBLE
ANY: Final = 511

_NAMES: Final = {
    MISSING_KIND: "missing",
    NULL: "null",
    BOOL: "bool",
    INT: "int",
    DOUBLE: "double",
    STRING: "string",
    OBJECT: "object",
    ARRAY: "array",
    OTHER: "other",
}
_OF: Final[dict[type, int]] = {
    type(MISSING): MISSING_KIND,
    type(None): NULL,
    bool: BOOL,
    int: INT,
    float: DOUBLE,
    str: STRING,
    dict: OBJECT,
    list: ARRAY,
}


def kind_of(value: Any) -> int:
    """Return the one bit that stands for the value's type."""
    return _OF.get(type(value), OTHER)


def names(kinds: int) -> str:
    """Return the types of a set in words, e.g. ``int or double``."""
    return " or ".join(name for bit, name in _NAMES.items() if kinds & bit)
