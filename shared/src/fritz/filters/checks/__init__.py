"""What a careful colleague would say about a pipeline before it runs."""

from __future__ import annotations

from fritz.filters.checks.check import check_filter
from fritz.filters.checks.schema import Schema, schema_for

__all__ = ["Schema", "check_filter", "schema_for"]
