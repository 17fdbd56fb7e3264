import json

import pytest

from tests.terraform.conftest import SHIELDED, copied

pytestmark = pytest.mark.xdist_group("terraform")


def test_it_is_formatted(terraform, initialised):
    done = terraform.run(initialised, "fmt", "-check", "-recursive", "-diff")
    assert done.returncode == 0, done.stdout


def test_it_is_valid(terraform, initialised):
    assert terraform.faults(initialised) == []


@pytest.fixture(scope="module")
def grown(terraform, tmp_path_factory):
    """The configuration with one more function: a row in services.json, and nothing else."""
    folder = copied(tmp_path_factory.mktemp("grown"))
    table = folder / "services.json"
    services = json.loads(table.read_text())
    services["functions"]["vet"] = services["functions"]["filter"] | {
        "source": "functions/vet/main.py", "target": "vet", "topic": "alerts-public",
    }  # fmt: skip
    table.write_text(json.dumps(services))
    terraform.init(folder)
    return folder


def test_the_rules_hold(terraform, initialised):
    assert terraform.broken_rules(initialised, "staging") == ""


def test_they_hold_with_a_row_more_and_behind_a_load_balancer(terraform, grown):
    assert terraform.broken_rules(grown, "production", *SHIELDED) == ""
