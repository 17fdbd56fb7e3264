"""All checks of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from fritz.filters import form
from fritz.filters.checks.expressions import Context, infer
from fritz.filters.checks.queries import check_query
from fritz.filters.checks.report import Report
from fritz.filters.checks.schema import UNKNOWN, ArrayOf, Record, Scalar, Schema, Type, schema_for
from fritz.filters.checks.shapes import Shape, Unfound, lookup
from fritz.filters.checks.size import check_size
from fritz.filters.errors import FilterRefused, Finding
from fritz.filters.kinds import INT
from fritz.filters.limits import LIMITS, Limits
from fritz.filters.parse import parse_pipeline

__all__ = ["check_filter", "check_stages"]


def check_filter(
    pipeline: Sequence[Mapping[str, Any]] | str,
    *,
    dialect: Literal["kowalski", "boom"] = "kowalski",
    schema: Schema | None = None,
    limits: Limits = LIMITS,
) -> tuple[Finding, ...]:
    """Return everything that is wrong with a pipeline or suspicious about it; never raises.

    Parameters
    ----------
    pipeline
        As for `compile_filter`.
    dialect
        As for `compile_filter`.
    schema
        The alert document; ZTF's in the dialect if not given.
    limits
        Caps on the size of the pipeline.
    """
    try:
        stages = parse_pipeline(pipeline, limits)
    except FilterRefused as e:
        return e.findings
    return check_stages(stages, schema or schema_for(dialect), limits)


def check_stages(
    stages: tuple[form.Stage, ...], schema: Schema, limits: Limits = LIMITS
) -> tuple[Finding, ...]:
    """Return the findings on a pipeline that can be read."""
    report = Report()
    if not stages:
        report.say("empty_pipeline", "", "no stages: every alert would pass", severity="error")
    elif not any(isinstance(stage, form.Match) for stage in stages):
        report.say("no_match", "", "no $match: every alert would pass")
    shape = Shape(schema)
    for index, stage in enumerate(stages):
        shape = _after(stage, index, Context(shape, report, limits))
    return (*report.findings, *check_size(stages))


def _after(stage: form.Stage, index: int, context: Context) -> Shape:  # noqa: PLR0911  one case per stage
    """Check a stage and return the shape of what it yields."""
    shape = context.shape
    match stage:
        case form.Match(query=query):
            check_query(query, context)
            return shape
        case form.Project(tree=tree, excludes=True):
            gone = [name for name, leaf in tree.fields.items() if leaf is None]
            return shape.without(gone, index)
        case form.Project(tree=tree):
            return _projected(tree, index, context)
        case form.AddFields(tree=tree):
            fields = {name: _added(leaf, name, context) for name, leaf in tree.fields.items()}
            record = replace(shape.record, fields={**shape.record.fields, **fields})
            return replace(shape, record=record)
        case form.ReplaceRoot(root=root):
            kind = infer(root, context)
            known = isinstance(kind, Record)
            return Shape(kind if isinstance(kind, Record) else Record({}, open=True), {}, not known)
        case form.Count(name=name):
            return Shape(Record({name: Scalar(INT)}), original=False)
        case form.Group(key=key, fields=groups):
            made = {"_id": infer(key, context)}
            for group in groups:
                infer(group.expr, context)
                made[group.name] = UNKNOWN
            return Shape(Record(made), dict.fromkeys(shape.record.fields, index), original=False)
        case form.Unwind(parts=parts):
            return _unwound(parts, stage, context)
        case _:
            return shape


def _projected(tree: form.Tree, index: int, context: Context) -> Shape:
    shape = context.shape
    fields: dict[str, Type] = {}
    for name, leaf in tree.fields.items():
        kind = _kept(leaf, (name,), tree.at, context)
        if kind is not None:
            fields[name] = kind
    gone = set(shape.record.fields) - set(fields)
    dropped = {**shape.dropped, **dict.fromkeys(gone, index)}
    for name in fields:
        dropped.pop(name, None)
    return Shape(Record(fields), dropped, original=False)


def _kept(
    leaf: form.Tree | form.Computed | None, path: tuple[str, ...], at: str, context: Context
) -> Type | None:
    if isinstance(leaf, form.Computed):
        return infer(leaf.expr, context)
    if isinstance(leaf, form.Tree):
        old = lookup(context.shape.record, path, context.shape)
        below = {
            name: kind
            for name, item in leaf.fields.items()
            if (kind := _kept(item, (*path, name), at, context)) is not None
        }
        record = Record({name: _item(old, kind) for name, kind in below.items()})
        if isinstance(old, ArrayOf):
            return ArrayOf(record, old.nullable)
        return record if not isinstance(old, Scalar) else UNKNOWN
    found = lookup(context.shape.record, path, context.shape)
    if not isinstance(found, Unfound):
        return found
    if path != ("_id",):
        place = ".".join((at, *path))
        context.report.unfound(place, found, original=context.shape.original, sure=False)
    return None


def _item(old: Type | Unfound, kind: Type) -> Type:
    """Return the type of a field within an element where the path went over an array."""
    return kind.item if isinstance(old, ArrayOf) and isinstance(kind, ArrayOf) else kind


def _added(leaf: form.Tree | form.Computed | None, name: str, context: Context) -> Type:
    if isinstance(leaf, form.Computed):
        return infer(leaf.expr, context)
    if leaf is None:
        return UNKNOWN
    new = {key: _added(item, key, context) for key, item in leaf.fields.items()}
    old = context.shape.record.fields.get(name)
    if isinstance(old, Record):
        return replace(old, fields={**old.fields, **new}, nullable=False)
    if isinstance(old, ArrayOf) and isinstance(old.item, Record):
        return replace(old, item=replace(old.item, fields={**old.item.fields, **new}))
    return Record(new) if old is None else UNKNOWN


def _unwound(parts: tuple[str, ...], stage: form.Unwind, context: Context) -> Shape:
    shape = context.shape
    found = lookup(shape.record, parts, shape)
    if isinstance(found, Unfound):
        context.report.unfound(stage.at, found, original=shape.original, sure=True)
        return shape
    item = found.item if isinstance(found, ArrayOf) else found
    fields = dict(shape.record.fields)
    if len(parts) == 1:
        fields[parts[0]] = item
    elif isinstance(fields.get(parts[0]), Record):
        fields[parts[0]] = Record({}, open=True)
    if stage.index is not None:
        fields[stage.index[0]] = UNKNOWN
    return replace(shape, record=replace(shape.record, fields=fields))
