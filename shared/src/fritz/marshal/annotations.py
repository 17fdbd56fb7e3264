"""What a filter says of an alert, in a form that every store takes.

A pipeline can put anything into its annotations; one alert's must not spoil the batch they are
written with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["storable_annotations"]

KEYS: Final = 100
TEXT: Final = 2000
"""Characters of a text."""
BYTES: Final = 50_000
"""All annotations of an alert."""
_DEEPEST: Final = 4
_LARGEST = 2**63


def storable_annotations(output: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pipeline's `annotations`; what no store could keep is cut, or becomes text.

    Examples
    --------
    >>> storable_annotations({"annotations": {"age": 3.5, "pairs": [[1, 2], [3]]}})
    {'age': 3.5, 'pairs': ['[1, 2]', '[3]']}
    >>> storable_annotations({"annotations": "none"})
    {}
    """
    found = output.get("annotations")
    if not isinstance(found, Mapping):
        return {}
    kept = _object(found, 0)
    if len(json.dumps(kept, default=str)) > BYTES:
        return {"too_large": f"the annotations are larger than {BYTES} bytes"}
    return kept


def _object(value: Mapping[str, Any], depth: int) -> dict[str, Any]:
    return {
        name: _value(item, depth + 1)
        for key, item in list(value.items())[:KEYS]
        if (name := _text(str(key))[:KEYS].strip("_"))
    }


def _value(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if -_LARGEST <= value < _LARGEST else float(value)
    if depth > _DEEPEST or not isinstance(value, Mapping | list):
        return _text(value if isinstance(value, str) else str(value))
    if isinstance(value, Mapping):
        return _object(value, depth)
    return [
        _text(json.dumps(item, default=str)) if isinstance(item, list) else _value(item, depth + 1)
        for item in value[:KEYS]
    ]


def _text(value: str) -> str:
    """Return a text without halves of characters, cut."""
    return value[:TEXT].encode("utf-8", "replace").decode()
