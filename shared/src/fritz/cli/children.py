"""One process of the local platform: started, and started again when it dies."""

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from fritz.cli.checkout import checkout_root
from fritz.errors import Transient

__all__ = ["Child", "tail"]

MOST_FAILURES = 4
"""Failures in a row after which a process is said to be unable to run."""
SETTLED_S = 60.0
"""A process that lived this long begins a new row."""
LONGEST_PAUSE_S = 5.0

log = structlog.get_logger()


@dataclass
class Child:
    """A process that shall run.

    A death is a *failure* if the process ended by itself with an error, or before it was ready.
    What kills it later is not: the message it died of goes to the dead letters in the end, and
    until then it is started again, after growing pauses.
    """

    name: str
    command: list[str]
    environ: dict[str, str]
    output: Path
    """File that gets what it prints."""
    says_ready: bool = False
    """It is told ``--ready N`` and writes a byte to the file descriptor N when it is ready."""
    _process: subprocess.Popen[bytes] | None = None
    _ready: int | None = field(default=None, repr=False)
    _started_at: float = 0.0
    _due_at: float = 0.0
    _deaths: int = 0
    _failures: int = 0

    @property
    def is_alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def keep(self) -> None:
        """Start it where it does not run: at once the first time, later after a pause.

        Raises
        ------
        Transient
            It failed too often in a row; the message ends with the end of its output.
        """
        if self._process is not None and self._process.poll() is not None:
            self._bury(self._process.returncode)
        if self._process is None and time.monotonic() >= self._due_at:
            self._start()

    def terminate(self) -> None:
        """Ask it to end."""
        if self._process is not None:
            self._process.terminate()

    def wait(self, patience_s: float) -> None:
        """Wait until it has ended; kill it after `patience_s`."""
        if self._process is None:
            return
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            log.error("process killed", process=self.name, after_s=patience_s)  # noqa: TRY400 -- no traceback: it just hangs
            self._process.kill()
            self._process.wait()
        self._process = None
        self._forget_ready()

    def _start(self) -> None:
        command = self.command
        passed: list[int] = []
        if self.says_ready:
            self._ready, written = os.pipe()
            os.set_blocking(self._ready, False)
            command, passed = [*command, "--ready", str(written)], [written]
        try:
            with self.output.open("ab") as output:
                self._process = subprocess.Popen(
                    [*_dies_with_parent(), *command],
                    cwd=checkout_root(),
                    env=self.environ,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    pass_fds=passed,
                )
        finally:
            for each in passed:
                os.close(each)
        self._started_at = time.monotonic()

    def _bury(self, status: int) -> None:
        lived_s = time.monotonic() - self._started_at
        if lived_s > SETTLED_S:
            self._deaths = self._failures = 0
        self._deaths += 1
        self._failures += status > 0 or not self._was_ready()
        self._process = None
        self._forget_ready()
        log.error("process died", process=self.name, status=status, lived_s=round(lived_s, 1))
        if self._failures >= MOST_FAILURES:
            raise Transient(
                f"{self.name} cannot run: it failed {self._failures} times in a row, last with "
                f"status {status}; {self.output} ends so:\n{tail(self.output)}"
            )
        pause_s = 0.0 if self._deaths == 1 else min(LONGEST_PAUSE_S, 2.0 ** (self._deaths - 3))
        self._due_at = time.monotonic() + pause_s

    def _was_ready(self) -> bool:
        if self._ready is None:
            return True
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self._ready, 1))
        return False

    def _forget_ready(self) -> None:
        if self._ready is not None:
            os.close(self._ready)
            self._ready = None


def tail(path: Path, size: int = 2000) -> str:
    """Return the end of a text file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read().decode(errors="replace").strip()


def _dies_with_parent() -> list[str]:
    """Return a prefix that ends a process even if this one is killed (Linux)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []
