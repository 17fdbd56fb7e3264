"""The workflow of CI: that what it calls exists, and that only deployments get a key."""

import re

import pytest
import typer
import yaml

from fritz.cli.commands import app
from tests.terraform.conftest import ROOT

WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
JOBS = WORKFLOW["jobs"]
DEPLOYING = {"staging", "production"}


def runs(job):
    return [step["run"] for step in job["steps"] if "run" in step]


def test_main_goes_from_checks_over_staging_to_production():
    assert set(JOBS) == {"check", "test", "terraform", "image", *DEPLOYING}
    assert set(JOBS["staging"]["needs"]) == {"check", "test", "terraform", "image"}
    assert JOBS["production"]["needs"] == ["staging"]
    for name in DEPLOYING:
        assert JOBS[name]["environment"] == name
        assert JOBS[name]["if"] == "github.ref == 'refs/heads/main'"
    assert JOBS["staging"]["steps"] == JOBS["production"]["steps"]


def test_only_deployments_may_ask_for_a_token_and_no_key_is_stored():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    for name, job in JOBS.items():
        assert ("permissions" in job) == (name in DEPLOYING)
        assert job["timeout-minutes"] <= 60
    assert "credentials_json" not in (ROOT / ".github/workflows/ci.yml").read_text()


@pytest.mark.parametrize("name", JOBS)
def test_what_a_job_runs_exists(name):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = typer.main.get_command(app).commands
    assert runs(JOBS[name])
    for line in runs(JOBS[name]):
        assert set(re.findall(r"\bmake ([a-z]+)", line)) <= targets
        for command, options in re.findall(r"\bbin/fritz (\S+)(.*)", line):
            known = {each for option in commands[command].whole().params for each in option.opts}
            assert set(re.findall(r"--[a-z-]+", options)) <= known


def test_no_text_of_others_becomes_a_command():
    for job in JOBS.values():
        for line in runs(job):
            assert "${{" not in line, "pass it by the environment"


def test_every_action_is_pinned_to_a_version():
    used = {step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step}
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", each) for each in used), used


def test_the_image_is_built_from_what_is_locked_and_runs_as_nobody():
    text = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r requirements.lock" in text
    assert text.index("USER fritz") < text.index("CMD")
    assert "webapp.main:app" in text
