"""The pipeline language: parse, check, compile, explain."""

from __future__ import annotations

from fritz.filters.compiled import CompiledFilter, Dialect, compile_filter
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
    "compile_filter",
]
