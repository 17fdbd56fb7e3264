"""Checks of single fields that surveys build their validation from."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from fritz.errors import Poison

__all__ = ["BOOLEAN", "INTEGER", "NUMBER", "TEXT", "FieldTypes", "integer", "name", "number",
           "points", "section"]  # fmt: skip

INT64 = 2**63
INTEGER: Final = frozenset({int})
NUMBER: Final = frozenset({int, float})
TEXT: Final = frozenset({str})
BOOLEAN: Final = frozenset({bool})
PLAIN: Final = INTEGER | NUMBER | TEXT | BOOLEAN
AVRO: Final[Mapping[str, frozenset[type]]] = {
    "int": NUMBER, "long": NUMBER, "float": NUMBER, "double": NUMBER, "string": TEXT,
    "boolean": BOOLEAN,
}  # fmt: skip
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")


@dataclass(frozen=True, slots=True, eq=False)
class FieldTypes:
    """Of which types the fields of a record may be; null always, any plain one if unknown."""

    types: Mapping[str, frozenset[type]]

    @classmethod
    def of_schema(
        cls, fields: Iterable[Mapping[str, Any]], **others: frozenset[type]
    ) -> "FieldTypes":
        """Return the types that a record of an Avro schema has.

        Parameters
        ----------
        fields
            The record's fields, plain or nullable ones; for a number any type of number will do.
        others
            Fields about which the schema is not to be followed.
        """
        kinds = {
            field["name"]: field["type"][-1] if isinstance(field["type"], list) else field["type"]
            for field in fields
        }
        return cls({name: AVRO[kind] for name, kind in kinds.items()} | others)

    def fault(self, values: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a record's types: ``"magpsf is str"``; None if nothing is.

        Records come in few shapes, so what is looked at is the shape, and each but once.
        """
        return _fault(self, tuple(values), tuple(map(type, values.values())))

    def check(self, values: Mapping[str, Any], where: str) -> None:
        """Raise `Poison` if a field is of a wrong type."""
        fault = self.fault(values)
        if fault is not None:
            raise Poison("bad_type", where + fault)


@lru_cache(maxsize=4096)
def _fault(known: FieldTypes, names: tuple[str, ...], kinds: tuple[type, ...]) -> str | None:
    for field, kind in zip(names, kinds, strict=True):
        if kind is not type(None) and kind not in known.types.get(field, PLAIN):
            return f"{field} is {kind.__name__}"
    return None


def _required(data: Mapping[str, Any], field: str, where: str) -> Any:
    value = data.get(field)
    if value is None:
        raise Poison("missing_field", f"no {where}{field}")
    return value


def integer(data: Mapping[str, Any], field: str, low: int = 0, high: int = INT64 - 1, *,
            where: str = "", reason: str = "bad_value") -> int:  # fmt: skip
    """Return a required integer, from `low` to `high` inclusive."""
    value = _required(data, field, where)
    if type(value) is not int:
        raise Poison("bad_type", f"{where}{field} is {type(value).__name__}, not an integer")
    if not low <= value <= high:
        raise Poison(reason, f"{where}{field} is {value}, not from {low} to {high}")
    return value


def number(data: Mapping[str, Any], field: str, low: float, high: float, *,
           where: str = "", reason: str = "bad_value") -> float:  # fmt: skip
    """Return a required finite number, from `low` to `high` inclusive."""
    value = _required(data, field, where)
    if type(value) not in {float, int}:
        raise Poison("bad_type", f"{where}{field} is {type(value).__name__}, not a number")
    if not (math.isfinite(value) and low <= value <= high):
        raise Poison(reason, f"{where}{field} is {value}, not from {low} to {high}")
    return float(value)


def name(data: Mapping[str, Any], field: str) -> str:
    """Return a required name that may serve as part of a document's id."""
    value = _required(data, field, "")
    if not isinstance(value, str):
        raise Poison("bad_type", f"{field} is {type(value).__name__}, not text")
    if not NAME.fullmatch(value):
        raise Poison("bad_name", f"{field} is {value[:80]!r}")
    return value


def section(data: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    """Return a required sub-record."""
    value = _required(data, field, "")
    if not isinstance(value, Mapping):
        raise Poison("bad_type", f"{field} is {type(value).__name__}, not a record")
    return value


def points(data: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    """Return a list of measurements, empty where there is none."""
    value = data.get(field)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(point, dict) for point in value):
        raise Poison("bad_type", f"{field} is not a list of records")
    return value
