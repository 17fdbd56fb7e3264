"""A local worker process: delivers the bus's messages to the very handlers that are deployed."""

import argparse
import importlib.util
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cloudevents.http import CloudEvent

from fritz.adapters.embedded.bus import SqliteBus
from fritz.adapters.embedded.delivery import Delivery
from fritz.cli.checkout import Function, checkout_root, functions, subscription_of
from fritz.logs import configure_logs
from fritz.settings import Settings

__all__ = ["handler_of", "main"]

WATCH_S = 0.5


def handler_of(function: Function) -> Callable[[Mapping[str, Any]], None]:
    """Return what takes a push body to the function, as functions-framework would."""
    path = checkout_root() / function.source
    spec = importlib.util.spec_from_file_location(f"fritz_function_{function.name}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    target = getattr(module, function.target)

    def handle(body: Mapping[str, Any]) -> None:
        target(_event(function.topic, body))

    return handle


def _event(topic: str, body: Mapping[str, Any]) -> CloudEvent:
    message = body["message"]
    attributes = {
        "id": message["messageId"],
        "time": message["publishTime"],
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "source": f"//pubsub.googleapis.com/projects/fritz-local/topics/{topic}",
    }
    return CloudEvent(attributes, {"message": message})


def main() -> None:
    """Deliver until told to stop; end with an error if a delivery ends by itself."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ready", type=int, help="file descriptor that gets a byte when ready")
    chosen = parser.parse_args()
    configure_logs(Settings().log_level, sys.stderr)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bus = SqliteBus(chosen.data / "bus.sqlite")
    deliveries = [
        Delivery(
            bus,
            subscription_of(function, "").name,
            handler_of(function),
            threads=function.concurrency,
            batch=function.concurrency,
        )
        for function in functions()
    ]
    for delivery in deliveries:
        delivery.start()
    if chosen.ready is not None:
        os.write(chosen.ready, b"1")
    failed = _ended(deliveries, stop)
    for delivery in deliveries:
        delivery.stop()
    bus.close()
    if failed:
        raise SystemExit(f"delivery ended by itself: {', '.join(failed)}")


def _ended(deliveries: list[Delivery], stop: threading.Event) -> list[str]:
    """Wait to be told to stop, for the parent's end, or for that of a delivery; return those."""
    parent = os.getppid()
    while not stop.wait(WATCH_S) and os.getppid() == parent:
        if ended := [each.subscription for each in deliveries if not each.is_alive]:
            return ended
    return []


if __name__ == "__main__":
    main()
