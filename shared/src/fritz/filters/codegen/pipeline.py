"""Code for whole pipelines: one function per run of stages that treat each document alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from fritz.filters import form
from fritz.filters.codegen.assumptions import assure
from fritz.filters.codegen.builder import Builder
from fritz.filters.codegen.code import Code
from fritz.filters.codegen.documents import (
    NOWHERE,
    Computed,
    Doc,
    Dropped,
    Kept,
    Known,
    Merged,
    Thunk,
)
from fritz.filters.codegen.expressions import COMPILERS
from fritz.filters.codegen.objects import whole
from fritz.filters.codegen.queries import conjuncts, query
from fritz.filters.codegen.runtime import NAMES
from fritz.filters.kinds import OBJECT
from fritz.filters.limits import CHECK_EVERY, Budget

__all__ = ["Program", "Tick", "generate"]

Tick: TypeAlias = Callable[..., int]
"""Called with the steps so far, and whether the function is done."""
Each: TypeAlias = Callable[[dict[str, Any], Tick], Any]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled pipeline."""

    source: str
    places: tuple[str, ...]
    """The place in the pipeline of each line of the source."""
    constants: dict[str, Any]
    steps: tuple[Each | form.Stage, ...]
    """Functions of one document, and between them the stages that see all documents."""

    def place(self, line: int) -> str:
        """Return the place that a line of the source (from 1) stands for."""
        return self.places[line - 1] if 0 < line <= len(self.places) else ""


def _alone(stage: form.Stage) -> bool:
    return not isinstance(stage, form.Unwind | form.Group)


def generate(
    stages: Sequence[form.Stage], *, assume: bool, budget: Budget, many: bool = False
) -> Program:
    """Return the program of a pipeline.

    With `assume` it may raise `Deviation` for an alert that is not laid out as usual. With `many`
    it is meant for many documents from the start: what sorts and counts them is a step of its own.
    """
    constants: dict[str, Any] = {}
    lines: list[str] = []
    places: list[str] = []
    steps: list[str | form.Stage] = []
    single, waiting = not many, list(stages)
    while waiting or not steps:
        run: list[form.Stage] = []
        while waiting and (_alone(waiting[0]) if single else _is_row_wise(waiting[0])):
            run.append(waiting.pop(0))
        group = waiting[0] if waiting and isinstance(waiting[0], form.Group) else None
        if run or group is not None or not steps:
            name = f"f{len(steps)}"
            several = many or not all(map(_alone, stages))
            _function(
                name,
                run,
                group,
                constants,
                lines,
                places,
                assume=assume,
                budget=budget,
                several=several,
            )
            steps.append(name)
        if waiting:
            steps.append(waiting.pop(0))
            single = False
    source = "\n".join(lines) + "\n"
    scope = {**NAMES, **constants, "__builtins__": {}}
    exec(compile(source, "<filter>", "exec"), scope)  # noqa: S102  generated: names and numbers only
    found = tuple(scope[step] if isinstance(step, str) else step for step in steps)
    return Program(source, tuple(places), constants, found)


def _is_row_wise(stage: form.Stage) -> bool:
    return isinstance(stage, form.Match | form.Project | form.AddFields | form.ReplaceRoot)


def _function(
    name: str,
    run: list[form.Stage],
    group: form.Group | None,
    constants: dict[str, Any],
    lines: list[str],
    places: list[str],
    *,
    assume: bool,
    budget: Budget,
    several: bool,
) -> None:
    b = Builder(constants, assume=assume, compilers=COMPILERS)
    doc: Doc | None = Doc("d")
    for stage in run:
        if doc is not None:
            with b.out.standing_at(stage.at):
                doc = _stage(b, stage, doc)
    if doc is not None:
        at = run[-1].at if run else ""
        with b.out.standing_at(at):
            _leave(b, _key_and_fields(b, group, doc) if group else whole(b, doc))
    lines.append(f"def {name}(d, tick):")
    places.append("")
    if b.loops:
        lines.append(f" n = 0; lim = {min(CHECK_EVERY, budget.steps)}")
        places.append("")
    for depth, text, at in b.out.lines:
        if several and b.loops and text.startswith("return"):
            lines.append(" " * depth + "tick(n, True)")
            places.append(at)
        lines.append(" " * depth + text)
        places.append(at)


def _leave(b: Builder, code: Code) -> None:
    b.out.emit(f"return {code.text}")


def _key_and_fields(b: Builder, group: form.Group, doc: Doc) -> Code:
    parts = [b.force(Computed(group.key, doc)).text]
    for field in group.fields:
        parts.append(b.force(Computed(field.expr, doc)).text)
        if field.extra is not None:
            parts.append(b.force(Computed(field.extra, doc)).text)
    return Code(f"({', '.join(parts)},)")


def _stage(b: Builder, stage: form.Stage, doc: Doc) -> Doc | None:  # noqa: PLR0911  one per stage
    """Emit a stage and return the document after it, None if none can come out."""
    match stage:
        case form.Match(query=node):
            for part in conjuncts(node):
                test = query(b, part, doc)
                with b.out.indented(f"if not {test}:"):
                    _leave(b, Code("None"))
            return doc
        case form.Project(tree=tree, excludes=True):
            return _settled(b, _without(tree, doc))
        case form.Project(tree=tree):
            return _settled(b, _only(tree, doc))
        case form.AddFields(tree=tree):
            return _settled(b, _with(tree, doc))
        case form.ReplaceRoot(root=root):
            return _replaced(b, root, doc)
        case form.Count(name=name):
            return Doc(None, {name: Computed(form.Const(stage.at, 1), doc)})
        case form.Skip(count=count) if count > 0:
            _leave(b, Code("None"))
            return None
        case _:
            return doc


def _only(tree: form.Tree, doc: Doc) -> Doc:
    fields: dict[str, Thunk] = {}
    for name, leaf in tree.fields.items():
        old = doc.field(name)
        if isinstance(leaf, form.Computed):
            fields[name] = Computed(leaf.expr, doc)
        elif isinstance(leaf, form.Tree):
            if old is NOWHERE:
                fields[name] = _known(leaf, doc)
            else:
                merged = _computes(leaf)
                fields[name] = Merged(old, leaf, doc, True) if merged else Kept(old, leaf)
        else:
            fields[name] = old
    return Doc(None, fields)


def _known(tree: form.Tree, doc: Doc) -> Thunk:
    """Return what a specification makes where there is nothing yet."""
    if not _computes(tree):
        return NOWHERE
    fields: dict[str, Thunk] = {}
    for name, leaf in tree.fields.items():
        if isinstance(leaf, form.Computed):
            fields[name] = Computed(leaf.expr, doc)
        elif isinstance(leaf, form.Tree):
            fields[name] = _known(leaf, doc)
    return Known(fields)


def _computes(tree: form.Tree) -> bool:
    return any(
        _computes(leaf) if isinstance(leaf, form.Tree) else leaf is not None
        for leaf in tree.fields.values()
    )


def _without(tree: form.Tree, doc: Doc) -> Doc:
    fields, dropped = dict(doc.fields), set(doc.dropped)
    for name, leaf in tree.fields.items():
        if isinstance(leaf, form.Tree):
            fields[name] = Dropped(doc.field(name), leaf)
        else:
            fields.pop(name, None)
            dropped.add(name)
    return Doc(doc.holder, fields, frozenset(dropped))


def _with(tree: form.Tree, doc: Doc) -> Doc:
    fields = dict(doc.fields)
    for name, leaf in tree.fields.items():
        if isinstance(leaf, form.Tree):
            old = doc.field(name)
            new = Merged(old, leaf, doc, including=False)
            fields[name] = _known(leaf, doc) if old is NOWHERE else new
        elif isinstance(leaf, form.Computed):
            fields[name] = Computed(leaf.expr, doc)
    return Doc(doc.holder, fields, doc.dropped)


def _replaced(b: Builder, root: form.Expr, doc: Doc) -> Doc:
    if isinstance(root, form.ObjectOf):
        new = Doc(None, {name: Computed(expr, doc) for name, expr in root.fields})
        return _settled(b, new)
    code = b.out.bind(b.force(Computed(root, doc)))
    if code.kinds != OBJECT:
        name = b.out.name()
        b.out.emit(f"{name} = need_root({code.text})")
        code = Code(name, OBJECT, atomic=True)
    return Doc(code.text)


def _settled(b: Builder, doc: Doc) -> Doc:
    """Evaluate now what may raise; leave the rest until it is needed, if it ever is."""
    for thunk in doc.fields.values():
        if isinstance(thunk, Computed | Merged | Dropped | Kept | Known) and b.facts.thunk_raises(
            thunk
        ):
            if isinstance(thunk, Computed) and b.assume:
                assure(b, thunk.expr, thunk.doc)
            if b.facts.thunk_raises(thunk):
                b.force(thunk)
    return doc
