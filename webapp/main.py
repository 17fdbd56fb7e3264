"""The app that gunicorn serves: ``gunicorn webapp.main:app``."""

from fritz.logs import configure_logs
from fritz.settings import Settings
from fritz.wiring import (
    platform_from_settings,
    record_spans,
    session_secret,
    warehouses_of_levels,
)
from webapp.app import create_app
from webapp.settings import WebSettings

__all__ = ["app"]

_settings = Settings()
configure_logs(_settings.log_level, project=_settings.project)
record_spans(_settings)
_platform = platform_from_settings(_settings)
app = create_app(
    _platform,
    WebSettings.of(_settings, session_secret(_settings)),
    warehouses_of_levels(_platform),
)
