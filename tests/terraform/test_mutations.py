"""Breaks the configuration on purpose: a check that lets these pass checks nothing."""

import re
from dataclasses import dataclass

import pytest

from tests.terraform.conftest import SHIELDED, copied

pytestmark = pytest.mark.xdist_group("terraform")


@dataclass(frozen=True)
class Mutation:
    file: str
    old: str
    new: str
    said: str
    """What the check must say."""


MUTATIONS = {
    "wrong resource type": Mutation(
        "modules/topic/main.tf",
        '"google_pubsub_topic" "this"',
        '"google_pubsub_topics" "this"',
        "Invalid resource type",
    ),
    "misspelled argument in a block": Mutation(
        "modules/function/main.tf",
        "max_instance_count  ",
        "max_instances_count  ",
        "Unsupported argument",
    ),
    "missing argument": Mutation(
        "modules/bucket/main.tf",
        "  location                    = var.location\n",
        "",
        "Missing required argument",
    ),
    "missing argument in a block": Mutation(
        "modules/push/main.tf",
        "service_account_email = google_service_account.invoker.email\n",
        "",
        "Missing required argument",
    ),
    "unknown block": Mutation(
        "modules/push/main.tf",
        "retry_policy {",
        "retry_polcy {",
        "Unsupported block type",
    ),
    "a second block where one is allowed": Mutation(
        "modules/push/main.tf",
        "  retry_policy {\n",
        '  retry_policy {\n    minimum_backoff = "1s"\n  }\n  retry_policy {\n',
        "Too many",
    ),
    "reference to nothing": Mutation(
        "modules/account/main.tf",
        "google_service_account.this.member",
        "google_service_account.that.member",
        "Reference to undeclared resource",
    ),
    "unknown attribute": Mutation(
        "modules/account/main.tf",
        "google_service_account.this.member",
        "google_service_account.this.members",
        "Unsupported attribute",
    ),
    "wrong type": Mutation(
        "modules/web/main.tf",
        "initial_delay_seconds = 0",
        'initial_delay_seconds = "soon"',
        "Incorrect attribute value type",
    ),
    "undeclared variable": Mutation(
        "modules/job/main.tf",
        "= var.bucket\n",
        "= var.buckets\n",
        "undeclared input variable",
    ),
    "attribute that only Google sets": Mutation(
        "modules/archive/main.tf",
        '  dataset_id    = "archive"\n',
        '  dataset_id    = "archive"\n  self_link = "x"\n',
        "self_link is read-only",
    ),
    "load balancer without a domain": Mutation(
        "main.tf",
        "  domain              = var.domain\n  requests",
        '  domain              = ""\n  requests',
        "A load balancer needs a domain",
    ),
    "value that is none": Mutation(
        "modules/function/main.tf",
        '"ALLOW_INTERNAL_ONLY"',
        '"ALLOW_INTERNL_ONLY"',
        "ingress_settings must be one of",
    ),
    "value of another block's list": Mutation(
        "modules/web/main.tf",
        '"TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"',
        '"ALLOW_ALL"',
        "type must be one of",
    ),
}

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


def mutated(folder, mutation):
    path = folder / mutation.file
    text = path.read_text()
    assert mutation.old in text, f"{mutation.file} has no {mutation.old!r}"
    path.write_text(text.replace(mutation.old, mutation.new, 1))


@pytest.fixture(scope="module")
def workshop(terraform, tmp_path_factory):
    """A copy that each test breaks and mends."""
    folder = copied(tmp_path_factory.mktemp("mutations"))
    terraform.init(folder)
    return folder


@pytest.fixture
def broken(workshop):
    """Return what breaks the copy; it is mended afterwards."""
    kept = {}

    def do(mutation):
        kept.setdefault(mutation.file, (workshop / mutation.file).read_text())
        mutated(workshop, mutation)
        return workshop

    yield do
    for name, text in kept.items():
        (workshop / name).write_text(text)


@pytest.mark.parametrize("name", MUTATIONS)
def test_validation_catches(terraform, broken, name):
    faults = terraform.faults(broken(MUTATIONS[name]))
    assert any(MUTATIONS[name].said in each for each in faults), faults


def test_the_rules_catch_all_of_these_at_once(terraform, broken):
    for each in RULES.values():
        folder = broken(each)
    said = re.sub(r"[\s│]+", " ", terraform.broken_rules(folder, "production", *SHIELDED))
    missed = [name for name, each in RULES.items() if each.said not in said]
    assert missed == [], said
