"""Tables of the asker's own in a statement, where an engine takes nothing but parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlglot import exp

from fritz.archive.expressions import column, parameter
from fritz.errors import Invalid
from fritz.ports import Statement

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["as_arrays"]


def as_arrays(statement: Statement) -> Statement:
    """Return the statement with each of its tables as arrays of parameters, one for each column.

    The tree then begins ``WITH positions AS (SELECT …, @positions_cell[OFFSET(place)] AS cell FROM
    UNNEST(@positions_position) …)``. DuckDB is handed the tables themselves instead.

    Raises
    ------
    Invalid
        A table is empty or holds nulls, which arrays of parameters cannot.
    """
    if not statement.tables:
        return statement
    tree: exp.Query = statement.tree.copy()
    values: dict[str, Any] = dict(statement.parameters)
    for name, data in statement.tables.items():
        tree = tree.with_(exp.to_identifier(name, quoted=True), as_=_zipped(name, data))
        for column_name in data.column_names:
            held = data.column(column_name)
            if held.null_count or not len(held):
                raise Invalid(f"column {column_name} of {name} is empty or holds nulls")
            values[f"{name}_{column_name}"] = held.to_pylist()
    return Statement(tree, values)


def _zipped(name: str, data: pa.Table) -> exp.Select:
    first, *others = data.column_names
    rows = exp.Unnest(
        expressions=[parameter(f"{name}_{first}")],
        alias=exp.TableAlias(this=_quoted("zipped"), columns=[_quoted("first")]),
        offset=_quoted("place"),
    )
    columns = [exp.alias_(column("first"), first, quoted=True)]
    for other in others:
        element = exp.Bracket(
            this=parameter(f"{name}_{other}"),
            expressions=[column("place")],
            offset=0,
            safe=False,
        )
        columns.append(exp.alias_(element, other, quoted=True))
    return exp.select(*columns).from_(rows)


def _quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)
