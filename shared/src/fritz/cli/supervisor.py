"""The local platform's processes: workers and the web server, restarted when they die."""

import http.client
import os
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from fritz.adapters.embedded.bus import SqliteBus
from fritz.cli.checkout import functions, indexes, subscription_of, topics
from fritz.cli.children import Child, tail
from fritz.errors import Conflict, Transient

__all__ = ["Supervisor", "prepare_bus", "require_free"]

STOPPING_S = 15.0


def prepare_bus(data: Path) -> SqliteBus:
    """Return the platform's bus with every topic and subscription of the function table."""
    bus = SqliteBus(data / "bus.sqlite")
    for topic in topics():
        bus.create_topic(topic)
    for function in functions():
        bus.subscribe(subscription_of(function, f"local:{function.name}"))
    return bus


def require_free(port: int) -> None:
    """Return if a server may listen on the port; raise `Conflict` if not."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as e:
            raise Conflict(f"port {port} is for root only; choose another with --port") from e
        except OSError as e:
            raise Conflict(f"port {port} is in use; choose another with --port") from e
    if _answers(port):
        raise Conflict(f"port {port} is in use; choose another with --port")


@dataclass
class Supervisor:
    """Starts the processes of one platform on `data`, keeps them alive and stops them."""

    data: Path
    workers: int
    port: int | None = None
    """Port of the web server; None runs the broker alone."""
    demo_accounts: bool = False
    """Whether anybody on this machine may sign in as the people of the demo."""
    _children: dict[str, Child] = field(default_factory=dict)

    @property
    def base_url(self) -> str:
        """Where the marshal is reached."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start every process; the web server, if any, answers when this returns.

        Raises
        ------
        Transient
            The web server did not come up.
        """
        self.data.mkdir(parents=True, exist_ok=True)
        prepare_bus(self.data).close()
        self._children = {child.name: child for child in self._planned()}
        self.check()
        if self.port is not None:
            self._wait_for_web()

    def check(self) -> None:
        """Start again what has died.

        Raises
        ------
        Transient
            A process cannot run.
        """
        for child in self._children.values():
            child.keep()

    def stop(self) -> None:
        """Stop every process: politely, then firmly."""
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOPPING_S
        for child in self._children.values():
            child.wait(max(0.1, deadline - time.monotonic()))
        self._children = {}

    def _planned(self) -> list[Child]:
        environ, output = self._environment(), self.data / "platform.log"
        data = str(self.data.resolve())
        command = [sys.executable, "-m", "fritz.cli.worker", "--data", data]
        children = [
            Child(f"worker-{n}", command, environ, output, says_ready=True)
            for n in range(self.workers)
        ]
        if self.port is not None:
            web = [
                *(sys.executable, "-m", "gunicorn", "webapp.main:app"),
                *("--bind", f"127.0.0.1:{self.port}"),
                *("--worker-class", "gthread", "--threads", "16"),
                *("--log-level", "warning"),
                *("--graceful-timeout", "3"),  # streams of changes would go on for minutes
            ]
            children.append(Child("web", web, environ, output))
        return children

    def _environment(self) -> dict[str, str]:
        ours = {
            "FRITZ_BACKEND": "embedded",
            "FRITZ_DATA": str(self.data.resolve()),
            "FRITZ_INDEXES": str(indexes()),
            "OPENBLAS_NUM_THREADS": "1",
        }
        if self.port is not None:
            ours["FRITZ_PUBLIC_URL"] = self.base_url
        ours["FRITZ_DEMO_ACCOUNTS"] = str(self.demo_accounts).lower()
        # Gunicorn's own variable, for whoever wants another number of web processes.
        return {"WEB_CONCURRENCY": "2", **os.environ, **ours}

    def _wait_for_web(self, patience_s: float = 60.0) -> None:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline and self._children["web"].is_alive:
            if _serves(self.port or 0):
                return
            time.sleep(0.1)
        end = tail(self.data / "platform.log")
        raise Transient(f"the web server did not start on port {self.port}:\n{end}")


def _serves(port: int) -> bool:
    """Return whether a page comes back; a connection alone may be but queued."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/sysinfo")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
