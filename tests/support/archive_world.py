"""A platform whose archive holds alerts of every program, for tests of the query API."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server

from fritz.services.groups import UserStore
from fritz.services.seed import seed_demo
from fritz.services.tokens import TokenStore
from fritz.wiring import Platform
from tests.support.backtesting import ingested
from tests.support.packets import fits_stamp, fp_point, prv_point, ztf_packet
from webapp.app import create_app
from webapp.settings import WebSettings

__all__ = ["FIRST", "JD", "archive_packets", "filled", "served", "token_of"]

JD = 2461367.75
FIRST = 3247253560115015000
SETTINGS = WebSettings(secret_key=b"s" * 32, secure_cookies=False, version="1.2.3")
STAMPS = (fits_stamp(seed=1), fits_stamp(seed=2), fits_stamp(seed=3))


def archive_packets() -> list[bytes]:
    """Return packets of six objects, a third of them of the partnership, with mixed histories."""
    packets = []
    for n in range(24):
        programid = 2 if n % 3 == 2 else 1
        jd = JD + n // 6 + 0.01 * (n % 6)
        past = [
            prv_point(jd - 3, 18.0 + n / 10, programid=1),
            prv_point(jd - 2, 17.0 + n / 10, programid=2),
        ]
        packets.append(
            ztf_packet(
                FIRST + n, f"ZTF26aaaaaa{'abcdef'[n % 6]}", jd, 150.0 + n % 6 / 10, 20.0 + n / 9e4,
                programid, prv=past, fp=[fp_point(jd - 1, programid=1 + n % 2)],
                magpsf=17.0 + n / 10, drb=(n % 10) / 10, fid=1 + n % 2, stamps=STAMPS,
            )
        )  # fmt: skip
    return packets


def filled(platform: Platform) -> dict[int, dict[str, Any]]:
    """Bring the packets to the platform's archive; return the published alerts by candid."""
    seed_demo(platform.documents, platform.clock())
    return ingested(platform, archive_packets())


def token_of(platform: Platform, username: str) -> str:
    """Return a new token's secret of a user."""
    user = UserStore(platform.documents).by_name(username)
    assert user is not None
    randomness = username.encode().ljust(32, b".")
    return TokenStore(platform.documents).create(
        user, f"test {username}", user.acls, platform.clock(), randomness
    )


@contextmanager
def served(platform: Platform) -> Iterator[int]:
    """Serve the web app on loopback for a block; yield the port."""
    server = make_server("127.0.0.1", 0, create_app(platform, SETTINGS), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
