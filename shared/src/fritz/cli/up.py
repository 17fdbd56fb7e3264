"""`fritz up`: the local platform as a whole."""

import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from fritz.cli.local import FolderLock, LocalPlatform
from fritz.cli.options import DEFAULT_DATA, Data, Json, Port, Workers
from fritz.cli.output import console, print_json
from fritz.cli.platforms import marshal_on
from fritz.cli.signals import ENDING, ending_on_signals
from fritz.cli.supervisor import Supervisor, require_free

__all__ = ["serve", "up"]


def up(
    port: Port = 5000,
    workers: Workers = 0,
    data: Data = DEFAULT_DATA,
    demo_accounts: Annotated[
        bool,
        typer.Option(
            "--demo-accounts", help="Let anybody on this machine sign in as the demo's people."
        ),
    ] = False,
    emulators: Annotated[
        bool,
        typer.Option(
            "--emulators", help="On Google's Pub/Sub and Firestore emulators and fake-gcs-server."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Start the whole platform on this machine and stay until Ctrl-C or `fritz down`.

    When it is ready, `local.json` in the folder tells scripts its address and an admin's token.
    With `--emulators` the functions run under functions-framework and are pushed to by Pub/Sub, and
    what the emulators hold ends with them.
    """
    if emulators:
        _up_emulated(data, port, as_json=as_json)
        return
    with marshal_on(data, port, workers, demo_accounts=demo_accounts) as (supervisor, record):
        if as_json:
            print_json({"base_url": record.base_url, "pid": record.pid, "data": str(data)})
        console.print(f"Marshal at [bold]{record.base_url}[/bold], everything kept in {data}/")
        serve(supervisor)


def _up_emulated(data: Path, port: int, *, as_json: bool) -> None:
    from fritz.cli.emulated import emulated_marshal

    lock, url = FolderLock(data), f"http://localhost:{port}"
    with ending_on_signals():
        lock.require()
        try:
            require_free(port)
            with emulated_marshal(data, port) as (link, token):
                LocalPlatform(url, token, os.getpid()).write(data)
                if as_json:
                    print_json({"base_url": url, "pid": os.getpid(), "data": str(data)})
                console.print(f"Marshal at [bold]{url}[/bold] on emulators; sign in: {link}")
                _stay()
        except KeyboardInterrupt:
            console.print("stopped")
        finally:
            LocalPlatform.remove(data)
            lock.release()


def _stay() -> None:
    while True:
        time.sleep(1.0)


def serve(supervisor: Supervisor) -> None:
    """Keep the platform's processes alive until this process is told to stop."""
    stopped: list[int] = []
    before = {
        number: signal.signal(number, lambda received, _: stopped.append(received))
        for number in (signal.SIGINT, *ENDING)
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        while not stopped:
            supervisor.check()
            time.sleep(0.5)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
