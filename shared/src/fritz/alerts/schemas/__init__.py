"""Alert schemas that Fritz itself writes with; packets that we read bring their own."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["alert_schema"]


def alert_schema(version: str = "4.02") -> dict[str, Any]:
    """Return the Avro schema of a ZTF alert: names, types and defaults, as plain JSON values."""
    text = files(__package__).joinpath(f"ztf_{version}.avsc").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
