import hashlib
import json
import re

import pytest

from webapp.assets import FOLDER, tree_hash

VENDOR = FOLDER / "vendor"


@pytest.mark.parametrize("path", ["/signin", "/", "/api/sysinfo", "/api/nothing", "/nothing"])
def test_every_answer_is_protected(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_templates_have_no_inline_script_or_style(client, app):
    for name in app.jinja_env.list_templates():
        text = app.jinja_env.loader.get_source(app.jinja_env, name)[0]
        assert not re.search(r"\son\w+=|<style|\sstyle=", text), name
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or 'type="application/json"' in tag, (name, tag)


def test_static_files_are_kept_for_ever_under_the_hash_of_their_content(client):
    url = re.search(r'href="(/static/[^"]+/css/fritz.css)"', client.get("/signin").text)[1]
    assert client.get(url).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    stale = re.sub(r"/static/\w+/", "/static/0000/", url)
    assert client.get(stale).headers["Cache-Control"] == "no-cache"
    assert client.get("/static/x/../../settings.py").status_code == 404


def test_hash_changes_with_any_file(tmp_path):
    (tmp_path / "a.js").write_text("1")
    before = tree_hash(tmp_path)
    (tmp_path / "a.js").write_text("2")
    assert tree_hash(tmp_path) != before


def test_vendored_files_are_what_was_published():
    named = {}
    for entry in json.loads((VENDOR / "VENDOR.json").read_text()).values():
        assert entry["version"]
        assert entry["licence"]
        named |= entry["files"]
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.json"
    }
    assert found == named
