"""A local platform for the length of a block: the one that runs, or one of our own."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fritz.adapters.embedded.identity import LocalIdentity
from fritz.cli.checkout import indexes
from fritz.cli.local import LOCK, FolderLock, LocalPlatform
from fritz.cli.output import console
from fritz.cli.signals import ending_on_signals, undisturbed
from fritz.cli.supervisor import Supervisor, prepare_bus, require_free
from fritz.errors import NotFound, Transient
from fritz.ports import Account
from fritz.services import shipped_models
from fritz.services.seed import ADMIN_UID, DemoWorld, seed_demo
from fritz.services.tokens import TokenStore
from fritz.settings import Settings
from fritz.wiring import Platform, model_registry, platform_from_settings, session_secret

__all__ = [
    "Watched",
    "broker_on",
    "chosen",
    "furnished",
    "marshal_on",
    "opened",
    "opened_existing",
    "seeded",
    "sign_in_link",
]

LINK_VALID_S = 12 * 3600.0
"""A demo may run unwatched for a while before its link is clicked."""

TOKEN_NAME = "local.json"  # noqa: S105 -- the name of a token, not a secret
"""What the admin's token of a running platform is called; there is never more than one."""


class Watched(Protocol):
    """The workers that a command waits for."""

    def check(self) -> None:
        """Raise `Transient` if they will do nothing any more."""
        ...


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A platform that another process runs on the folder."""

    data: Path

    def check(self) -> None:
        if LocalPlatform.running(self.data) is None:
            raise Transient(
                f"the platform on {self.data} has stopped; what was published waits on its bus "
                f"until one is started there again"
            )


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


@contextmanager
def chosen(data: Path) -> Iterator[Platform]:
    """Yield the backend that the environment names, embedded on `data` if it names none."""
    settings = Settings(data=data)
    if settings.of("bus") == "embedded":
        data.mkdir(parents=True, exist_ok=True)
        prepare_bus(data).close()
    platform = platform_from_settings(settings)
    try:
        yield platform
    finally:
        platform.close()


@contextmanager
def opened_existing(data: Path) -> Iterator[Platform]:
    """Yield the ports on a folder that has been used before; `NotFound` where none was."""
    if not (data / "documents.sqlite").exists():
        raise NotFound(f"there is no platform in {data}")
    with opened(data) as platform:
        yield platform


def furnished(platform: Platform) -> DemoWorld:
    """Make the demo's groups, people, filters and models unless they stand."""
    shipped_models.register(model_registry(platform))
    return seed_demo(platform.documents, platform.clock())


def seeded(platform: Platform) -> str:
    """Furnish the platform and return an admin's token, in place of the one returned before."""
    world = furnished(platform)
    return TokenStore(platform.documents).replace(
        world.admin,
        TOKEN_NAME,
        sorted(world.admin.permissions),
        platform.clock(),
        secrets.token_bytes(32),
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
def broker_on(data: Path, workers: int) -> Iterator[Watched]:
    """Yield workers on `data`: the running platform's, else our own for the block.

    Where another replay has its own there, wait for its end.
    """
    lock = FolderLock(data)
    with ending_on_signals():
        if not _is_ours(lock, data):
            yield _Elsewhere(data)
            return
        try:
            with opened(data) as platform:
                furnished(platform)
            with _supervised(Supervisor(data, workers or os.cpu_count() or 1)) as supervisor:
                yield supervisor
        finally:
            lock.release()


@contextmanager
def marshal_on(
    data: Path, port: int, workers: int, *, afresh: bool = False, demo_accounts: bool = False
) -> Iterator[tuple[Supervisor, LocalPlatform]]:
    """Yield a whole platform on `data` with the marshal at `port`, recorded in `local.json`.

    Parameters
    ----------
    afresh : empty the folder first, once it is sure that nothing runs there.
    demo_accounts : let anybody on this machine sign in as the people of the demo.

    Raises
    ------
    Conflict
        A platform runs on this folder already, or something else listens on the port.
    """
    lock = FolderLock(data)
    with ending_on_signals():
        lock.require()
        try:
            require_free(port)
            LocalPlatform.remove(data)
            if afresh:
                _empty(data)
            planned = Supervisor(data, workers or os.cpu_count() or 1, port, demo_accounts)
            with _serving(data, planned) as running:
                yield running
        finally:
            lock.release()


@contextmanager
def _serving(data: Path, planned: Supervisor) -> Iterator[tuple[Supervisor, LocalPlatform]]:
    with opened(data) as platform:
        token = seeded(platform)
    try:
        with _supervised(planned) as supervisor:
            record = LocalPlatform(supervisor.base_url, token, os.getpid())
            record.write(data)
            yield supervisor, record
    finally:
        with undisturbed():
            LocalPlatform.remove(data)
            _revoke(data, token)


@contextmanager
def _supervised(supervisor: Supervisor) -> Iterator[Supervisor]:
    try:
        supervisor.start()
        yield supervisor
    finally:
        with undisturbed():
            supervisor.stop()


def _is_ours(lock: FolderLock, data: Path) -> bool:
    """Return whether we have the lock, or somebody's platform runs, whichever comes first."""
    told = False
    while not lock.acquire():
        if LocalPlatform.running(data):
            return False
        if not told:
            console.print(f"waiting for another command to end that works on {data}")
            told = True
        time.sleep(0.2)
    return True


def _empty(data: Path) -> None:
    """Remove what stands in the folder, except the lock that we hold."""
    for path in data.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _revoke(data: Path, token: str) -> None:
    with opened(data) as platform:
        TokenStore(platform.documents).revoke(token)
