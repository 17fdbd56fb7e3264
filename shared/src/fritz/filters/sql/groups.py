"""`$group` in SQL, where every value in it is one that SQL has exactly as MongoDB has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlglot import exp

from fritz.filters import form
from fritz.filters.bson_order import MISSING
from fritz.filters.kinds import INT, NUMBER
from fritz.filters.sql.expressions import Translator
from fritz.filters.sql.selections import Selection, as_shown
from fritz.filters.sql.shapes import Document
from fritz.filters.sql.values import Constant, Nulls, Scalar

__all__ = ["Grouped", "grouped"]

_AGGREGATES: Final[Mapping[str, type[exp.AggFunc]]] = {
    "$min": exp.Min,
    "$max": exp.Max,
    "$avg": exp.Avg,
    "$sum": exp.Sum,
}
Key = tuple[str, Any]
"""Name within the key (empty if the key is one value), and what is there: a constant or a place."""


@dataclass(slots=True)
class Grouped:
    """A group as aggregates."""

    columns: frozenset[str] = frozenset()
    """Columns that are read."""
    keys: list[exp.Expr] = field(default_factory=list)
    fields: list[exp.Expr] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    """Values of parameters."""
    key_of: Callable[[Mapping[str, Any]], Any] = lambda _: None
    names: list[tuple[str, int | None]] = field(default_factory=list)
    """Field by field: its name, and the constant that is summed, if it is one."""

    def document(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document of a row of the result."""
        made = {"_id": self.key_of(row)}
        column = 0
        for name, constant in self.names:
            if constant is not None:
                made[name] = constant * int(row["documents"])
                continue
            made[name] = row[f"f{column}"]
            column += 1
        return made


def grouped(selection: Selection, group: form.Group) -> Grouped | None:
    """Return a `$group` right behind the start of a pipeline in SQL; None if it is not so simple.

    Keys are fields, constants, or an object of these; fields are ``$sum`` of a whole number, and
    ``$sum``, ``$avg``, ``$min`` and ``$max`` of a field. Sums and means of doubles may differ from
    the evaluator's in the last digits.
    """
    columns = selection.columns
    if columns is None:
        return None
    made = Grouped()
    translator = Translator(columns)
    if not _key(made, translator, group.key):
        return None
    for each in group.fields:
        if each.extra is not None or not _field(made, translator, each):
            return None
    made.columns = frozenset(columns.used)
    return made


def _key(made: Grouped, translator: Translator, key: form.Expr) -> bool:
    parts: list[tuple[str, form.Expr]] = (
        list(key.fields) if isinstance(key, form.ObjectOf) else [("", key)]
    )
    readers: list[tuple[str, Callable[[Mapping[str, Any]], Any]]] = []
    for name, expr in parts:
        reader = _part(made, translator, expr, inside=isinstance(key, form.ObjectOf))
        if reader is None:
            return False
        readers.append((name, reader))
    if isinstance(key, form.ObjectOf):
        made.key_of = lambda row: {
            name: value for name, read in readers if (value := read(row)) is not MISSING
        }
    else:
        only = readers[0][1]
        made.key_of = lambda row: None if (value := only(row)) is MISSING else value
    return True


def _part(
    made: Grouped, translator: Translator, expr: form.Expr, *, inside: bool
) -> Callable[[Mapping[str, Any]], Any] | None:
    value = translator.value(expr, Document(), {})
    if isinstance(value, Constant):
        constant = value.value
        plain = constant is None or constant is MISSING or isinstance(constant, str | int | float)
        return (lambda _: constant) if plain else None
    plain_sql = as_shown(value)
    if plain_sql is None or not isinstance(value, Scalar):
        return None
    if inside and value.nulls is Nulls.EITHER:
        return None
    name = f"k{len(made.keys)}"
    made.keys.append(plain_sql)
    empty = MISSING if value.nulls is Nulls.MISSING else None
    return lambda row: empty if row[name] is None else row[name]


def _field(made: Grouped, translator: Translator, each: form.Accumulate) -> bool:
    value = translator.value(each.expr, Document(), {})
    if isinstance(value, Constant) and each.operator == "$sum" and type(value.value) is int:
        if abs(value.value) > 2**20:
            return False
        made.names.append((each.name, value.value))
        return True
    kind, sql = _AGGREGATES.get(each.operator), as_shown(value)
    if kind is None or sql is None or not isinstance(value, Scalar):
        return False
    if each.operator in {"$sum", "$avg"} and not value.kind & NUMBER:
        return False
    total: exp.Expr = kind(this=sql)
    if each.operator == "$sum":
        total = exp.Coalesce(this=total, expressions=[exp.Literal.number(0)])
        if value.kind == INT:
            total = exp.cast(total, exp.DataType.Type.BIGINT)
    made.names.append((each.name, None))
    made.fields.append(total)
    return True
