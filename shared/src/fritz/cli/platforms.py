"""A local platform for the length of a block: the one that runs, or one of our own."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fritz.cli.local import LocalPlatform
from fritz.cli.supervisor import Supervisor, prepare_bus
from fritz.errors import Conflict
from fritz.services.seed import seed_demo
from fritz.services.tokens import TokenStore
from fritz.settings import Settings
from fritz.wiring import Platform, platform_from_settings

__all__ = ["broker_on", "marshal_on", "opened", "seeded"]


@contextmanager
def opened(data: Path) -> Iterator[Platform]:
    """Yield the embedded platform's ports on `data`, with every topic and subscription."""
    data.mkdir(parents=True, exist_ok=True)
    prepare_bus(data).close()
    platform = platform_from_settings(Settings(backend="embedded", data=data))
    try:
        yield platform
    finally:
        platform.close()


def seeded(platform: Platform) -> str:
    """Make the demo's groups, people and filters unless they stand; return an admin's token."""
    world = seed_demo(platform.documents, platform.clock())
    return TokenStore(platform.documents).create(
        world.admin, "local", world.admin.acls, platform.clock(), secrets.token_bytes(32)
    )


@contextmanager
def broker_on(data: Path, workers: int) -> Iterator[Supervisor | None]:
    """Yield a supervisor of our own workers on `data`, or None where a platform runs already."""
    if LocalPlatform.running(data):
        yield None
        return
    with opened(data) as platform:
        seed_demo(platform.documents, platform.clock())
    supervisor = Supervisor(data, workers or os.cpu_count() or 1)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()


@contextmanager
def marshal_on(data: Path, port: int, workers: int) -> Iterator[tuple[Supervisor, LocalPlatform]]:
    """Yield a whole platform on `data` with the marshal at `port`, recorded in `local.json`.

    Raises
    ------
    Conflict
        A platform runs on this folder already.
    """
    if other := LocalPlatform.running(data):
        raise Conflict(f"a platform runs on {data} already: {other.base_url}, process {other.pid}")
    with opened(data) as platform:
        token = seeded(platform)
    supervisor = Supervisor(data, workers or os.cpu_count() or 1, port)
    supervisor.start()
    record = LocalPlatform(supervisor.base_url, token, os.getpid())
    record.write(data)
    try:
        yield supervisor, record
    finally:
        LocalPlatform.remove(data)
        supervisor.stop()
