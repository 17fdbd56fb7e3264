"""What fields of a query's documents are in SQL: of alerts with their id, of rows as they stand."""

from __future__ import annotations

from typing import Final

from typing_extensions import override

from fritz.archive.collections import Collection
from fritz.archive.expressions import column
from fritz.archive.schema import Column, ColumnType
from fritz.filters.bson_order import MISSING
from fritz.filters.kinds import ARRAY, BOOL, DOUBLE, INT, MISSING_KIND, OBJECT, STRING
from fritz.filters.sql.columns import HISTORIES, Columns
from fritz.filters.sql.values import Constant, Nulls, Parameters, Scalar, Unknown, Value

__all__ = ["AlertColumns", "RowColumns"]

_KINDS: Final[dict[ColumnType, int]] = {
    "INT64": INT,
    "FLOAT64": DOUBLE,
    "STRING": STRING,
    "BOOL": BOOL,
}
_NOT_STORED: Final = HISTORIES | {"cross_matches", "properties"}


class AlertColumns(Columns):
    """An alert with its ``_id``; without the history, unless a query looked that up."""

    def __init__(self, parameters: Parameters, *, history: bool) -> None:
        super().__init__(parameters, "kowalski", loops=False)
        self._history = history

    @override
    def field(self, parts: tuple[str, ...]) -> Value:
        if parts[0] == "_id":
            return super().field(("candid", *parts[1:]))
        if not self._history and parts[0] in _NOT_STORED:
            return Constant(MISSING)
        return super().field(parts)


class RowColumns(Columns):
    """A row as it stands; a null is an absent field."""

    def __init__(self, parameters: Parameters, collection: Collection) -> None:
        super().__init__(parameters, "kowalski", loops=False)
        self._collection = collection
        self._columns = {each.name: each for each in collection.table.columns}

    @override
    def field(self, parts: tuple[str, ...]) -> Value:
        name, rest = parts[0], parts[1:]
        if name == "_id":
            name = self._collection.id_column
        elif name == "coordinates" and name not in self._columns:
            return Unknown()
        elif name in self._collection.hidden:
            return Constant(MISSING)
        found = self._columns.get(name)
        if found is None:
            return Constant(MISSING)
        return self._column(found, rest)

    def _column(self, found: Column, rest: tuple[str, ...]) -> Value:
        kind = _KINDS.get(found.type)
        if found.mode == "REPEATED":
            return Unknown() if rest else Unknown(ARRAY | MISSING_KIND)
        if found.type == "STRUCT":
            return Unknown() if rest else Unknown(OBJECT | MISSING_KIND)
        if kind is None:
            return Unknown()
        if rest:
            return Constant(MISSING)
        self.used.add(found.name)
        nulls = Nulls.NEVER if found.mode == "REQUIRED" else Nulls.MISSING
        sql = column(found.name)
        if kind == DOUBLE:
            # What is not finite counts as absent in a document: such rows are looked at.
            self._mark(self._odd, sql, may_be_null=nulls is not Nulls.NEVER)
        return Scalar(sql, kind, nulls, place=(found.name,))
