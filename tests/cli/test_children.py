"""Processes of a platform are started again, but not for ever where they cannot run."""

import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from fritz.cli import children
from fritz.cli.children import MOST_FAILURES, Child
from fritz.errors import Transient

PATIENCE_S = 60
READY = "import os, sys, time; os.write(int(sys.argv[2]), b'1'); open('{mark}', 'a').write('x')"


@pytest.fixture
def child(tmp_path, monkeypatch):
    """Return what makes a child that runs a line of Python; it is stopped afterwards."""
    made = []
    monkeypatch.setattr(children, "LONGEST_PAUSE_S", 0.01)

    def make(code, *, says_ready=False):
        command = [sys.executable, "-S", "-c", code]
        made.append(Child("worker-0", command, dict(os.environ), tmp_path / "log", says_ready))
        return made[-1]

    yield make
    for each in made:
        each.terminate()
        each.wait(5)


def keep_until(child, reached):
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        child.keep()
        time.sleep(0.01)


@pytest.mark.parametrize("says_ready", [False, True])
def test_what_cannot_run_is_given_up_with_the_end_of_its_output(child, says_ready):
    broken = child("raise SystemExit('no such library')", says_ready=says_ready)
    with pytest.raises(Transient, match=f"failed {MOST_FAILURES} times(.|\n)*no such library"):
        keep_until(broken, lambda: False)


def test_what_is_killed_before_it_is_ready_cannot_run_either(child):
    broken = child("import os; os.kill(os.getpid(), 11)", says_ready=True)
    with pytest.raises(Transient, match="status -11"):
        keep_until(broken, lambda: False)


def test_what_messages_kill_is_started_again_as_often_as_it_takes(child, tmp_path):
    mark = tmp_path / "mark"
    code = READY.format(mark=mark) + "; os.kill(os.getpid(), 9)"
    keep_until(
        child(code, says_ready=True),
        lambda: mark.exists() and len(mark.read_text()) > 2 * MOST_FAILURES,
    )
    assert len(mark.read_text()) > 2 * MOST_FAILURES


def test_what_does_not_end_politely_is_killed(child, tmp_path):
    mark = tmp_path / "mark"
    code = f"import signal; signal.signal(15, signal.SIG_IGN); {READY.format(mark=mark)}"
    stubborn = child(f"{code}; time.sleep(600)", says_ready=True)
    keep_until(stubborn, mark.exists)
    stubborn.terminate()
    stubborn.wait(0.1)
    assert not stubborn.is_alive


def start_and_die(folder):
    write = f"open({str(folder / 'pid')!r}, 'w').write(str(os.getpid()))"
    command = [sys.executable, "-S", "-c", f"import os, time; {write}; time.sleep(600)"]
    child = Child("web", command, dict(os.environ), folder / "log")
    child.keep()
    while not (folder / "pid").exists() or not (folder / "pid").read_text():
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)


def runs(pid):
    """Return whether a process runs; one that is dead but not collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


@pytest.mark.skipif(not children._dies_with_parent(), reason="no setpriv (Linux) here")
def test_processes_do_not_outlive_a_parent_that_is_killed(tmp_path):
    parent = multiprocessing.get_context("spawn").Process(target=start_and_die, args=(tmp_path,))
    parent.start()
    parent.join()
    assert parent.exitcode == -signal.SIGKILL
    pid = (tmp_path / "pid").read_text()
    deadline = time.monotonic() + PATIENCE_S
    while runs(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
