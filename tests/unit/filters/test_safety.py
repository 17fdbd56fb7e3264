"""A pipeline can do nothing but filter: no text of its author's is ever run, work is bounded."""

import ast
import contextlib
import json
import subprocess
import sys
import threading

import pytest

from fritz.filters import Budget, BudgetExceeded, FilterError, FilterRefused, compile_filter
from fritz.filters.codegen.runtime import NAMES

HOSTILE = [
    "__import__('os').system('true')",
    "'); import os; os._exit(1); ('",
    '"""\nraise SystemExit\n"""',
    "x\nreturn None",
    "{0.__class__}",
    "\\x27 + d + \\x27",
    "lambda: 0",
    "$",
    "d",
    "tick",
    "M",
    "__class__",
    "\u2028\u2029\ud7ff",
    "#",
]


def hostile_pipelines():
    for text in HOSTILE:
        key = text.replace("$", "_").replace(".", "_").replace("\0", "")
        literal = {"$literal": text}
        variable = "v" + "".join(c for c in key if c.isascii() and c.isalnum())
        yield [
            {"$match": {key: text, f"{key}.0": {"$ne": text}, "o": {"$in": [text, 1]}}},
            {"$match": {"s": {"$not": {"$type": "int"}}, "$expr": {"$ne": [f"${key}", literal]}}},
            {
                "$project": {
                    key: 1,
                    f"p{key}.{key}": {"$concat": [literal, f"${key}"]},
                    "m": {
                        "$map": {"input": f"${key}", "as": variable, "in": f"$${variable}.{key}"}
                    },
                    "l": {"$let": {"vars": {variable: literal}, "in": f"$${variable}"}},
                    "o": {
                        "$ifNull": [
                            {key: literal},
                            {"$getField": {"field": literal, "input": "$o"}},
                        ]
                    },
                }
            },
            {
                "$addFields": {
                    f"q{key}": {
                        "$cond": [{"$in": [f"${key}", {"$literal": [text, 2]}]}, text[:0], 1]
                    }
                }
            },
        ]


@pytest.mark.parametrize("pipeline", list(hostile_pipelines()), ids=range(len(HOSTILE)))
def test_no_text_of_the_author_is_in_the_source(pipeline):
    compiled = compile_filter(pipeline)
    tree = ast.parse(compiled.source)
    strings = [
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    names |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    attributes = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert strings == []
    own = {name for name in names if not (name[0] in "vk" and name[1:].isdigit())}
    assert own <= set(NAMES) | {"d", "tick", "n", "lim"}
    assert attributes <= {"get", "copy", "pop", "append"}
    with contextlib.suppress(FilterError):
        compiled.run({"o": {}, "s": "s", HOSTILE[0]: 1})


def test_generated_code_sees_no_builtins():
    compiled = compile_filter([{"$project": {"a": {"$add": ["$a", 1]}}}])
    step = compiled._fast.steps[0]
    assert step.__globals__["__builtins__"] == {}


def doubling(times):
    body = {"$concatArrays": ["$$value", "$$value"]}
    return {"$reduce": {"input": {"$range": [0, times]}, "initialValue": [1], "in": body}}


@pytest.mark.parametrize(
    "expression",
    [
        {"$size": doubling(40)},
        {
            "$map": {
                "input": {"$range": [0, 2000]},
                "in": {"$sum": {"$map": {"input": {"$range": [0, 2000]}, "in": 1}}},
            }
        },
        {
            "$reduce": {
                "input": {"$range": [0, 60]},
                "initialValue": "ab",
                "in": {"$concat": ["$$value", "$$value"]},
            }
        },
        {
            "$reduce": {
                "input": {"$range": [0, 90]},
                "initialValue": [],
                "in": ["$$value", "$$value"],
            }
        },
        {
            "$reduce": {
                "input": {"$range": [0, 90]},
                "initialValue": {},
                "in": {"a": "$$value", "b": "$$value"},
            }
        },
    ],
)
def test_a_filter_that_works_too_long_is_stopped(expression):
    compiled = compile_filter([{"$match": {"$expr": {"$eq": [expression, 1]}}}])
    with pytest.raises(BudgetExceeded):
        compiled.run({})


@pytest.mark.parametrize("twice", [["$a", "$a"], {"x": "$a", "y": "$a"}])
def test_a_pipeline_that_only_multiplies_is_refused(twice):
    with pytest.raises(FilterRefused, match="copies"):
        compile_filter([{"$addFields": {"a": twice}}] * 40)
    assert compile_filter([{"$addFields": {"a": twice}}] * 3).run({"a": 1}) is not None


def test_the_budget_spans_all_documents_of_an_alert():
    stages = [
        {"$unwind": "$a"},
        {"$project": {"m": {"$sum": {"$map": {"input": {"$range": [0, 50]}, "in": 1}}}}},
        {"$count": "n"},
    ]
    alert = {"a": list(range(100))}
    assert compile_filter(stages).run(alert) == {"n": 100}
    with pytest.raises(BudgetExceeded):
        compile_filter(stages, budget=Budget(steps=3000)).run(alert)
    with pytest.raises(BudgetExceeded):
        compile_filter(stages, budget=Budget(documents=99)).run(alert)


def test_a_slow_filter_runs_out_of_time():
    ticks = iter(range(1000))
    compiled = compile_filter(
        [
            {
                "$project": {
                    "m": {
                        "$map": {
                            "input": {"$range": [0, 90_000]},
                            "in": {"$map": {"input": [1], "in": 1}},
                        }
                    }
                }
            }
        ],
        clock=lambda: float(next(ticks)),
        budget=Budget(seconds=2.0),
    )
    with pytest.raises(BudgetExceeded, match=r"2\.0 s"):
        compiled.run({})


def test_deep_pipelines_are_refused_not_crashed_on():
    deep: object = 1
    for _ in range(5000):
        deep = {"$not": [deep]}
    with pytest.raises(FilterRefused, match="nested"):
        compile_filter([{"$match": {"$expr": deep}}])
    with pytest.raises(FilterRefused):
        compile_filter("[" * 100_000)
    loops: object = 1
    for _ in range(24):
        loops = {"$map": {"input": "$a", "in": loops}}
    with pytest.raises(FilterRefused, match="nested"):
        compile_filter([{"$project": {"m": loops}}])


def test_large_pipelines_are_refused():
    with pytest.raises(FilterRefused, match="stages"):
        compile_filter([{"$limit": 1}] * 101)
    with pytest.raises(FilterRefused, match="values"):
        compile_filter([{"$match": {"a": {"$in": list(range(30_000))}}}])
    with pytest.raises(FilterRefused, match="characters"):
        compile_filter([{"$match": {"a": "x" * 20_000}}])


def test_a_compiled_filter_serves_several_threads():
    compiled = compile_filter(
        [{"$project": {"_id": 0, "s": {"$sum": {"$map": {"input": "$a", "in": "$$this"}}}}}]
    )
    wrong = []

    def work(number):
        sums = [compiled.run({"a": [number] * 50}) for _ in range(200)]
        wrong.extend(found for found in sums if found != {"s": number * 50})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("path", ["fritz.filters", "fritz.services.filtering"])
def test_the_stream_path_needs_no_sql(path):
    code = f"import sys, {path}, fritz.filters as f; f.compile_filter([{{'$match': {{}}}}]); "
    code += (
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'sqlglot', 'duckdb', 'pyarrow'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_text_of_several_kinds_is_read():
    plain = [{"$match": {"candidate.drb": {"$gt": 0.5}}}]
    for text in (
        json.dumps(plain),
        "[{$match: {'candidate.drb': {$gt: 0.5}}}]",
        "[ // the real ones\n {$match: {'candidate.drb': {$gt: {'$numberDouble': '0.5'}},},}, ]",
    ):
        compiled = compile_filter(text)
        assert compiled.run({"candidate": {"drb": 0.9}}) is not None
        assert compiled.run({"candidate": {"drb": 0.1}}) is None
    with pytest.raises(FilterRefused, match="JSON"):
        compile_filter("[{$match: ")
