"""A server in a process group of its own: started, waited for, and ended with all its children."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

__all__ = ["ServerError", "answers_http", "free_port", "running", "wait_until"]

TERMINATION_S = 5.0


class ServerError(Exception):
    """A server ended or stayed silent; the message carries the end of its log."""


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers_http(port: int, path: str = "/") -> bool:
    """Return whether a server on a loopback port answers a GET without a server error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return status < http.HTTPStatus.INTERNAL_SERVER_ERROR


@contextlib.contextmanager
def running(
    command: Sequence[str],
    log: Path,
    ready: Callable[[], bool],
    *,
    timeout_s: float = 60.0,
    environ: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server for the duration of a ``with`` block.

    Parameters
    ----------
    command : program and arguments
    log : file that gets its output
    ready : asked again and again until it says that the server serves
    timeout_s : patience, seconds
    environ : environment of the process; this one's by default

    Raises
    ------
    ServerError
        It ended, or was not ready in time.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*_dies_with_parent(), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environ,
        )
    try:
        if not wait_until(ready, timeout_s, gone=lambda: process.poll() is not None):
            state = "silent" if process.returncode is None else f"ended: {process.returncode}"
            raise ServerError(f"{command[0]} does not serve ({state}):\n{_tail(log)}")
        yield process
    finally:
        _end(process)


def wait_until(
    ready: Callable[[], bool], timeout_s: float, gone: Callable[[], bool] = lambda: False
) -> bool:
    """Return whether `ready` came true in time; give up early once `gone` is true."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if gone() or time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _dies_with_parent() -> list[str]:
    """Return a prefix that ends the server even if this process is killed (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the group gently, then surely."""
    for how, patience_s in ((signal.SIGTERM, TERMINATION_S), (signal.SIGKILL, None)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            continue
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _tail(log: Path, size: int = 2000) -> str:
    return log.read_bytes()[-size:].decode(errors="replace")
