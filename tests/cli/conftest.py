"""The `fritz` command as scripts run it: a process of its own, or this one where that will do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fritz import logs
from fritz.cli import main

FRITZ = Path(sys.executable).with_name("fritz")
PATIENCE_S = 180


@pytest.fixture(scope="session", autouse=True)
def _one_web_process():
    """Let platforms have one web process each: none of them is busy here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEB_CONCURRENCY", "1")
        yield


@pytest.fixture(scope="session")
def fritz():
    """Return what runs the command and gives the finished process."""

    def run(*arguments, check=0):
        done = subprocess.run(
            [str(FRITZ), *map(str, arguments)],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert done.returncode == check, done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def fritz_json(fritz):
    """Return what runs the command with ``--json`` and gives the last line of stdout."""

    def run(*arguments, check=0):
        return json.loads(fritz(*arguments, "--json", check=check).stdout.splitlines()[-1])

    return run


@pytest.fixture
def fritz_here(monkeypatch, capsys):
    """Return what runs the command in this process, for what starts no platform.

    A process of its own would import everything anew for each of them.
    """

    def run(*arguments, check=0):
        monkeypatch.setattr(sys, "argv", ["fritz", *map(str, arguments)])
        monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # typer's own is taken back
        monkeypatch.setattr(logs, "configure_logs", lambda *_: None)
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        status = ended.value.code or 0
        assert status == check, told.err
        return subprocess.CompletedProcess(arguments, status, told.out, told.err)

    return run


@pytest.fixture
def fritz_json_here(fritz_here):
    """Return what runs the command in this process with ``--json``, as `fritz_json` does."""

    def run(*arguments, check=0):
        return json.loads(fritz_here(*arguments, "--json", check=check).stdout.splitlines()[-1])

    return run
