"""Each alert policy has a runbook that it names, and each runbook a policy."""

import re

from tests.terraform.conftest import INFRA, ROOT

MONITORING = (INFRA / "modules/monitoring/main.tf").read_text()
RUNBOOKS = ROOT / "docs/operations/runbooks"


def policies():
    """Return the text of each alert policy by its name in Terraform."""
    parts = re.findall(
        r'^resource "google_monitoring_alert_policy" "(\w+)" \{(.*?)^\}',
        MONITORING, re.MULTILINE | re.DOTALL,
    )  # fmt: skip
    return dict(parts)


def test_each_policy_names_a_runbook_and_each_runbook_belongs_to_one():
    named = {}
    for name, body in policies().items():
        (page,) = re.findall(r"\$\{local\.runbooks\}/([\w-]+\.md)", body)
        named[page] = name
    assert len(named) == len(policies()) >= 5
    assert set(named) == {path.name for path in RUNBOOKS.glob("*.md")}


def test_each_runbook_begins_with_the_alarm_s_own_words():
    for body in policies().values():
        (page,) = re.findall(r"\$\{local\.runbooks\}/([\w-]+\.md)", body)
        (said,) = re.findall(r'^  display_name +="? *"([^"$:]+)', body, re.MULTILINE)
        assert (RUNBOOKS / page).read_text().startswith(f"# {said.strip()}\n")


def test_what_a_runbook_refers_to_is_there():
    for path in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
