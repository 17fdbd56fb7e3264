"""The app on a real platform, as gunicorn gets it."""

import os
import subprocess
import sys

from fritz.cli.platforms import seeded, sign_in_link
from fritz.settings import Settings
from fritz.wiring import platform_from_settings, session_secret
from webapp.app import create_app
from webapp.settings import WebSettings


def test_demos_link_and_token_open_the_marshal(tmp_path):
    settings = Settings(data=tmp_path)
    platform = platform_from_settings(settings)
    token = seeded(platform)
    link = sign_in_link(platform, "http://localhost")
    app = create_app(platform, WebSettings.of(settings, session_secret(settings)))
    client = app.test_client()
    headers = {"Authorization": f"token {token}"}
    assert client.get("/api/candidates", headers=headers).json["data"]["totalMatches"] == 0
    assert client.get(link).status_code == 303
    assert "Nothing has passed" in client.get("/candidates").text
    platform.close()


def test_gunicorn_finds_the_app(tmp_path):
    command = [sys.executable, "-m", "gunicorn", "--check-config", "webapp.main:app"]
    environment = os.environ | {"FRITZ_DATA": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_cookies_are_for_https_where_the_marshal_is():
    for url, secure in (("https://fritz.example", True), ("http://localhost:5000", False)):
        assert WebSettings.of(Settings(public_url=url), b"x").secure_cookies is secure


def test_csrf_key_is_not_the_sessions_secret():
    secret = b"0" * 64
    made = WebSettings.of(Settings(), secret)
    assert secret not in made.secret_key
    assert len(made.secret_key) == 32


def test_app_starts_without_what_single_pages_need():
    """Drawing charts, reading tables and running models take seconds to import."""
    code = (
        "import sys, webapp.app\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'matplotlib', 'astropy', 'PIL'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
