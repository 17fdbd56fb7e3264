"""Modules of the browser that need no browser, under Node's own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.plugins.must_run import require

TESTS = Path(__file__).parents[1] / "js"


@pytest.mark.parametrize("path", sorted(TESTS.glob("*.test.mjs")), ids=lambda path: path.name)
def test_modules_of_the_browser(path):
    node = shutil.which("node")
    require("Node", node, "node is not on the PATH")
    command = [str(node), "--experimental-detect-module", "--no-warnings", "--test", str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
