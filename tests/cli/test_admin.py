import json

from typer.testing import CliRunner

from fritz.cli.commands import app


def test_a_fresh_site_gets_one_administrator(tmp_path):
    def run(address):
        return CliRunner().invoke(app, ["admin", address, "--data", str(tmp_path), "--json"])

    made = run("Ada@Site.example")
    assert made.exit_code == 0, made.output
    assert json.loads(made.output.splitlines()[-1])["email"] == "ada@site.example"
    again = run("eve@site.example")
    assert again.exit_code != 0
    assert "administers this site" in f"{again.output}{again.exception}"
