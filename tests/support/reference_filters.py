"""A slow, plain interpreter of the filters' typed form: what generated code is compared with.

It walks the tree for every alert, copies every document at every stage, leaves nothing for later,
and knows nothing of the survey. Only the functions of single operators and the tests of `$match`
on one value are shared with the compiler.
"""

from __future__ import annotations

from typing import Any

from fritz.filters import form
from fritz.filters.bson_order import MISSING, truthy
from fritz.filters.codegen.runtime import (
    FAILED,
    WAS_NULL,
    convert_or_mark,
    null_array,
    sort_array,
    zip_arrays,
)
from fritz.filters.errors import OperatorError
from fritz.filters.many import group_documents, many_documents
from fritz.filters.operators.arrays import filter_limit
from fritz.filters.parse import parse_pipeline
from fritz.filters.paths import walk
from fritz.filters.query_tests import path_check

__all__ = ["interpret"]


def interpret(pipeline: list[dict[str, Any]], document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the documents that come out; raises OperatorError where MongoDB would raise."""
    documents = [document]
    for stage in parse_pipeline(pipeline):
        documents = _stage(stage, documents)
    return documents


def _stage(  # noqa: PLR0911  one case per stage
    stage: form.Stage, documents: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    match stage:
        case form.Match(query=query):
            return [each for each in documents if _matches(query, each)]
        case form.Project(tree=tree, excludes=True):
            return [_exclude(each, tree) for each in documents]
        case form.Project(tree=tree):
            return [_compute(_include(each, tree), tree, each) for each in documents]
        case form.AddFields(tree=tree):
            return [_compute(each, tree, each) for each in documents]
        case form.ReplaceRoot(root=root):
            return [_root(evaluate(root, each, {})) for each in documents]
        case form.Group():
            rows = []
            for each in documents:
                row = [evaluate(stage.key, each, {})]
                for field in stage.fields:
                    row.append(evaluate(field.expr, each, {}))
                    if field.extra is not None:
                        row.append(evaluate(field.extra, each, {}))
                rows.append(tuple(row))
            return group_documents(stage, rows)
        case _:
            return many_documents(stage, documents, 10_000)


def _root(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise OperatorError("the new root must be an object")
    return value


def _matches(query: form.Query, document: dict[str, Any]) -> bool:
    match query:
        case form.ExprQuery(expr=expr):
            return truthy(evaluate(expr, document, {}))
        case form.Field(parts=parts, test=test):
            return path_check(test, parts)(document)
        case form.QueryAnd(items=items):
            return all(_matches(item, document) for item in items)
        case form.QueryOr(items=items):
            return any(_matches(item, document) for item in items)
        case form.QueryNor(items=items):
            return not any(_matches(item, document) for item in items)


# --- projections: MongoDB's two passes, what is there first, then what is computed ---------------


def _include(value: Any, tree: form.Tree) -> Any:
    if isinstance(value, dict):
        made = {}
        for name, item in value.items():
            leaf = tree.fields.get(name, tree)
            if leaf is None:
                made[name] = item
            elif isinstance(leaf, form.Tree) and leaf is not tree:
                below = _include(item, leaf)
                if below is not MISSING:
                    made[name] = below
        return made
    if isinstance(value, list):
        return [_include(item, tree) for item in value]
    return MISSING


def _exclude(value: Any, tree: form.Tree) -> Any:
    if isinstance(value, dict):
        made = {}
        for name, item in value.items():
            leaf = tree.fields.get(name, tree)
            if leaf is tree:
                made[name] = item
            elif isinstance(leaf, form.Tree):
                made[name] = _exclude(item, leaf)
        return made
    return [_exclude(item, tree) for item in value] if isinstance(value, list) else value


def _computes(tree: form.Tree) -> bool:
    return any(
        _computes(leaf) if isinstance(leaf, form.Tree) else leaf is not None
        for leaf in tree.fields.values()
    )


def _compute(value: Any, tree: form.Tree, root: dict[str, Any]) -> Any:
    """Put computed fields in; what inclusion left missing in arrays goes last."""
    if isinstance(value, list):
        items = [_compute(item, tree, root) for item in value]
        return [item for item in items if item is not MISSING]
    if not isinstance(value, dict) and not _computes(tree):
        return value
    made = dict(value) if isinstance(value, dict) else {}
    for name, leaf in tree.fields.items():
        if isinstance(leaf, form.Tree):
            new = _compute(made.get(name, MISSING), leaf, root)
        elif isinstance(leaf, form.Computed):
            new = evaluate(leaf.expr, root, {})
        else:
            continue
        if new is MISSING:
            made.pop(name, None)
        else:
            made[name] = new
    return made


# --- expressions ------------------------------------------------------------------------------

_Bound = dict[form.Variable, Any]


def _array(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else null_array(value)


def _present(value: Any) -> Any:
    return None if value is MISSING else value


def evaluate(  # noqa: C901, PLR0911, PLR0912  one case per node
    expr: form.Expr, root: dict[str, Any], bound: _Bound
) -> Any:
    """Return the value of an expression."""

    def of(item: form.Expr, **more: Any) -> Any:
        return evaluate(item, root, {**bound, **more.get("bound", {})})

    match expr:
        case form.Const(value=value):
            return value
        case form.Path(base=base, parts=parts):
            return walk(root if base is None else bound[base], parts)
        case form.ObjectOf(fields=fields):
            made = {name: of(item) for name, item in fields}
            return {name: value for name, value in made.items() if value is not MISSING}
        case form.ListOf(items=items):
            return [_present(of(item)) for item in items]
        case form.Call(operator=operator, args=args):
            given = [of(arg) for arg in args]
            return operator.function(given) if operator.spread else operator.function(*given)
        case form.And(items=items):
            return all(truthy(of(item)) for item in items)
        case form.Or(items=items):
            return any(truthy(of(item)) for item in items)
        case form.Not(item=item):
            return not truthy(of(item))
        case form.Cond(test=test, then=then, otherwise=otherwise):
            return of(then) if truthy(of(test)) else of(otherwise)
        case form.Switch(branches=branches, default=default):
            for case, then in branches:
                if truthy(of(case)):
                    return of(then)
            if default is None:
                raise OperatorError("no branch")
            return of(default)
        case form.IfNull(items=items):
            for item in items[:-1]:
                value = of(item)
                if value is not None and value is not MISSING:
                    return value
            return of(items[-1])
        case form.Let(names=names, body=body):
            return of(body, bound={variable: of(value) for variable, value in names})
        case form.Map(array=array, item=item, body=body):
            found = _array(of(array))
            if found is None:
                return None
            return [_present(of(body, bound={item: each})) for each in found]
        case form.Filter(array=array, item=item, test=test, limit=limit):
            found = _array(of(array))
            most = None if limit is None else filter_limit(of(limit))
            if found is None:
                return None
            kept: list[Any] = []
            for each in found:
                if most is not None and len(kept) >= most:
                    break
                if truthy(of(test, bound={item: each})):
                    kept.append(each)
            return kept
        case form.Reduce(array=array, start=start, item=item, carried=carried, body=body):
            found, value = _array(of(array)), of(start)
            if found is None:
                return None
            for each in found:
                value = of(body, bound={item: each, carried: value})
            return value
        case form.SortArray(array=array, keys=keys, descending=descending):
            return sort_array(of(array), (keys, descending))
        case form.Zip(arrays=arrays, longest=longest, defaults=defaults):
            fill = None if defaults is None else of(defaults)
            return zip_arrays([of(item) for item in arrays], longest, fill)
        case form.Convert(value=value, to=to, on_error=on_error, on_null=on_null):
            converted = convert_or_mark(
                of(value), of(to), on_error is not None, on_null is not None
            )
            if converted is FAILED and on_error is not None:
                return of(on_error)
            return of(on_null) if converted is WAS_NULL and on_null is not None else converted
