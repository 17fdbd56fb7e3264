"""From the typed form to Python source, with exactly MongoDB's results.

The source holds generated names and numbers only; every other constant stands in a table. Fields
of a `$project` are computed when something needs them, unless computing them could raise.
"""

from __future__ import annotations

from fritz.filters.codegen.pipeline import Program, Tick, generate

__all__ = ["Program", "Tick", "generate"]
