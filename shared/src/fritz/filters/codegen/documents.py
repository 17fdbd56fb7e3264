"""Documents and fields as the compiler knows them: where a value would come from.

A `$project` makes a new `Doc` whose fields point at the old ones; nothing is copied until
something needs the document whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from fritz.filters import form

__all__ = [
    "NOWHERE",
    "Absent",
    "Computed",
    "Doc",
    "Dropped",
    "Kept",
    "Known",
    "Local",
    "Merged",
    "RawField",
    "Thunk",
]


@dataclass(frozen=True, slots=True, eq=False)
class Absent:
    """No value."""


NOWHERE: Final = Absent()


@dataclass(frozen=True, slots=True, eq=False)
class RawField:
    """A field of a dictionary that a local holds."""

    holder: str
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """A value that a local holds."""

    name: str
    kinds: int
    source: str = ""
    """The field of the alert whose elements it runs over, if that is known."""
    projected: form.Tree | None = None
    """The only fields of an object that count."""


@dataclass(frozen=True, slots=True, eq=False)
class Computed:
    """The value of an expression over a document."""

    expr: form.Expr
    doc: Doc


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Only some fields below a value."""

    inner: Thunk
    tree: form.Tree


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """All but some fields below a value."""

    inner: Thunk
    tree: form.Tree


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A value with computed fields below it."""

    inner: Thunk
    tree: form.Tree
    doc: Doc
    including: bool
    """Whether fields not named in the tree are dropped."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An object of which every field is known."""

    fields: dict[str, Thunk]


Thunk: TypeAlias = Absent | RawField | Local | Computed | Kept | Dropped | Merged | Known


@dataclass(slots=True, eq=False)
class Doc:
    """A document between two stages."""

    holder: str | None
    """The local with the dictionary whose fields show through; None if every field is known."""
    fields: dict[str, Thunk] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    raw: dict[str, Thunk] = field(default_factory=dict)
    """Fields of the holder that were asked for."""
    numbers: dict[form.Expr, int] = field(default_factory=dict)
    """What tells whether expressions over this document are equal, as far as it was asked."""

    def field(self, name: str) -> Thunk:
        """Return where a top-level field comes from."""
        found = self.fields.get(name)
        if found is not None:
            return found
        if self.holder is None or name in self.dropped:
            return NOWHERE
        if name not in self.raw:
            self.raw[name] = RawField(self.holder, name)
        return self.raw[name]
