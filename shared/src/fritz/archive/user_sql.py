"""SQL that people write: one SELECT in BigQuery's dialect, on the tables that they may read.

The text is parsed and never passed on: what runs is a tree in which every name of a table has been
replaced by the view of the reader's level. Only what is on a list may stand in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from fritz.archive.sql_functions import ALLOWED_FUNCTIONS
from fritz.archive.tables import TABLES
from fritz.errors import Invalid

__all__ = ["LONGEST_SQL", "read_sql"]

LONGEST_SQL: Final = 100_000
MOST_NODES: Final = 20_000
_TABLE_PARTS: Final = frozenset({"this", "alias", "joins", "laterals"})
_REFUSED: Final = (
    exp.Command,
    exp.DDL,
    exp.DML,
    exp.Directory,
    exp.HavingMax,
    exp.Into,
    exp.Lock,
    exp.MatchRecognize,
    exp.Placeholder,
    exp.Pragma,
    exp.PropertyEQ,
    exp.SessionParameter,
    exp.Set,
    exp.Show,
    exp.TableFromRows,
    exp.Use,
    exp.Version,
)
"""Nodes that no query of ours needs: they act, or read from elsewhere."""
_STRUCT_FIELDS: Final = (exp.Struct,)
_ENGINES_OWN: Final = ("duckdb_", "pg_", "pragma_", "sqlite_")
"""How the names of DuckDB's catalogs begin: whoever calls a part of a query so could read them in
another part, which the WITH does not reach."""


def read_sql(
    text: str, readable: Mapping[str, str], parameters: Mapping[str, Any] | None = None
) -> exp.Query:
    """Return what a person's SQL stands for, with the views that are read in place of tables.

    Parameters
    ----------
    text
        One SELECT, in BigQuery's dialect.
    readable
        Names of tables that may stand in it, and what is read in their place.
    parameters
        Values by name for ``@name`` in the text.

    Raises
    ------
    Invalid
        It is no such statement; the message says what stands in the way.
    """
    tree = _parsed(text)
    _check_nodes(tree, parameters or {})
    _replace_tables(tree, readable)
    return tree


def _parsed(text: str) -> exp.Query:
    if len(text) > LONGEST_SQL:
        raise Invalid(f"the statement has more than {LONGEST_SQL} characters")
    try:
        found = [each for each in sqlglot.parse(text, read="bigquery") if each is not None]
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError) as e:
        raise Invalid(f"the statement cannot be read: {_short(e)}") from e
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise Invalid("one SELECT is wanted, and nothing but it")
    tree: exp.Query = found[0]
    return tree


def _short(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:200]


def _walked(tree: exp.Query) -> Iterator[exp.Expr]:
    try:
        for count, node in enumerate(tree.walk()):
            if count > MOST_NODES:
                raise Invalid(f"the statement has more than {MOST_NODES} parts")
            yield node
    except RecursionError as e:
        raise Invalid("the statement is nested too deeply") from e


def _check_nodes(tree: exp.Query, parameters: Mapping[str, Any]) -> None:
    for node in _walked(tree):
        node.pop_comments()
        if isinstance(node, _REFUSED) and not _names_a_field(node):
            raise Invalid(f"{type(node).__name__.upper()} may not stand in a query: {_said(node)}")
        if isinstance(node, exp.Func) and type(node).__name__ not in ALLOWED_FUNCTIONS:
            name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
            raise Invalid(f"the function {name} may not be called")
        if isinstance(node, exp.Parameter) and node.name not in parameters:
            raise Invalid(f"the parameter @{node.name} has no value")
        if isinstance(node, exp.Unnest) and node.args.get("offset"):
            raise Invalid("WITH OFFSET is not available; ROW_NUMBER() OVER (…) is")


def _names_a_field(node: exp.Expr) -> bool:
    """Return whether ``a := b`` names a field of a STRUCT."""
    return isinstance(node, exp.PropertyEQ) and isinstance(node.parent, _STRUCT_FIELDS)


def _said(node: exp.Expr) -> str:
    return node.sql("bigquery")[:80]


def _replace_tables(tree: exp.Query, readable: Mapping[str, str]) -> None:
    """Put views in place of tables; names of our tables cannot be taken for anything else."""
    ours = {name.lower() for name in (*TABLES, *readable, *readable.values())}
    named: set[str] = set()
    for cte in tree.find_all(exp.CTE):
        alias = cte.alias.lower()
        taken = alias in ours or any(alias.startswith(f"{name}_") for name in ours)
        if taken or alias.startswith(_ENGINES_OWN):
            raise Invalid(f"WITH {cte.alias}: a table is called so; choose another name")
        named.add(alias)
    for node in list(tree.find_all(exp.Table)):
        _check_table(node)
        name = node.name
        if name in readable:
            view = readable[name]
            if not node.alias:
                node.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
            node.set("this", exp.to_identifier(view, quoted=True))
        elif name.lower() not in named:
            known = ", ".join(sorted(readable))
            raise Invalid(f"no table {_said(node)}; there are {known}")


def _check_table(node: exp.Table) -> None:
    if not isinstance(node.this, exp.Identifier):
        raise Invalid(f"no table function may be called: {_said(node)}")
    extra = {name for name, value in node.args.items() if value} - _TABLE_PARTS
    if extra:
        raise Invalid(f"tables have plain names here, not {_said(node)}")
