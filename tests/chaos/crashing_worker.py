"""A worker that kills itself (SIGKILL) right after a chosen effect; run as a process of its own.

``python crashing_worker.py DATA POINT`` where POINT is one of `POINTS` or ``none``.
"""

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from fritz.adapters.embedded.delivery import Delivery
from fritz.cli.platforms import opened
from fritz.services.batching import Batcher
from fritz.services.envelopes import Envelope
from fritz.wiring import filter_service, ingest_service

POINTS = {
    "packed": ("objects", "create", "packs/"),
    "archived": ("warehouse", "append", "alerts"),
    "entered in the ledger": ("warehouse", "append", "ledger"),
    "published": ("bus", "publish", "alerts"),
    "remembered": ("documents", "commit", "histories"),
    "candidates written": ("documents", "transact", "candidates"),
}


class Tripwire:
    """A port that works, and then kills the process after one effect that matches."""

    def __init__(self, port, method, what):
        self._port = port
        self._method = method
        self._what = what

    def __getattr__(self, name):
        inner = getattr(self._port, name)
        if name != self._method:
            return inner

        def call(first, *args):
            if callable(first):  # the body of a transaction tells what it writes when it runs
                written = []
                result = inner(lambda transaction: first(Watched(transaction, written)), *args)
                targets = [each.collection for each in written]
            else:
                result = inner(first, *args)
                targets = [first] if isinstance(first, str) else [w.collection for w in first[:1]]
            if any(target.startswith(self._what) for target in targets):
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


class Watched:
    """A transaction that remembers what was written in it."""

    def __init__(self, transaction, written):
        self._transaction = transaction
        self._written = written

    def __getattr__(self, name):
        return getattr(self._transaction, name)

    def write(self, *writes):
        self._written += writes
        self._transaction.write(*writes)


def main(data: Path, point: str) -> None:
    with opened(data) as platform:
        wired = platform
        if point != "none":
            port, method, what = POINTS[point]
            wired = replace(platform, **{port: Tripwire(getattr(platform, port), method, what)})
        runs = {
            "ztf-alerts-ingest": ingest_service(wired).ingest,
            "alerts-filter": filter_service(wired).run,
        }
        batchers = [Batcher(run, max_size=8, max_wait_s=0.05) for run in runs.values()]
        deliveries = []
        for name, batcher in zip(runs, batchers, strict=True):

            def handle(body, batcher=batcher):
                batcher.submit(Envelope.from_event(body))

            deliveries.append(Delivery(platform.bus, name, handle, threads=16, batch=16))
        for each in deliveries:
            each.start()
        while any(platform.bus.backlog(name).messages for name in runs):
            time.sleep(0.05)
        for each in deliveries:
            each.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
