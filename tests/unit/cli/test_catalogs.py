"""`fritz catalogs`: listed, shown, loaded from a file."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fritz.catalogs.library import catalogs
from fritz.cli.commands import app
from fritz.errors import Conflict, NotFound


def run(*arguments):
    answer = CliRunner().invoke(app, ["catalogs", *map(str, arguments), "--json"])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return json.loads(answer.stdout.splitlines()[-1])


def test_a_catalog_is_loaded_and_then_listed_with_its_rows(tmp_path):
    data = tmp_path / "data"
    file = tmp_path / "gcvs.parquet"
    pq.write_table(pa.table({"ra": [1.0, None], "dec": [2.0, 3.0], "VarType": ["M", "RR"]}), file)
    report = run("load", "GCVS", file, "--data", data)
    assert (report["rows_in"], report["rows"], report["refused"]) == (2, 1, {"no position": 1})
    listed = {each["name"]: each["loaded"] for each in run("list", "--data", data)["catalogs"]}
    assert listed["GCVS"] == 1
    assert listed["VSX"] is None
    assert set(listed) == set(catalogs())
    with pytest.raises(Conflict, match="GCVS is loaded"):
        run("load", "GCVS", file, "--data", data)
    assert run("atlas", "--data", data) == {"catalogs": ["GCVS"], "rows": 0, "sheets": 0}
    assert run("rematch", 20260318, "--data", data)["objects"] == 0


def test_a_catalog_is_shown_with_its_rule():
    shown = run("show", "CLU_20190625")
    assert shown["match"]["reach_kpc"] == 30.0
    assert len(shown["match"]["ellipses"]) == 2
    with pytest.raises(NotFound, match="no catalog CLU;"):
        run("show", "CLU")
