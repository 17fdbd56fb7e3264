"""Documents between the stages of a pipeline: where each field comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from fritz.filters import form

__all__ = [
    "GONE",
    "OTHER",
    "Document",
    "Dropped",
    "Entry",
    "FromAlert",
    "Gone",
    "Kept",
    "Later",
    "Merged",
    "Other",
    "computed_leaves",
    "projected",
    "shown_below",
]


@dataclass(frozen=True, slots=True, eq=False)
class Gone:
    """No value."""


@dataclass(frozen=True, slots=True, eq=False)
class Other:
    """A value that is not followed."""


@dataclass(frozen=True, slots=True, eq=False)
class FromAlert:
    """A top-level field of the alert."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Later:
    """The value of an expression over an earlier document."""

    expr: form.Expr
    document: Document


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Only some fields below a value."""

    inner: Entry
    tree: form.Tree


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """All but some fields below a value."""

    inner: Entry
    tree: form.Tree


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """A value with computed fields below it; `including`: with those in the tree only."""

    inner: Entry
    tree: form.Tree
    document: Document
    including: bool


Entry: TypeAlias = Gone | Other | FromAlert | Later | Kept | Dropped | Merged
GONE: Final = Gone()
OTHER: Final = Other()


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """What comes out of a stage."""

    fields: dict[str, Entry] = field(default_factory=dict)
    of_alert: bool = True
    """Whether the alert's other fields are there too."""

    def entry(self, name: str) -> Entry:
        """Return where a field comes from."""
        found = self.fields.get(name)
        if found is not None:
            return found
        return FromAlert(name) if self.of_alert else GONE


def projected(stage: form.Project | form.AddFields, before: Document) -> Document:
    """Return the document after a stage that sets, keeps or drops fields."""
    if isinstance(stage, form.AddFields):
        added = {
            name: Later(leaf.expr, before)
            if isinstance(leaf, form.Computed)
            else Merged(before.entry(name), leaf, before, including=False)
            for name, leaf in stage.tree.fields.items()
            if leaf is not None
        }
        return Document({**before.fields, **added}, before.of_alert)
    if stage.excludes:
        dropped: dict[str, Entry] = {
            name: Dropped(before.entry(name), leaf) if isinstance(leaf, form.Tree) else GONE
            for name, leaf in stage.tree.fields.items()
        }
        return Document({**before.fields, **dropped}, before.of_alert)
    return Document(
        {name: _kept(name, leaf, before) for name, leaf in stage.tree.fields.items()},
        of_alert=False,
    )


def _kept(name: str, leaf: form.Tree | form.Computed | None, before: Document) -> Entry:
    if isinstance(leaf, form.Computed):
        return Later(leaf.expr, before)
    old = before.entry(name)
    if leaf is None:
        return old
    if any(True for _ in computed_leaves(leaf)):
        return Merged(old, leaf, before, including=True)
    return GONE if isinstance(old, Gone) else Kept(old, leaf)


def computed_leaves(tree: form.Tree) -> Iterator[form.Expr]:
    """Yield every expression of a specification."""
    for leaf in tree.fields.values():
        if isinstance(leaf, form.Tree):
            yield from computed_leaves(leaf)
        elif leaf is not None:
            yield leaf.expr


def shown_below(tree: form.Tree, parts: tuple[str, ...]) -> bool | None:
    """Return whether a projection keeps what a path finds; None if it keeps part of it."""
    for part in parts:
        if part not in tree.fields:
            return False
        leaf = tree.fields[part]
        if not isinstance(leaf, form.Tree):
            return leaf is None or None
        tree = leaf
    return None
