"""A local platform for the length of a block: the one that runs, or one of our own."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fritz.adapters.embedded.identity import LocalIdentity
from fritz.cli.checkout import indexes
from fritz.cli.local import LocalPlatform
from fritz.cli.supervisor import Supervisor, prepare_bus
from fritz.errors import Conflict
from fritz.ports import Account
from fritz.services.seed import ADMIN_UID, seed_demo
from fritz.services.tokens import TokenStore
from fritz.settings import Settings
from fritz.wiring import Platform, platform_from_settings, session_secret

__all__ = ["broker_on", "marshal_on", "opened", "seeded", "sign_in_link"]

LINK_VALID_S = 12 * 3600.0
"""A demo may run unwatched for a while before its link is clicked."""


@contextmanager
def opened(data: Path) -> Iterator[Platform]:
    """Yield the embedded platform's ports on `data`, with every topic and subscription."""
    data.mkdir(parents=True, exist_ok=True)
    prepare_bus(data).close()
    platform = platform_from_settings(Settings(backend="embedded", data=data, indexes=indexes()))
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


def sign_in_link(platform: Platform, base_url: str) -> str:
    """Return a link that signs one browser in as the demo's admin; it works once."""
    world = seed_demo(platform.documents, platform.clock())
    admin = world.admin
    identity = LocalIdentity(platform.documents, session_secret(platform.settings))
    account = Account(admin.uid or ADMIN_UID, admin.contact_email, True, admin.username, "local")
    credential = identity.sign_in_link(account, valid_s=LINK_VALID_S)
    return f"{base_url}/signin?credential={credential}"


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
