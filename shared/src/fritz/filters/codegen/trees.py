"""Specifications that reach below a field, as tables that the run-time functions read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fritz.filters import form
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import Computed, Doc, Merged
from fritz.filters.kinds import ARRAY, OBJECT

if TYPE_CHECKING:
    from fritz.filters.codegen.builder import Builder

__all__ = ["drop", "keep", "merge"]


def _plain(tree: form.Tree) -> dict[str, Any]:
    return {
        name: _plain(leaf) if isinstance(leaf, form.Tree) else None
        for name, leaf in tree.fields.items()
    }


def keep(b: Builder, tree: form.Tree) -> str:
    """Return the table of the fields to keep."""
    return b.out.constant(_plain(tree))


drop = keep


def merge(b: Builder, thunk: Merged) -> Code:
    """Return the code that computes new fields and puts them below a value."""
    values: list[Code] = []
    inside = b.out.bind(b.force(thunk.inner)).text
    table = _numbered(b, thunk.tree, thunk.doc, values, (inside, ()))
    new = ", ".join(b.out.bind(code).text for code in values)
    function = "specify" if thunk.including else "overlay"
    given = f"({new},)" if values else "()"
    return Code(f"{function}({inside}, {b.out.constant(table)}, {given})", OBJECT | ARRAY)


def _numbered(
    b: Builder,
    tree: form.Tree,
    doc: Doc,
    values: list[Code],
    place: tuple[str, tuple[str, ...]],
) -> dict[str, Any]:
    """Return the table: a field's number among the new values, None to keep it, or a table."""
    table: dict[str, Any] = {}
    inside, path = place
    for name, leaf in tree.fields.items():
        if isinstance(leaf, form.Computed):
            table[name] = len(values)
            values.append(_leaf(b, Computed(leaf.expr, doc), place))
        elif isinstance(leaf, form.Tree):
            table[name] = _numbered(b, leaf, doc, values, (inside, (*path, name)))
        else:
            table[name] = None
    return table


def _leaf(b: Builder, thunk: Computed, place: tuple[str, tuple[str, ...]]) -> Code:
    """Return the code of a new value; an empty array on its way keeps it from being computed."""
    if not b.facts.thunk_raises(thunk):
        return b.out.bind(b.force(thunk))
    name, (inside, path) = b.out.name(), place
    with b.out.indented(f"if reaches({inside}, {b.out.constant(path)}):"), b.scope():
        b.out.emit(f"{name} = {b.force(thunk).text}")
    with b.out.indented("else:"):
        b.out.emit(f"{name} = M")
    return Code(name, atomic=True)
