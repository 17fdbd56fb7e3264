"""The words of the pipeline language, for editors that complete them: fields, operators, stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fritz.filters.checks.schema import ArrayOf, Record, Type, schema_for
from fritz.filters.dialects import Dialect
from fritz.filters.kinds import names
from fritz.filters.operators import EXPRESSIONS
from fritz.filters.parse.queries import QUERY_OPERATORS
from fritz.filters.parse.special import SPECIAL
from fritz.filters.parse.stages import STAGES

__all__ = ["Word", "vocabulary"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word."""

    text: str
    """E.g. ``candidate.magpsf``, ``$match``."""
    what: str
    """What it is: a field's types, or ``stage``, ``condition``, ``operator``."""


@lru_cache(maxsize=2)
def vocabulary(dialect: Dialect) -> tuple[Word, ...]:
    """Return every word of a dialect: fields by path, then what begins with a dollar sign."""
    said: dict[str, str] = dict.fromkeys(sorted({*EXPRESSIONS, *SPECIAL}), "operator")
    said |= dict.fromkeys(sorted(QUERY_OPERATORS), "condition")
    said |= dict.fromkeys(STAGES, "stage")
    fields = tuple(sorted(_fields("", schema_for(dialect)), key=lambda word: word.text))
    return (*fields, *(Word(text, what) for text, what in said.items()))


def _fields(path: str, kind: Type) -> Iterator[Word]:
    """Yield the fields below a path; those of an array's items stand under the array's name."""
    if isinstance(kind, ArrayOf):
        if path:
            yield Word(path, "array")
        yield from (word for word in _fields(path, kind.item) if word.text != path)
    elif isinstance(kind, Record):
        if path:
            yield Word(path, "object")
        for name, inner in kind.fields.items():
            yield from _fields(f"{path}.{name}" if path else name, inner)
    else:
        yield Word(path, names(kind.kinds))
