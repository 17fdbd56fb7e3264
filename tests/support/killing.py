"""Runs a function in a process of its own and kills it, as a power cut of that process would."""

import multiprocessing
import time

__all__ = ["killed_after"]


def killed_after(target, *args, ready, linger_s=0.05, patience_s=60.0):
    """Start `target`, wait until `ready()`, then send SIGKILL a moment later."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=args)
    process.start()
    deadline = time.monotonic() + patience_s
    try:
        while not ready():
            assert process.is_alive(), "it ended by itself"
            assert time.monotonic() < deadline, "it never got ready"
            time.sleep(0.01)
        time.sleep(linger_s)
    finally:
        process.kill()
        process.join()
