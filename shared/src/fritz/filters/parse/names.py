"""Names within pipelines: near misses, field paths, variables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from fritz.filters.errors import Finding

__all__ = ["Refusal", "check_path", "near", "refuse", "split_path", "variable_name"]

_VARIABLE = re.compile(r"[a-z\u0080-\U0010ffff][A-Za-z0-9_\u0080-\U0010ffff]*")
_LONGEST_PATH = 200


class Refusal(Exception):
    """Stops the parsing of one stage; carries the finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def refuse(code: str, at: str, message: str, did_you_mean: str | None = None) -> Refusal:
    """Return the exception to raise for an error at a place."""
    return Refusal(Finding(code, at, message, did_you_mean))


def near(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like this one, if any is.

    Examples
    --------
    >>> near("$substract", ["$add", "$subtract", "$substr"])
    '$subtract'
    """
    names = list(known)
    lower = {each.lower(): each for each in names}
    if name.lower() in lower:
        return lower[name.lower()]
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    return found[0] if found else None


def split_path(text: str, at: str) -> tuple[str, ...]:
    """Return the parts of a dotted path, none of which may be empty or start with a dollar."""
    parts = tuple(text.split("."))
    check_path(parts, text, at)
    return parts


def check_path(parts: tuple[str, ...], text: str, at: str) -> None:
    """Refuse a path with an empty part, a part that starts with a dollar, or too many parts."""
    if len(parts) > _LONGEST_PATH:
        raise refuse("bad_path", at, "the field path is too long")
    for part in parts:
        if not part:
            raise refuse("bad_path", at, f"the field path {text!r} has an empty part")
        if part.startswith("$"):
            raise refuse("bad_path", at, f"a part of the field path {text!r} starts with $")
        if "\0" in part:
            raise refuse("bad_path", at, f"the field path {text!r} contains a null byte")


def variable_name(name: object, at: str) -> str:
    """Return the name of a variable that a user defines."""
    if not isinstance(name, str) or not (_VARIABLE.fullmatch(name) or name == "CURRENT"):
        raise refuse("bad_variable", at, f"{name!r} cannot name a variable: use a lower-case start")
    return name
