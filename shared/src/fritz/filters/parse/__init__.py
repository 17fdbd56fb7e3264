"""From a pipeline as users write it to the typed form."""

from __future__ import annotations

from fritz.filters.parse.pipeline import parse_pipeline

__all__ = ["parse_pipeline"]
