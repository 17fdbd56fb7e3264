"""Regular expressions that run in linear time.

RE2 (the wheel `google-re2`) takes Perl's syntax without look-around and back-references, so no
pattern can blow up. MongoDB's options i, m, s, x are understood.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from fritz.filters.errors import OperatorError

__all__ = ["Pattern", "compile_regex"]

Pattern = Any
"""A compiled RE2 expression; its `search` works as in `re`."""


def _unspaced(pattern: str) -> str:
    """Return the pattern without the blanks and comments that option x ignores."""
    kept, index, in_class = [], 0, False
    while index < len(pattern):
        char = pattern[index]
        if char == "\\":
            kept.append(pattern[index : index + 2])
            index += 2
            continue
        in_class = (char == "[") if not in_class else char != "]"
        if not in_class and char == "#":
            end = pattern.find("\n", index)
            index = len(pattern) if end < 0 else end
        elif in_class or not char.isspace():
            kept.append(char)
        index += 1
    return "".join(kept)


@lru_cache(maxsize=512)
def compile_regex(pattern: str, options: str = "") -> Pattern:
    """Return the compiled expression.

    Raises
    ------
    OperatorError
        The pattern or an option is not valid, or RE2 cannot run it in linear time.
    """
    unknown = set(options) - set("imsxu")
    if unknown:
        raise OperatorError(f"unknown regex option {''.join(sorted(unknown))!r}")
    if "\0" in pattern:
        raise OperatorError("a regex must not contain a null byte")
    settings = re2.Options()
    settings.log_errors = False
    settings.max_mem = 1 << 20
    settings.dot_nl = "s" in options
    settings.case_sensitive = "i" not in options
    text = _unspaced(pattern) if "x" in options else pattern
    try:
        return re2.compile(f"(?m){text}" if "m" in options else text, settings)
    except re2.error as e:
        said = e.args[0] if e.args else e
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise OperatorError(f"not a linear-time regular expression: {reason}") from e
