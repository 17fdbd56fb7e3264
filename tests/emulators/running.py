"""The emulators that tests share: started by the first test that asks, ended with the process.

Tests that use them carry `MARKS`, which keep them on one worker of pytest-xdist.
"""

import atexit
import contextlib
import functools
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from emulators.google import (
    Missing,
    Running,
    fake_gcs,
    find,
    firestore_emulator,
    pubsub_emulator,
    why_no_fake_gcs,
)
from tests.plugins.must_run import require

__all__ = ["MARKS", "environ_of", "firestore", "gcs", "pubsub"]

MARKS = (pytest.mark.emulator, pytest.mark.xdist_group("emulator"))

_STACK = contextlib.ExitStack()
atexit.register(_STACK.close)


@functools.cache
def _folder() -> Path:
    return Path(_STACK.enter_context(TemporaryDirectory(prefix="fritz-emulators-")))


def firestore() -> Running:
    """Return Google's Firestore emulator, serving; skip where there is none."""
    way = find("firestore")
    require("firestore emulator", not isinstance(way, Missing), getattr(way, "reason", ""))
    return _started("firestore")


def pubsub() -> Running:
    """Return Google's Pub/Sub emulator, serving; skip where there is none."""
    way = find("pubsub")
    require("pubsub emulator", not isinstance(way, Missing), getattr(way, "reason", ""))
    return _started("pubsub")


def gcs() -> Running:
    """Return fake-gcs-server, serving; skip where its package has no binary."""
    reason = why_no_fake_gcs()
    require("fake-gcs-server", reason is None, reason or "")
    return _started("gcs")


@contextlib.contextmanager
def environ_of(*servers: Running):
    """Let Google's client libraries that are constructed inside the block find the servers."""
    with pytest.MonkeyPatch.context() as patch:
        for server in servers:
            for name, value in server.environ.items():
                patch.setenv(name, value)
        yield


@functools.cache
def _started(name: str) -> Running:
    starters = {"firestore": firestore_emulator, "pubsub": pubsub_emulator, "gcs": fake_gcs}
    return _STACK.enter_context(starters[name](_folder()))
