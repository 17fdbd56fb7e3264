"""A local worker process: delivers the bus's messages to the very handlers that are deployed."""

import argparse
import importlib.util
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cloudevents.http import CloudEvent

from fritz.adapters.embedded.bus import SqliteBus
from fritz.adapters.embedded.delivery import Delivery
from fritz.cli.checkout import Function, checkout_root, functions
from fritz.logs import configure_logs
from fritz.settings import Settings

__all__ = ["handler_of", "main"]


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
    """Deliver until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    configure_logs(Settings().log_level, sys.stderr)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    bus = SqliteBus(data / "bus.sqlite")
    deliveries = [
        Delivery(
            bus,
            f"{function.topic}-{function.name}",
            handler_of(function),
            threads=function.concurrency,
            batch=function.concurrency,
        )
        for function in functions()
    ]
    for delivery in deliveries:
        delivery.start()
    stop.wait()
    for delivery in deliveries:
        delivery.stop()
    bus.close()


if __name__ == "__main__":
    main()
