"""How a table may change: columns come, and may cease to be required. Nothing else, ever.

What stands in a table of ten years cannot be written anew, and the release before must go on
reading and writing while the next one starts. So a column is never renamed, retyped or dropped:
another one comes beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fritz.archive.schema import Column, Table

__all__ = ["Evolution", "TableSchemas", "evolution"]


class TableSchemas(Protocol):
    """The warehouse's tables as they stand."""

    def found(self, table: Table) -> Sequence[Column] | None:
        """Return a table's columns, None if there is no such table."""
        ...

    def extend(self, table: Table) -> Iterator[str]:
        """Make the additive changes, yielding what was done after each part; safe to repeat."""
        ...


@dataclass(frozen=True, slots=True)
class Evolution:
    """What a table lacks of its definition; paths of nested fields have dots."""

    table: str
    exists: bool
    added: tuple[str, ...] = ()
    relaxed: tuple[str, ...] = ()
    """REQUIRED columns that may be null from now on."""
    left: tuple[str, ...] = ()
    """Columns that the definition has no more; they stay and are null in new rows."""
    refused: tuple[str, ...] = ()
    """Changes that cannot be made to a table that stands, in words."""

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return not self.exists or bool(self.added or self.relaxed)


def evolution(table: Table, found: Sequence[Column] | None) -> Evolution:
    """Return how the table as it was found becomes the table as it is defined.

    Parameters
    ----------
    found : the columns that stand; None where there is no such table.

    Examples
    --------
    >>> from fritz.archive.tables import LEDGER
    >>> evolution(LEDGER, LEDGER.columns[:-1]).refused
    ('at: a new column of a table that stands cannot be REQUIRED',)
    """
    if found is None:
        return Evolution(table.name, exists=False)
    changes = list(_changes(table.columns, found, ""))
    of: Mapping[str, tuple[str, ...]] = {
        kind: tuple(text for each, text in changes if each == kind)
        for kind in ("added", "relaxed", "left", "refused")
    }
    return Evolution(table.name, True, of["added"], of["relaxed"], of["left"], of["refused"])


def _changes(
    wanted: Sequence[Column], found: Sequence[Column], within: str
) -> Iterator[tuple[str, str]]:
    """Yield the kind of each change with the column's path or, if it is refused, the reason."""
    standing = {each.name: each for each in found}
    for column in wanted:
        path, old = within + column.name, standing.get(column.name)
        if old is None:
            if column.mode == "REQUIRED":
                why = "a new column of a table that stands cannot be REQUIRED"
                yield "refused", f"{path}: {why}"
            else:
                yield "added", path
            continue
        if old.type != column.type:
            yield "refused", f"{path}: is {old.type}, cannot become {column.type}"
        elif (old.mode, column.mode) == ("REQUIRED", "NULLABLE"):
            yield "relaxed", path
        elif old.mode != column.mode:
            yield "refused", f"{path}: is {old.mode}, cannot become {column.mode}"
        yield from _changes(column.fields, old.fields, f"{path}.")
    yield from (("left", within + name) for name in standing.keys() - {c.name for c in wanted})
