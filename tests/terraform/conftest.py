import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.plugins.must_run import require
from tests.terraform.stub_provider import served

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra" / "terraform"
ENVIRONMENTS = ("staging", "production")


@dataclass
class Terraform:
    """Terraform, with the stub in place of the google provider."""

    binary: str
    environment: dict

    def run(self, folder, *arguments):
        return subprocess.run(
            [self.binary, *arguments], cwd=folder, env=self.environment, capture_output=True,
            text=True, timeout=240, check=False,
        )  # fmt: skip

    def init(self, folder):
        done = self.run(folder, "init", "-backend=false", "-input=false", "-no-color")
        assert done.returncode == 0, done.stdout + done.stderr

    def faults(self, folder):
        """Return what `terraform validate` finds wrong, as text."""
        answer = json.loads(self.run(folder, "validate", "-json").stdout)
        return [f"{each['summary']}: {each['detail']}" for each in answer["diagnostics"]]


@pytest.fixture(scope="session")
def terraform():
    binary = shutil.which("terraform")
    require("terraform", binary, "no terraform on the PATH")
    with tempfile.TemporaryDirectory(prefix="tf") as folder, served(f"{folder}/s") as environment:
        yield Terraform(binary, environment)


def copied(folder):
    """Return a copy of the configuration that a test may run in and change."""
    target = Path(folder) / "terraform"
    shutil.copytree(INFRA, target, ignore=shutil.ignore_patterns(".terraform*"))
    return target


@pytest.fixture(scope="session")
def initialised(terraform, tmp_path_factory):
    """The configuration as it stands, initialised."""
    folder = copied(tmp_path_factory.mktemp("infra"))
    terraform.init(folder)
    return folder
