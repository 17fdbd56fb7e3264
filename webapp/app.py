"""The application factory: settings, protection, routes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from fritz.archive.levels import Level
from fritz.ports import Warehouse
from webapp import api, assets, csp, csrf, errors, etags, idempotency, live, observed, pages
from webapp.pages import navigation
from webapp.platform import Platform, bind
from webapp.settings import WebSettings

__all__ = ["create_app"]


def create_app(
    platform: Platform,
    settings: WebSettings,
    of_level: Callable[[Level], Warehouse] | None = None,
) -> Flask:
    """Return the marshal's web app on a platform.

    Parameters
    ----------
    platform : the ports, from `fritz.wiring`.
    of_level : where the views of each level of rights stand, if not in the platform's warehouse.
    """
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        VERSION=settings.version,
        BACKEND=settings.backend,
        SESSION_COOKIE_NAME="fritz_csrf",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_S=settings.session_s,
        SQL_BYTES_PER_DAY=settings.sql_bytes_per_day,
        MAX_CONTENT_LENGTH=settings.max_body_bytes,
        RATE=settings.rate,
        PUBLIC_URL=settings.public_url,
        LIVE_STREAMS=settings.live_streams,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        TRAP_HTTP_EXCEPTIONS=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    bind(app, platform, settings.rate, of_level)
    observed.register(app)
    errors.register(app)
    csp.register(app)
    csrf.register(app)
    etags.register(app)
    idempotency.register(app)
    assets.register(app)
    navigation.register(app)
    live.register(app)
    for blueprint in (*api.blueprints, *pages.blueprints, live.blueprint):
        app.register_blueprint(blueprint)
    return app
