"""What holds for every test."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

IN_MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 * 10**9

if IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ENOUGH_BYTES:
    # The stores wait for the disk at each commit; a test's need not.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

# How fast examples are made is the machine's, and no matter of the tests.
settings.register_profile("fritz", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fritz")

MOST_BYTES_IN_AN_ID = 32


def pytest_make_parametrize_id(val):
    """Name long bytes without their content: packets carry random markers, ids must not."""
    return "bytes" if isinstance(val, bytes) and len(val) > MOST_BYTES_IN_AN_ID else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Keep a file's tests in one process: what they share is made once."""
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
