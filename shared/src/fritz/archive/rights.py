"""The data-rights gate of the archive, as parts of SQL trees.

ZTF's programid stands on the alert and on each element of its history, and gates both: an alert
that may be read can carry history that may not.
"""

from collections.abc import Callable, Collection

from sqlglot import exp

from fritz.archive.expressions import column
from fritz.archive.schema import Column, Table
from fritz.archive.tables import ALERTS

__all__ = [
    "Gate",
    "bound_gate",
    "constant_gate",
    "element_rights",
    "is_gated",
    "visible_columns",
]

Gate = Callable[[exp.Expr], exp.Expr]
"""Makes of a programid the condition that it may be read; null may never be."""


def bound_gate(parameter: exp.Parameter) -> Gate:
    """Return the gate whose programids are bound at run time as an array of INT64."""

    def gate(programid: exp.Expr) -> exp.Expr:
        return exp.In(this=programid, unnest=exp.Unnest(expressions=[parameter.copy()]))

    return gate


def constant_gate(programids: Collection[int]) -> Gate:
    """Return the gate of a view, whose programids stand in its definition.

    Raises
    ------
    ValueError
        There are none; such a view would be empty.
    """
    if not programids:
        raise ValueError("a view needs at least one programid")
    numbers = [exp.Literal.number(number) for number in sorted(programids)]

    def gate(programid: exp.Expr) -> exp.Expr:
        return exp.In(this=programid, expressions=[number.copy() for number in numbers])

    return gate


def visible_columns(gate: Gate, of: Table = ALERTS) -> list[exp.Expr]:
    """Return the columns of a table, history reduced to what the gate lets through."""
    return [
        _visible_history(part, gate) if _has_rights(part) else column(part.name)
        for part in of.columns
    ]


def is_gated(table: Table) -> bool:
    """Return whether the rows of a table have rights of their own."""
    return any(part.name == "programid" for part in table.columns)


def _has_rights(part: Column) -> bool:
    return part.mode == "REPEATED" and any(field.name == "programid" for field in part.fields)


def element_rights(part: Column, gate: Gate, element: str = "element") -> list[exp.Expr]:
    """Return the conditions under which an element of a history column may be read.

    Forced photometry also tells of the alert that brought it: that alert's programid counts too.
    """
    names = {field.name for field in part.fields}
    conditions = [gate(column(element, "programid"))]
    if "alert_programid" in names:
        brought_by = exp.Coalesce(
            this=column(element, "alert_programid"), expressions=[column(element, "programid")]
        )
        conditions.append(gate(brought_by))
    return conditions


def _visible_history(part: Column, gate: Gate) -> exp.Expr:
    """Return the history column's permitted elements, in order of time, under the same name."""
    element = exp.to_identifier("element", quoted=True)
    rows = exp.Unnest(
        expressions=[column(part.name)],
        alias=exp.TableAlias(this=exp.to_identifier("history", quoted=True), columns=[element]),
    )
    permitted = (
        exp.select(column("element"))
        .from_(rows)
        .where(*element_rights(part, gate))
        .order_by(column("element", _time(part)))
    )
    return exp.alias_(exp.Array(expressions=[permitted]), part.name, quoted=True)


def _time(part: Column) -> str:
    return next(field.name for field in part.fields if field.name in {"jd", "hjd"})
