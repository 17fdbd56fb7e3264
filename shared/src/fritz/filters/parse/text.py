"""Pipelines as text: JSON, extended JSON, and the JavaScript that Compass and the shell show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from fritz.filters.bson_order import INT64_MAX, INT64_MIN
from fritz.filters.parse.names import refuse

__all__ = ["decode_extended", "parse_text"]

_TOKEN: Final = re.compile(
    r"""
    (?P<blank>[\s\ufeff]+|//[^\n]*|/\*.*?\*/)
    | (?P<double>"(?:[^"\\]|\\.)*")
    | (?P<single>'(?:[^'\\]|\\.)*')
    | (?P<number>(?:NumberInt|NumberLong|Int32|Long|Double)\(\s*["']?-?[\d.eE+-]+["']?\s*\))
    | (?P<fraction>\.\d+)
    | (?P<word>[A-Za-z_$][A-Za-z0-9_$]*)
    | (?P<other>[^"'A-Za-z_$])
    """,
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS: Final = {
    "true": "true",
    "false": "false",
    "null": "null",
    "True": "true",
    "False": "false",
    "None": "null",
}
_REGEX: Final = re.compile(r"/(?![/*])((?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)/([a-z]*)")
_BEFORE_VALUES: Final = frozenset("[:,(")
_UNBOUNDED: Final = frozenset({"Infinity", "NaN"})
_TRAILING: Final = re.compile(r",(\s*[\]}])")
_LONGEST: Final = 1_000_000


def parse_text(text: str) -> Any:
    """Return the value that the text stands for; quotes and commas may be JavaScript's."""
    if len(text) > _LONGEST:
        raise refuse("too_large", "", f"more than {_LONGEST} characters")
    try:
        return json.loads(text)
    except RecursionError as e:
        raise refuse("too_deep", "", "nested too deeply") from e
    except ValueError:
        pass
    try:
        return json.loads(_to_json(text))
    except RecursionError as e:
        raise refuse("too_deep", "", "nested too deeply") from e
    except ValueError as e:
        raise refuse("bad_json", "", f"not JSON: {e}") from e


def _to_json(text: str) -> str:
    """Return the text with single quotes, bare keys, comments and trailing commas made JSON.

    Regular expressions between slashes, and the shell's numbers, become extended JSON.
    """
    kept: list[str] = []
    """Pieces of JSON that stand for themselves, named by their number until the end."""
    parts: list[str] = []
    at, before = 0, ""
    while at < len(text):
        literal = _REGEX.match(text, at) if before in _BEFORE_VALUES else None
        token = literal or _TOKEN.match(text, at)
        if token is None:
            raise refuse("bad_json", "", f"not JSON: unexpected {text[at : at + 10]!r}")
        at = token.end()
        if literal is not None:
            pattern = {"pattern": literal[1].replace("\\/", "/"), "options": literal[2]}
            _keep({"$regularExpression": pattern}, kept, parts)
        elif token.lastgroup == "blank":
            parts.append(" ")
            continue
        else:
            _token(token, text[at:].lstrip()[:1], kept, parts)
        before = token.group()[-1:]
    bare = _TRAILING.sub(r"\1", _TRAILING.sub(r"\1", "".join(parts))).rstrip().rstrip(";")
    return re.sub(r'"(\d+)"', lambda match: kept[int(match.group(1))], bare)


def _keep(value: Any, kept: list[str], parts: list[str]) -> None:
    kept.append(value if isinstance(value, str) else json.dumps(value))
    parts.append(f'"{len(kept) - 1}"')


def _token(token: re.Match[str], after: str, kept: list[str], parts: list[str]) -> None:
    """Add one token; `after` is the first character of the next."""
    kind, found = token.lastgroup, token.group()
    if kind == "number":
        name, _, inside = found.rstrip(")").partition("(")
        digits = inside.strip().strip("\"'")
        _keep({"$numberDouble" if name == "Double" else "$numberLong": digits}, kept, parts)
    elif kind == "fraction":
        parts.append(found if _ends_in_digit(parts) else f"0{found}")
    elif kind in {"double", "single"} or (kind == "word" and after == ":"):
        _keep(_quoted(found, kind), kept, parts)
    elif kind == "word" and found in _UNBOUNDED:
        sign = parts.pop() if parts and parts[-1] == "-" else ""
        _keep({"$numberDouble": f"{sign}{found}"}, kept, parts)
    elif kind == "word" and found in _CONSTANTS:
        parts.append(_CONSTANTS[found])
    elif kind == "word" and found[0] in "eE" and _ends_in_digit(parts):
        parts.append(found)
    elif kind == "word":
        raise refuse("bad_json", "", f"not JSON: {found} stands for no value here")
    else:
        parts.append(found)


def _ends_in_digit(parts: list[str]) -> bool:
    return bool(parts) and parts[-1][-1:].isdigit()


def _quoted(found: str, kind: str | None) -> str:
    if kind == "double":
        return found
    if kind == "word":
        return json.dumps(found)
    inner = found[1:-1].replace("\\'", "'")
    return '"' + re.sub(r'(?<!\\)"', r"\"", inner) + '"'


def decode_extended(value: Any, at: str) -> Any:
    """Return the value with extended JSON's numbers decoded, tuples as lists, keys as strings."""
    kind = type(value)
    if value is None or kind is str or kind is float or kind is bool:
        return value
    if kind is int:
        return value if INT64_MIN <= value <= INT64_MAX else float(value)
    if kind is dict or isinstance(value, Mapping):
        if len(value) == 1:
            ((key, item),) = value.items()
            if key in _NUMBERS:
                return _number(key, item, at)
        return {str(key): decode_extended(item, at) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [decode_extended(item, at) for item in value]
    raise refuse("bad_value", at, f"a pipeline holds JSON values only, not {kind.__name__}")


_NUMBERS: Final[dict[str, Callable[[Any], int | float]]] = {
    "$numberDouble": float,
    "$numberInt": int,
    "$numberLong": int,
}


def _number(key: str, item: Any, at: str) -> int | float:
    try:
        return _NUMBERS[key](item)
    except (TypeError, ValueError) as e:
        raise refuse("bad_value", at, f"{key} cannot be {item!r}") from e
