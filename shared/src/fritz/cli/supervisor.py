"""The local platform's processes: workers and the web server, restarted when they die."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from fritz.adapters.embedded.bus import SqliteBus
from fritz.cli.checkout import checkout_root, functions, indexes, subscription_of, topics
from fritz.errors import Conflict, Transient

__all__ = ["Supervisor", "prepare_bus"]

log = structlog.get_logger()


def prepare_bus(data: Path) -> SqliteBus:
    """Return the platform's bus with every topic and subscription of the function table."""
    bus = SqliteBus(data / "bus.sqlite")
    for topic in topics():
        bus.create_topic(topic)
    for function in functions():
        bus.subscribe(subscription_of(function, f"local:{function.name}"))
    return bus


@dataclass
class Supervisor:
    """Starts the processes of one platform on `data`, keeps them alive and stops them."""

    data: Path
    workers: int
    port: int | None = None
    """Port of the web server; None runs the broker alone."""
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _log: IO[bytes] | None = None

    @property
    def base_url(self) -> str:
        """Where the marshal is reached."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Start every process; the web server, if any, answers when this returns.

        Raises
        ------
        Conflict
            Something else listens on the port.
        Transient
            The web server did not come up.
        """
        if self.port is not None and _answers(self.port):
            raise Conflict(f"port {self.port} is in use; choose another with --port")
        self.data.mkdir(parents=True, exist_ok=True)
        self._log = (self.data / "platform.log").open("ab")
        prepare_bus(self.data).close()
        self.check()
        if self.port is not None:
            self._wait_for_web()

    def check(self) -> None:
        """Start what is not running, first time or after a death."""
        for name, command in self._commands().items():
            process = self._processes.get(name)
            if process is not None and process.poll() is None:
                continue
            if process is not None:
                log.error("process died", process=name, status=process.returncode)
            self._processes[name] = subprocess.Popen(
                command,
                cwd=checkout_root(),
                env=self._environment(),
                stdout=self._log,
                stderr=self._log,
            )

    def stop(self) -> None:
        """Stop every process: politely, then firmly."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        if self._log is not None:
            self._log.close()

    def _commands(self) -> dict[str, list[str]]:
        data = str(self.data.resolve())
        worker = [sys.executable, "-m", "fritz.cli.worker", "--data", data]
        commands = {f"worker-{n}": worker for n in range(self.workers)}
        if self.port is not None:
            commands["web"] = [
                *(sys.executable, "-m", "gunicorn", "webapp.main:app"),
                *("--bind", f"127.0.0.1:{self.port}"),
                *("--worker-class", "gthread", "--workers", "2", "--threads", "16"),
                *("--log-level", "warning"),
            ]
        return commands

    def _environment(self) -> dict[str, str]:
        ours = {
            "FRITZ_BACKEND": "embedded",
            "FRITZ_DATA": str(self.data.resolve()),
            "FRITZ_INDEXES": str(indexes()),
            "OPENBLAS_NUM_THREADS": "1",
        }
        if self.port is not None:
            ours["FRITZ_PUBLIC_URL"] = self.base_url
        return {**os.environ, **ours}

    def _wait_for_web(self, patience_s: float = 60.0) -> None:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if self._processes["web"].poll() is not None:
                break
            if _answers(self.port or 0):
                return
            time.sleep(0.1)
        tail = (self.data / "platform.log").read_text(errors="replace")[-2000:]
        self.stop()
        raise Transient(f"the web server did not start on port {self.port}:\n{tail}")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
