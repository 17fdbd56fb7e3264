"""What the web app is told at start; `fritz.settings` is where it comes from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from fritz.services.rate_limits import Rate
from fritz.settings import Backend, Settings

__all__ = ["WebSettings"]

WEEK_S = 7 * 86400
LARGEST_BODY_BYTES = 100 * 1024**2


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The choices that differ between deployments."""

    secret_key: bytes
    """Signs the cookie that holds the CSRF token; the same in all workers."""
    secure_cookies: bool
    """Whether browsers send cookies over HTTPS only."""
    version: str
    """What answers of the API carry; clients take it as opaque."""
    backend: Backend = "embedded"
    """Where everything is kept; for the status page."""
    session_s: int = WEEK_S
    """How long a sign-in lasts."""
    public_url: str = "http://localhost:5000"
    """Where people reach it; for links in mails."""
    rate: Rate | None = None
    """What each API token may ask; None for no limit."""
    max_body_bytes: int = LARGEST_BODY_BYTES
    live_streams: int = 10
    """Streams of changes that may be open in one process; each takes one of its 16 threads."""
    sql_bytes_per_day: int = 100 * 2**30
    """What one person's SQL may read in a day (UTC)."""

    @classmethod
    def of(cls, settings: Settings, secret: bytes) -> WebSettings:
        """Return the web app's part of the platform's settings.

        Parameters
        ----------
        secret : the platform's; the web app signs with a key of its own derived from it.
        """
        return cls(
            secret_key=hashlib.sha256(b"csrf:" + secret).digest(),
            secure_cookies=settings.public_url.startswith("https://"),
            version=settings.version,
            backend=settings.backend,
            public_url=settings.public_url.rstrip("/"),
            rate=Rate(settings.rate_per_s, settings.rate_burst) if settings.rate_per_s else None,
            sql_bytes_per_day=settings.sql_bytes_per_day,
        )
