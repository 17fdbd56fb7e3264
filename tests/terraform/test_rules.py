"""The rules of `infra/terraform/tests` hold of the environments, and break where they should."""

import json
import re

import pytest

from tests.terraform.conftest import SHIELDED, Mutation

pytestmark = pytest.mark.xdist_group("terraform")

RULES = {
    "bucket open to the world": Mutation(
        "modules/bucket/main.tf",
        '"enforced"',
        '"inherited"',
        "a bucket is not private",
    ),
    "push without a signature": Mutation(
        "modules/push/main.tf",
        "    oidc_token {\n      service_account_email = google_service_account.invoker.email\n"
        "      audience              = var.uri\n    }\n",
        "",
        "OIDC",
    ),
    "an account that may everything": Mutation(
        "modules/account/main.tf",
        '"roles/logging.logWriter"',
        '"roles/editor"',
        "more than it needs",
    ),
    "a function open to the world": Mutation(
        "modules/push/main.tf",
        "google_service_account.invoker.member",
        '"allUsers"',
        "open to the world",
    ),
    "dead letters that nobody may bury": Mutation(
        "modules/push/main.tf",
        "for_each     = var.max_attempts == 0 ? {}",
        "for_each     = true ? {}",
        "may not bury",
    ),
    "CI that grants any role": Mutation(
        "modules/delivery/ci.tf",
        "modifiedGrantsByRole', []).hasOnly(",
        "modifiedGrantsByRole', []).size() > 0 || [].hasAll(",
        "CI may grant any role",
    ),
    "CI with a role too many": Mutation(
        "modules/delivery/ci.tf",
        '"roles/iam.workloadIdentityPoolViewer"',
        '"roles/iam.workloadIdentityPoolAdmin"',
        "more than apply this configuration",
    ),
    "a role that CI may grant and nobody has": Mutation(
        "modules/delivery/ci.tf",
        '    "roles/datastore.user",\n',
        '    "roles/datastore.user",\n    "roles/storage.objectUser",\n',
        "CI may grant other roles",
    ),
    "CI from any branch": Mutation(
        "modules/delivery/ci.tf",
        "    \"assertion.ref == 'refs/heads/${var.branch}'\",\n",
        "",
        "than the branch main",
    ),
    "a load balancer without Cloud Armor": Mutation(
        "modules/shield/main.tf",
        "  security_policy       = google_compute_security_policy.this.id\n",
        "",
        "what Cloud Armor should stop",
    ),
    "a way past the load balancer": Mutation(
        "modules/web/main.tf",
        'var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"',
        'var.behind_load_balancer ? "INGRESS_TRAFFIC_ALL"',
        "past the load balancer",
    ),
}


@pytest.fixture(scope="module")
def said(terraform, initialised, copied, side_by_side):
    """Return what the rules say, if they are broken: of staging, with a row more, with `RULES`."""
    production = ("production", *SHIELDED)
    grown, broken = copied(), copied()
    with_a_row_more(grown)
    for each in RULES.values():
        each.make(broken)
    return {
        "staging": side_by_side(terraform.broken_rules, initialised, "staging"),
        "grown": side_by_side(terraform.broken_rules, grown, *production),
        "broken": side_by_side(terraform.broken_rules, broken, *production),
    }


def with_a_row_more(folder):
    """Declare one more function: a row in services.json, and nothing else."""
    table = folder / "services.json"
    services = json.loads(table.read_text())
    services["functions"]["vet"] = services["functions"]["filter"] | {
        "source": "functions/vet/main.py", "target": "vet", "topic": "alerts-public",
    }  # fmt: skip
    table.write_text(json.dumps(services))


def test_the_rules_hold(said):
    assert said["staging"].result() == ""


def test_they_hold_with_a_row_more_and_behind_a_load_balancer(said):
    assert said["grown"].result() == ""


def test_they_catch_all_of_these_at_once(said):
    told = re.sub(r"[\s│]+", " ", said["broken"].result())
    missed = [name for name, each in RULES.items() if each.said not in told]
    assert missed == [], told
