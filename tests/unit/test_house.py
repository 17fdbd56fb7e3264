"""Rules of the house that no linter knows."""

import ast
import json
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 600
LONGEST_FUNCTION = 60

ELSEWHERE = re.compile(
    r"/(?:work|root)/"
    r"|/(?:home|Users)/\w+"
    r"|pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|crates\.io|proxy\.golang\.org"
)
"""Paths of one machine and hosts of package registries: nothing of these belongs in the project."""

CHECKS = {"raises", "warns", "fail", "until"}
VERBS = ("assert_", "check_")
"""Calls that check something, beside `assert` itself: pytest's, and waiting for a state in vain."""


@cache
def tracked():
    """Return the files of the project: what git knows, without what is being deleted."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if listing.returncode:
        pytest.skip("not a git checkout")
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]


@cache
def modules(*folders):
    """Return the syntax tree of each Python file below the folders, by its path in the project."""
    return {
        name: ast.parse(path.read_text(encoding="utf-8"))
        for path in tracked()
        if (name := path.relative_to(ROOT).as_posix()).startswith(folders or "")
        and name.endswith(".py")
    }


def functions(tree):
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_module_is_longer_than_600_lines():
    lengths = {name: len((ROOT / name).read_text().splitlines()) for name in modules()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_60_lines_without_a_reason():
    found = []
    for name, tree in modules().items():
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        found += [
            f"{name}:{node.lineno} {node.name}"
            for node in functions(tree)
            if node.end_lineno - node.lineno >= LONGEST_FUNCTION
            and not re.search(r"# noqa: \S+ +(?:--? )?\w+", lines[node.lineno - 1])
        ]
    assert found == [], "\n".join(found)


def test_every_noqa_says_which_rule_and_why():
    reasoned = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* +(?:--? )?\(?(?![A-Z]+\d)\w")
    found = []
    for name in modules():
        with (ROOT / name).open("rb") as source:
            found += [
                f"{name}:{token.start[0]}"
                for token in tokenize.tokenize(source.readline)
                if token.type == tokenize.COMMENT
                and "noqa" in token.string
                and not reasoned.search(token.string)
            ]
    assert found == [], "\n".join(found)


def test_every_public_module_of_fritz_says_what_it_offers():
    found = []
    for name, tree in modules("shared/src/fritz/").items():
        if Path(name).stem.startswith("_") and Path(name).stem != "__init__":
            continue
        has_code = any(not isinstance(node, ast.Expr) for node in tree.body)
        names = {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        if has_code and "__all__" not in names:
            found.append(name)
    assert found == [], "\n".join(found)


def test_what_a_module_offers_exists():
    for name, tree in modules("shared/src/fritz/").items():
        offered = next(
            (
                ast.literal_eval(node.value)
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            ),
            [],
        )
        defined = {
            inner.id if isinstance(inner, ast.Name) else getattr(inner, "name", None)
            for node in tree.body
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name | ast.FunctionDef | ast.ClassDef)
        } | {
            alias.asname or alias.name
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert set(offered) <= defined, name


def test_nothing_of_one_machine_or_registry_is_tracked():
    found = []
    for path in tracked():
        data = path.read_bytes()
        if b"\0" in data[:8000]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
            if match := ELSEWHERE.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {match.group()}")
    assert found == [], "\n".join(found)


def called(tree):
    """Return the names of whatever is called or used as a context below a node."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            names.add(function.attr if isinstance(function, ast.Attribute) else "")
            names.add(function.id if isinstance(function, ast.Name) else "")
    return names


def checks(tree):
    asserts = any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(tree))
    return asserts or any(name in CHECKS or name.startswith(VERBS) for name in called(tree))


def test_every_test_asserts_something():
    trees = modules("tests/")
    helpers = {
        node.name
        for tree in trees.values()
        for node in functions(tree)
        if not node.name.startswith("test_") and checks(node)
    }
    found = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in trees.items()
        if Path(name).name.startswith("test_")
        for node in functions(tree)
        if node.name.startswith("test_") and not checks(node) and not called(node) & helpers
    ]
    assert found == [], "\n".join(found)


@cache
def services():
    return json.loads((ROOT / "infra/terraform/services.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", services()["functions"])
def test_function_of_the_table_exists_and_listens_to_a_declared_topic(name):
    entry = services()["functions"][name]
    source = ROOT / entry["source"]
    defined = {node.name for node in functions(ast.parse(source.read_text(encoding="utf-8")))}
    assert entry["target"] in defined
    assert name.partition("-")[0] == source.parent.name
    assert entry["topic"] in services()["topics"]
    dead = entry["dead_letter_topic"]
    assert dead is None or dead in services()["topics"]


@pytest.mark.parametrize("name", services()["functions"])
def test_function_of_the_table_keeps_within_pub_sub_s_limits(name):
    entry = services()["functions"][name]
    assert 10 <= entry["ack_deadline_s"] <= 600
    assert 0 <= entry["min_backoff_s"] <= entry["max_backoff_s"] <= 600
    if entry["dead_letter_topic"]:
        assert 5 <= entry["max_attempts"] <= 100
    assert 1 <= entry["concurrency"] <= 1000


@pytest.mark.parametrize("name", services()["functions"])
def test_function_of_the_table_runs_as_many_threads_as_it_is_sent_requests(name):
    entry = services()["functions"][name]
    assert entry["environment"]["THREADS"] == str(entry["concurrency"])


def test_every_dead_letter_topic_has_a_function():
    rows = services()["functions"].values()
    assert {row["dead_letter_topic"] for row in rows} - {None} <= {row["topic"] for row in rows}


def test_every_function_stands_in_the_table():
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}
    assert folders == {Path(row["source"]).parent.name for row in services()["functions"].values()}


def test_every_topic_that_the_code_publishes_to_is_declared():
    published = {
        node.args[0].value
        for tree in modules("shared/src/fritz/", "functions/", "webapp/").values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "publish"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert "alerts" in published
    assert published <= set(services()["topics"])


def test_functions_are_entry_points_of_at_most_30_lines():
    lengths = {
        name: len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in modules("functions/")
    }
    assert lengths
    assert {name: n for name, n in lengths.items() if n > 30} == {}
