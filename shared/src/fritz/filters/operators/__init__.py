"""The operators of expressions: one module per family, each a table of `Operator`s."""

from __future__ import annotations

from fritz.filters.operators.registry import EXPRESSIONS, Operator

__all__ = ["EXPRESSIONS", "Operator"]
