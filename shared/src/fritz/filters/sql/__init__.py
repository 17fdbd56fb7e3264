"""Filters over the archive: the part of a pipeline that SQL can decide, exactly or for sure.

`sql_prefix` translates the first stages of a pipeline into one condition per stage over a row of
`alerts`. A row that SQL can tell to be stopped, and by which stage, need not be read; all others
are rebuilt and run through the filter itself. So SQL only ever prunes, and the result is exact.
"""

from __future__ import annotations

from fritz.filters.sql.prefix import Clause, Pushed, SqlPrefix, sql_prefix
from fritz.filters.sql.statements import Scope, counts_statement, rows_statement

__all__ = [
    "Clause",
    "Pushed",
    "Scope",
    "SqlPrefix",
    "counts_statement",
    "rows_statement",
    "sql_prefix",
]
