"""Who is told to end does so, wherever the signal meets it, and cleans up undisturbed."""

import json
import os
import signal
import time

import pytest

from fritz.cli.signals import AGAIN_S, ENDING, ending_on_signals, undisturbed

PATIENCE_S = 60
LONG_S = 2.5 * AGAIN_S


class Swallowing:
    """Is told to end while it is thrown away, where Python lets no exception out."""

    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


@pytest.fixture(autouse=True)
def _as_before():
    numbers = (*ENDING, signal.SIGALRM)
    before = [signal.getsignal(each) for each in numbers]
    yield
    assert [signal.getsignal(each) for each in numbers] == before
    assert signal.getitimer(signal.ITIMER_REAL)[1] == 0


def status_of(block):
    """Return the status with which the process would end that is told to in this block."""
    with pytest.raises(SystemExit) as ended, ending_on_signals():
        block()
    return ended.value.code


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_ends_the_block(number):
    def work():
        os.kill(os.getpid(), number)
        time.sleep(PATIENCE_S)

    assert status_of(work) == 128 + number


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("swallowed", [1, 3])
def test_a_signal_whose_exception_python_swallows_ends_the_block_too(swallowed):
    done = []

    def work():
        for number in range(swallowed):
            Swallowing()
            done.append(number)
        time.sleep(PATIENCE_S)

    assert status_of(work) == 128 + signal.SIGTERM
    assert len(done) == swallowed


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_block_that_was_done_all_the_same_says_that_it_was_told_to_end():
    def work():
        Swallowing()
        with undisturbed():
            time.sleep(LONG_S)

    assert status_of(work) == 128 + signal.SIGTERM


def test_what_cleans_up_is_not_told_again():
    cleaned = []

    def work():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            time.sleep(LONG_S)
            cleaned.append("after a while")
            try:
                json.loads("")
            except ValueError:
                time.sleep(LONG_S)
            cleaned.append("after an error of its own")

    assert status_of(work) == 128 + signal.SIGTERM
    assert cleaned == ["after a while", "after an error of its own"]


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_on_signals():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
