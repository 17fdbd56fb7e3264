"""Smoke tests: whether what was just deployed answers, as itself, and keeps strangers out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import requests

__all__ = ["Check", "smoke"]

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    what: str
    passed: bool
    found: str


def smoke(url: str, release: str) -> Iterator[Check]:
    """Yield each check of the marshal at a URL: the version that answers, and who is let in."""
    told = _asked(f"{url}/api/sysinfo")
    yield Check("the marshal answers", told[0] == 200, f"status {told[0]}")  # noqa: PLR2004 - HTTP's own
    yield Check("it is this release", release in told[1], told[1][:200])
    closed = _asked(f"{url}/api/sources")
    yield Check("strangers see no sources", closed[0] == 401, f"status {closed[0]}")  # noqa: PLR2004 - as above
    page = _asked(f"{url}/signin")
    yield Check("people can sign in", page[0] == 200, f"status {page[0]}")  # noqa: PLR2004 - as above


def _asked(url: str) -> tuple[int, str]:
    try:
        answer = requests.get(url, timeout=TIMEOUT_S, allow_redirects=True)
    except requests.RequestException as e:
        return 0, str(e)
    return answer.status_code, answer.text
