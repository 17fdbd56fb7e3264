"""A live marshal on loopback for browser tests: ``python -m tests.browser.serve FOLDER``.

Prints one JSON line with its address and a sign-in credential, then serves until it is ended.
"""

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from werkzeug.serving import make_server

from fritz.logs import configure_logs
from fritz.marshal.candidate import Candidate
from fritz.marshal.taxonomy import Taxonomy
from tests.support.archived_world import archive_alerts
from tests.support.asteroid import BODY, asteroid_rows
from tests.support.marshal_world import JD_NOW, NOW, World, make_world
from tests.support.packets import prv_point
from tests.support.rich_source import add_sources
from webapp.app import create_app
from webapp.settings import WebSettings

FIRST, ALL = range(30), range(60)
"""Candidates that are there before the sources, and those after."""
HIERARCHY = {
    "class": "Transient",
    "subclasses": [
        {"class": "Supernova", "subclasses": [{"class": "Ia"}, {"class": "II"}]},
        {"class": "Nova"},
    ],
}
PEOPLE = ("admin", "brita", "nuria", "farid", "vera")


def populate(world: World, numbers: range) -> list[Candidate]:
    """Add candidates of every filter."""
    return [
        world.candidate(
            f"ZTF26a{chr(97 + n % 26)}{chr(97 + n // 26)}kqzp",
            filter_id=1 + n % 5,
            passed_at=NOW - timedelta(minutes=n),
        )
        for n in numbers
    ]


def main(folder: Path) -> None:
    """Serve a new world kept in `folder`."""
    configure_logs("WARNING", sys.stderr)  # stdout is for one line
    world = make_world(folder)
    began = time.monotonic()
    world.clock = lambda: NOW + timedelta(seconds=time.monotonic() - began)
    archive_alerts(world, populate(world, FIRST))
    world.warehouse.append("alerts", asteroid_rows(programid=3))  # vera alone sees them
    taxonomy = Taxonomy(1, "Transients", "1", HIERARCHY, (1,), 1, NOW, NOW)
    world.set("taxonomies", "1", taxonomy.to_fields())
    settings = WebSettings(
        secret_key=b"b" * 32,
        secure_cookies=False,
        version="test",
        live_streams=200,  # those of pages that are left are noticed after seconds only
    )
    app = create_app(world, settings)
    add_sources(world, app.test_client())
    populate(world, ALL[len(FIRST) :])
    rock = {"ssdistnr": 1.2, "ssmagnr": 19.1, "ssnamenr": BODY}
    world.candidate(
        "ZTF26rockiest", filter_id=4, passed_at=NOW - timedelta(days=2),
        prv=[prv_point(JD_NOW + 1, 18.0, programid=1) | rock],
    )  # fmt: skip
    server = make_server("127.0.0.1", 0, app, threaded=True)
    credentials = {name: [world.credential(name) for _ in range(3)] for name in PEOPLE}
    told = {"url": f"http://127.0.0.1:{server.port}", "credentials": credentials}
    print(json.dumps(told), flush=True)  # noqa: T201 - read by the test that started us
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
