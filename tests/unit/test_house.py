"""Rules of the house that no linter knows."""

import ast
import json
import re
import subprocess
import tokenize
from dataclasses import dataclass
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


def modules(*folders):
    """Return the text of each Python file below the folders, by its path in the project."""
    return {
        name: path.read_text(encoding="utf-8")
        for path in tracked()
        if (name := path.relative_to(ROOT).as_posix()).startswith(folders or "")
        and name.endswith(".py")
    }


@dataclass(frozen=True)
class Function:
    """What the rules ask of a function."""

    module: str
    name: str
    first: int
    last: int
    checks: bool
    """Whether it fails where something is not as it should be; asked of tests alone, as is:"""
    calls: frozenset[str]


@cache
def functions():
    """Return every function of the project; trees are let go of, they would fill the memory."""
    return [
        Function(name, node.name, node.lineno, node.end_lineno, *checks(node, name))
        for name, text in modules().items()
        for node in functions_of(ast.parse(text))
    ]


def functions_of(tree):
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_module_is_longer_than_600_lines():
    lengths = {name: len(text.splitlines()) for name, text in modules().items()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_60_lines_without_a_reason():
    texts = modules()
    found = [
        f"{each.module}:{each.first} {each.name}"
        for each in functions()
        if each.last - each.first >= LONGEST_FUNCTION
        and not re.search(
            r"# noqa: \S+ +(?:--? )?\w+", texts[each.module].splitlines()[each.first - 1]
        )
    ]
    assert found == [], "\n".join(found)


def test_every_noqa_says_which_rule_and_why():
    reasoned = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* +(?:--? )?\(?(?![A-Z]+\d)\w")
    found = []
    for name, text in modules().items():
        if all(reasoned.search(line) for line in text.splitlines() if "noqa" in line):
            continue
        with (ROOT / name).open("rb") as source:
            found += [
                f"{name}:{token.start[0]}"
                for token in tokenize.tokenize(source.readline)
                if token.type == tokenize.COMMENT
                and "noqa" in token.string
                and not reasoned.search(token.string)
            ]
    assert found == [], "\n".join(found)


def test_every_public_module_of_fritz_says_what_it_offers_and_has_it():
    for name, text in modules("shared/src/fritz/").items():
        tree = ast.parse(text)
        offered = next(
            (
                ast.literal_eval(node.value)
                for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            ),
            None,
        )
        private = Path(name).stem.startswith("_") and Path(name).stem != "__init__"
        has_code = any(not isinstance(node, ast.Expr) for node in tree.body)
        assert private or offered is not None or not has_code, name
        defined = {
            inner.id if isinstance(inner, ast.Name) else getattr(inner, "name", None)
            for inner in ast.walk(tree)
            if isinstance(inner, ast.Name | ast.FunctionDef | ast.ClassDef)
        } | {
            alias.asname or alias.name
            for node in tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        assert set(offered or ()) <= defined, name


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


def checks(tree, module):
    """Return whether a function of the tests checks something, and the names of what it calls."""
    names, asserts = set(), False
    for node in ast.walk(tree) if module.startswith("tests/") else ():
        if isinstance(node, ast.Call):
            function = node.func
            names.add(getattr(function, "attr", "") or getattr(function, "id", ""))
        asserts |= isinstance(node, ast.Assert | ast.Raise)
    return (
        asserts or any(name in CHECKS or name.startswith(VERBS) for name in names),
        frozenset(names),
    )


def test_every_test_asserts_something():
    ours = [each for each in functions() if each.module.startswith("tests/")]
    helpers = {each.name for each in ours if not each.name.startswith("test_") and each.checks}
    found = [
        f"{each.module}:{each.first} {each.name}"
        for each in ours
        if Path(each.module).name.startswith("test_")
        and each.name.startswith("test_")
        and not each.checks
        and not each.calls & helpers
    ]
    assert found == [], "\n".join(found)


@cache
def services():
    return json.loads((ROOT / "infra/terraform/services.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", services()["functions"])
def test_function_of_the_table_exists_and_listens_to_a_declared_topic(name):
    entry = services()["functions"][name]
    source = ROOT / entry["source"]
    defined = {node.name for node in functions_of(ast.parse(source.read_text(encoding="utf-8")))}
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
        for text in modules("shared/src/fritz/", "functions/", "webapp/").values()
        if ".publish(" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "publish"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert "alerts" in published
    assert published <= set(services()["topics"])


def test_functions_are_entry_points_of_at_most_30_lines():
    lengths = {name: len(text.splitlines()) for name, text in modules("functions/").items()}
    assert lengths
    assert {name: n for name, n in lengths.items() if n > 30} == {}
