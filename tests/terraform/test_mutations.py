"""Breaks the configuration on purpose: a check that lets these pass checks nothing."""

import pytest

from tests.terraform.conftest import Mutation

pytestmark = pytest.mark.xdist_group("terraform")


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


@pytest.fixture(scope="module")
def found(terraform, copied, side_by_side):
    """Return what validation finds wrong with each, in a copy of its own."""

    def validated(mutation):
        folder = copied()
        mutation.make(folder)
        return terraform.faults(folder)

    return {name: side_by_side(validated, each) for name, each in MUTATIONS.items()}


@pytest.mark.parametrize("name", MUTATIONS)
def test_validation_catches(found, name):
    faults = found[name].result()
    assert any(MUTATIONS[name].said in each for each in faults), faults
