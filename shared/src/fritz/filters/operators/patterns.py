"""Regular expressions on strings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fritz.filters.kinds import ARRAY, BOOL, NULL, OBJECT
from fritz.filters.operators.signature import Operator, nullish, table
from fritz.filters.operators.strings import need_string

__all__ = ["PATTERNS"]


def _compiled(value: Any, regex: Any, options: Any) -> Any:
    """Return the compiled regex, or None if the input or the regex is null."""
    from fritz.filters.regex import compile_regex  # noqa: PLC0415  most filters need no regex

    flags = "" if nullish(options) else need_string(options, "a string of options")
    if not nullish(value):
        need_string(value)
    if nullish(regex):
        return None
    pattern = compile_regex(need_string(regex, "a string as regex"), flags)
    return None if nullish(value) else pattern


def _found(match: Any) -> dict[str, Any]:
    return {"match": match.group(0), "idx": match.start(), "captures": list(match.groups())}


def _match(value: Any, regex: Any, options: Any) -> bool:
    pattern = _compiled(value, regex, options)
    return pattern is not None and pattern.search(value) is not None


def _find(value: Any, regex: Any, options: Any) -> Any:
    pattern = _compiled(value, regex, options)
    match = None if pattern is None else pattern.search(value)
    return None if match is None else _found(match)


def _find_all(value: Any, regex: Any, options: Any) -> list[Any]:
    pattern = _compiled(value, regex, options)
    return [] if pattern is None else list(_found_one_by_one(pattern, value))


def _found_one_by_one(pattern: Any, text: str) -> Iterator[dict[str, Any]]:
    """Yield matches; none is looked for at the text's end, unless the text is empty."""
    at = 0
    while at < len(text) or at == 0:
        match = pattern.search(text, at)
        if match is None:
            return
        yield _found(match)
        at = match.end() if match.end() > match.start() else match.start() + 1


_NAMED: Final = ("input", "regex", "options")
_OPTIONAL: Final = ("options",)

PATTERNS: Final = table(
    Operator("$regexMatch", _match, named=_NAMED, optional=_OPTIONAL, yields=BOOL),
    Operator("$regexFind", _find, named=_NAMED, optional=_OPTIONAL, yields=OBJECT | NULL),
    Operator(
        "$regexFindAll", _find_all, named=_NAMED, optional=_OPTIONAL, yields=ARRAY, grows=True
    ),
)
