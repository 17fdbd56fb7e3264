"""Checks of single fields that surveys build their validation from."""

import math
import re
from collections.abc import Mapping
from typing import Any

from fritz.errors import Poison

__all__ = ["integer", "name", "number", "points", "section"]

INT64 = 2**63
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}")


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
