"""The platform on Google's own wire protocols: functions under functions-framework, emulators.

Pub/Sub, Firestore and Cloud Storage are stood in for by emulators; BigQuery's place is taken by the
embedded warehouse, and people sign in by links.
"""

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from emulators.google import EmulatorMissing, fake_gcs, firestore_emulator, pubsub_emulator
from emulators.google.process import answers_http, free_port, running
from fritz.cli.checkout import Function, checkout_root, functions, subscription_of, topics
from fritz.cli.platforms import seeded, sign_in_link
from fritz.errors import NotFound
from fritz.settings import Settings
from fritz.wiring import Platform, platform_from_settings, session_secret

__all__ = ["deployed_functions", "emulated_marshal", "made_bucket", "serving"]


@contextmanager
def serving(function: Function, environ: Mapping[str, str], folder: Path) -> Iterator[str]:
    """Serve one function for the block, as it is deployed; yields its URL."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "functions_framework"),
        *("--source", str(checkout_root() / function.source), "--target", function.target),
        *("--signature-type", "cloudevent", "--host", "127.0.0.1", "--port", str(port)),
    ]
    whole = {**os.environ, **function.environment, **environ}
    log = folder / f"{function.name}.log"
    with running(command, log, lambda: answers_http(port), environ=whole):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def deployed_functions(
    platform: Platform, environ: Mapping[str, str], folder: Path
) -> Iterator[None]:
    """Serve every function for the block, each fed by its push subscription."""
    for topic in topics():
        platform.bus.create_topic(topic)
    with ExitStack() as stack:
        for function in functions():
            url = stack.enter_context(serving(function, environ, folder))
            endpoint = f"{url}/projects/{platform.settings.project}/topics/{function.topic}"
            platform.bus.subscribe(subscription_of(function, endpoint))
        yield


def made_bucket(host: str, name: str) -> str:
    """Make a bucket on the stand-in for Cloud Storage and return its name."""
    place = f"{host}/storage/v1/b"
    requests.post(place, params={"project": "p"}, json={"name": name}, timeout=10)
    return name


@contextmanager
def emulated_marshal(data: Path, port: int) -> Iterator[tuple[str, str]]:
    """Serve the whole platform on emulators for the block.

    Yields
    ------
    The link by which its admin signs in, and a token of theirs.

    Raises
    ------
    NotFound
        An emulator is not to be had on this machine; the message says which.
    """
    folder = data / "emulators"
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            servers = [
                stack.enter_context(start(folder))
                for start in (pubsub_emulator, firestore_emulator, fake_gcs)
            ]
        except EmulatorMissing as e:
            raise NotFound(str(e)) from e
        bucket = made_bucket(servers[-1].host, f"packets-{uuid.uuid4().hex[:8]}")
        environ = _environ(data, port, bucket)
        for server in servers:
            environ |= server.environ
        os.environ.update(environ)  # Google's libraries look there, in this process as in others
        platform = platform_from_settings(Settings())
        stack.callback(platform.close)
        token = seeded(platform)
        stack.enter_context(deployed_functions(platform, environ, folder))
        web = [sys.executable, "-m", "gunicorn", "webapp.main:app", "--threads", "16"]
        web += ["--bind", f"127.0.0.1:{port}"]
        ready = lambda: answers_http(port, "/api/sysinfo")  # noqa: E731 - one line
        stack.enter_context(running(web, folder / "web.log", ready, environ={**os.environ}))
        yield sign_in_link(platform, f"http://localhost:{port}"), token


def _environ(data: Path, port: int, bucket: str) -> dict[str, str]:
    settings = Settings(data=data)
    return {
        "FRITZ_BACKEND": "cloud",
        "FRITZ_WAREHOUSE": "embedded",
        "FRITZ_IDENTITY": "embedded",
        "FRITZ_SECRET": session_secret(settings).hex(),
        "FRITZ_DATA": str(data.absolute()),
        "FRITZ_PROJECT": "fritz-emulated",
        "FRITZ_BUCKET": bucket,
        "FRITZ_PUBLIC_URL": f"http://localhost:{port}",
    }
