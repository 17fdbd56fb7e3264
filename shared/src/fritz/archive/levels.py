"""Three levels of rights, each with views of its own on every table that people query.

What SQL a person writes is run on the views of their level and on nothing else: in the cloud these
stand in a dataset for each level, which alone is authorized to read the archive's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from sqlglot import exp

from fritz.archive.expressions import column, star, table
from fritz.archive.kept_trees import WhenAsked
from fritz.archive.rights import Gate, constant_gate, is_gated
from fritz.archive.scores import latest
from fritz.archive.selections import SELECTIONS, Selection
from fritz.archive.tables import TABLES
from fritz.errors import Forbidden

__all__ = [
    "LEVELS",
    "LEVEL_VIEWS",
    "PREPARED",
    "Level",
    "Prepared",
    "level_of",
    "readable",
    "view_name",
]

Level: TypeAlias = Literal["public", "partnership", "all"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A view in two parts: what may be seen of each row, and which rows count."""

    table: str
    rows: exp.Select
    """Of the table; each row by itself, so that an engine may keep the result of each file."""
    once: exp.Select
    """Of those rows, which it reads under the table's name; gives what the view gives."""


LEVELS: Final[Mapping[Level, frozenset[int]]] = {
    "public": frozenset({1}),
    "partnership": frozenset({1, 2}),
    "all": frozenset({0, 1, 2, 3}),
}
"""Programids of each level, from the widest circle of people to the narrowest."""
_OPEN_PREFIX: Final = "catalog_"
"""Tables of catalogs are public as they stand."""


def level_of(programids: Collection[int]) -> Level:
    """Return the level of somebody who may see these programs: nothing beyond them.

    Raises
    ------
    Forbidden
        Not even what is public.

    Examples
    --------
    >>> level_of({1, 2}), level_of({1, 3}), level_of({0, 1, 2, 3})
    ('partnership', 'public', 'all')
    """
    granted = frozenset(programids)
    found = [level for level, needed in LEVELS.items() if needed <= granted]
    if not found:
        raise Forbidden("no program of the survey may be read")
    return found[-1]


def view_name(name: str, level: Level) -> str:
    """Return what a table's view of a level is called."""
    return f"{name}_{level}"


def readable(level: Level) -> Mapping[str, str]:
    """Return what people of a level may name in SQL, and what is read in its place."""
    gated = {name: view_name(name, level) for name in _SELECTIONS}
    return gated | {
        name: name
        for name, each in TABLES.items()
        if name.startswith(_OPEN_PREFIX) and not is_gated(each)
    }


def _scores(gate: Gate | None) -> exp.Select:
    found = exp.select(star()).from_(table("scores"))
    return latest(found if gate is None else found.where(gate(column("programid"))))


_SELECTIONS: Final[Mapping[str, Selection]] = {**SELECTIONS, "scores": _scores}


def _view(select: Selection, programids: frozenset[int]) -> exp.Select:
    return select(constant_gate(programids))


LEVEL_VIEWS: Final[Mapping[str, exp.Select]] = WhenAsked(
    {
        view_name(name, level): partial(_view, select, programids)
        for level, programids in LEVELS.items()
        for name, select in _SELECTIONS.items()
    }
)
"""Definitions of the views by name."""


def _prepared(name: str, select: Selection, programids: frozenset[int]) -> Prepared:
    rows = _view(select, programids).copy()
    rows.set("qualify", None)
    return Prepared(name, rows, select(None))


PREPARED: Final[Mapping[str, Prepared]] = WhenAsked(
    {
        view_name(name, level): partial(_prepared, name, select, programids)
        for level, programids in LEVELS.items()
        for name, select in _SELECTIONS.items()
    }
)
"""The views' parts by name."""
