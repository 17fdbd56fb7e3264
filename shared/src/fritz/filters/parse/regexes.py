"""Regular expressions as values: what a shell writes between slashes."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["REGEX_KEY", "regex_value"]

REGEX_KEY: Final = "$regularExpression"
"""Extended JSON's name for one."""


def regex_value(value: Any) -> tuple[str, str] | None:
    """Return pattern and options, None if the value is no regular expression.

    Examples
    --------
    >>> regex_value({"$regularExpression": {"pattern": "^ZTF21", "options": "i"}})
    ('^ZTF21', 'i')
    >>> regex_value("^ZTF21") is None
    True
    """
    if not isinstance(value, dict) or value.keys() != {REGEX_KEY}:
        return None
    inside = value[REGEX_KEY]
    if not isinstance(inside, dict):
        return None
    pattern, options = inside.get("pattern"), inside.get("options", "")
    if not isinstance(pattern, str) or not isinstance(options, str):
        return None
    return pattern, options
