"""What a backend yields for a suite, where that is more than the port itself."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from fritz.archive.schema import Column, Table
from fritz.ports import Identity, ObjectStore, Warehouse

__all__ = ["TABLES", "IdentitySubject", "WarehouseSubject", "fresh"]

_RUN = uuid.uuid4().hex[:8]
_numbers = itertools.count()


def fresh(stem: str) -> str:
    """Return a name that no other test, process or session uses."""
    return f"{stem}-{_RUN}-{next(_numbers)}"


@dataclass(frozen=True)
class WarehouseSubject:
    """A warehouse that has `TABLES`, and the object store that it loads from."""

    warehouse: Warehouse
    objects: ObjectStore
    prunes: bool = True
    """Whether a dry run counts only the nights that the query names."""


@dataclass(frozen=True)
class IdentitySubject:
    """An identity provider at which the test can sign people in."""

    identity: Identity
    sign_in: Callable[[str, str, str], str]
    """(uid, e-mail, name) -> a fresh sign-in credential."""


_EPOCH_FIELDS = (
    Column("jd", "FLOAT64", "When", "d"),
    Column("mag", "FLOAT64", "Brightness; null for a limit", "mag"),
    Column("programid", "INT64", "Data rights"),
)
_COLUMNS = (
    Column("run", "STRING", "Which test wrote the row", mode="REQUIRED"),
    Column("night", "INT64", "Night as YYYYMMDD", mode="REQUIRED"),
    Column("candid", "INT64", "Id of the detection", mode="REQUIRED"),
    Column("mag", "FLOAT64", "Brightness", "mag"),
    Column("label", "STRING", "Any text"),
    Column("good", "BOOL", "Any flag"),
    Column("at", "TIMESTAMP", "Any moment"),
    Column("raw", "BYTES", "Any bytes"),
    Column("candidate", "STRUCT", "The detection", fields=_EPOCH_FIELDS),
    Column("prv", "STRUCT", "Earlier detections", mode="REPEATED", fields=_EPOCH_FIELDS),
    Column("tags", "STRING", "Any texts", mode="REPEATED"),
)
TABLES = {
    "points": Table("points", _COLUMNS, "Rows of the tests", partition="night"),
    "vacant": Table("vacant", _COLUMNS, "Nobody writes here", partition="night"),
    "labels": Table("labels", (*_COLUMNS[:1], *_COLUMNS[2:5]), "A table without nights"),
}
"""The tables of the warehouse suite."""
