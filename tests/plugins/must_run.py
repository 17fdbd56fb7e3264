"""Skips that turn into failures where the thing in question must exist.

A test that needs something of the machine asks for it with `require`. On a laptop that lacks it
the test skips and says why; under ``CI=true`` a thing that the CI machine has fails instead.
"""

import os
from pathlib import Path

import pytest

KIT = Path(__file__).parents[3] / "shared"
"""Real data beside the checkout; the project must stand without it."""

ON_CI = {
    "chromium", "firestore emulator", "pubsub emulator", "terraform", "training dependencies",
    "trivy",
}  # fmt: skip


def require(thing: str, present: object, reason: str) -> None:
    """Skip the calling test unless `present`; under CI fail, if CI must have the thing."""
    if present:
        return
    if os.environ.get("CI") == "true" and thing in ON_CI:
        pytest.fail(f"CI must have {thing}: {reason}", pytrace=False)
    pytest.skip(f"no {thing}: {reason}")


def kit(path: str) -> Path:
    """Return a path of the real-data kit, or skip."""
    found = KIT / "data" / path
    require("real-data kit", found.exists(), f"../shared/data/{path} is not beside the checkout")
    return found
