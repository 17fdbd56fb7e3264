"""The pipeline language: parse, check, compile, explain."""

from __future__ import annotations

from fritz.filters.checks import Schema, check_filter, schema_for
from fritz.filters.compiled import CompiledFilter, compile_filter
from fritz.filters.dialects import Dialect, boom_view
from fritz.filters.errors import BudgetExceeded, FilterError, FilterRefused, Finding
from fritz.filters.limits import Budget

__all__ = [
    "Budget",
    "BudgetExceeded",
    "CompiledFilter",
    "Dialect",
    "FilterError",
    "FilterRefused",
    "Finding",
    "Schema",
    "boom_view",
    "check_filter",
    "compile_filter",
    "schema_for",
]
