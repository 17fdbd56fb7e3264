import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from fritz.cli.commands import app
from fritz.cli.platforms import opened
from tests.support.archive_world import filled


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    data = tmp_path_factory.mktemp("archive")
    with opened(data) as platform:
        filled(platform)
    return data


def run(folder, *arguments):
    result = CliRunner().invoke(app, ["sql", *arguments, "--data", str(folder)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_price_is_told_and_rows_follow(folder):
    said = json.loads(run(folder, "SELECT COUNT(*) AS n FROM alerts", "--json").splitlines()[-1])
    assert said["rows"] == [{"n": 16}]
    assert said["price"]["bytes"] > 0
    every = run(folder, "SELECT COUNT(*) AS n FROM alerts", "--json", "--rights", "all")
    assert json.loads(every.splitlines()[-1])["rows"] == [{"n": 24}]


def test_a_dry_run_reads_nothing(folder):
    said = json.loads(run(folder, "SELECT 1", "--json", "--dry-run").splitlines()[-1])
    assert set(said) == {"price"}


def test_all_rows_go_to_a_file(folder, tmp_path):
    target = tmp_path / "rows.parquet"
    run(folder, "SELECT candid FROM alerts", "--output", str(target))
    assert pq.read_table(target).num_rows == 16
